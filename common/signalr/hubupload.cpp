// SPDX-License-Identifier: MIT
#include "common/signalr/hubupload.h"

namespace nextchat::signalr {

HubUpload::HubUpload()
    : m_state(std::make_shared<State>())
{ }

HubUpload::~HubUpload()
{
    if (m_state && m_state->send && !m_state->isComplete)
        (void)complete(QStringLiteral("The client gave the stream up."));
}

Expected<void> HubUpload::write(const Value &item)
{
    if (!m_state->send || m_state->isComplete)
        return failure(Error::Code::Conflict, QStringLiteral("The stream is not open."));
    return m_state->send(Message::Item, item, {});
}

Expected<void> HubUpload::complete(const QString &error)
{
    if (!m_state->send || m_state->isComplete)
        return failure(Error::Code::Conflict, QStringLiteral("The stream is not open."));
    const Expected<void> sent = m_state->send(Message::Completion, {}, error);
    m_state->isComplete = sent.has_value();
    return sent;
}

} // namespace nextchat::signalr
