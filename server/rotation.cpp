// SPDX-License-Identifier: MIT
#include "server/rotation.h"

#include "server/serverlog.h"

namespace nextchat {

Rotation::Rotation(QString what, std::function<Expected<bool>()> read, QObject *parent)
    : QObject(parent)
    , m_what(std::move(what))
    , m_read(std::move(read))
{
    connect(&m_timer, &QTimer::timeout, this, &Rotation::refresh);
    m_timer.start(interval);
}

void Rotation::refresh()
{
    const auto changed = m_read();
    const QString complaint = changed ? QString() : changed.error().message;
    if (changed && *changed)
        qCInfo(serverLog, "%s have changed", qUtf8Printable(m_what));
    if (!complaint.isNull() && complaint != m_complaint)
        qCWarning(serverLog, "%s stay as they are: %s", qUtf8Printable(m_what), qUtf8Printable(complaint));
    m_complaint = complaint;
}

} // namespace nextchat
