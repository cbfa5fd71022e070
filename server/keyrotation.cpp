// SPDX-License-Identifier: MIT
#include "server/keyrotation.h"

#include "server/serverlog.h"

namespace nextchat {

KeyRotation::KeyRotation(std::shared_ptr<jwt::KeyRing> ring, QObject *parent)
    : QObject(parent)
    , m_ring(std::move(ring))
{
    connect(&m_timer, &QTimer::timeout, this, &KeyRotation::refresh);
    m_timer.start(interval);
}

void KeyRotation::refresh()
{
    const auto changed = m_ring->refresh();
    const QString complaint = changed ? QString() : changed.error().message;
    if (changed && *changed)
        qCInfo(serverLog, "the keys of tokens have changed");
    if (!complaint.isNull() && complaint != m_complaint)
        qCWarning(serverLog, "the keys of tokens stay as they are: %s", qUtf8Printable(complaint));
    m_complaint = complaint;
}

} // namespace nextchat
