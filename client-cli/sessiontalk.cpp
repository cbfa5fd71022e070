// SPDX-License-Identifier: MIT
// What a person does who talks in one of several groups.
#include "client-cli/session.h"

namespace nextchat::console {

QCoro::Task<Expected<void>> Session::talk(QStringList arguments)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const QString groupId = arguments.value(0);
    if (!groupId.isEmpty() && !(*connected)->joinedGroups().contains(groupId)) {
        auto joined = co_await join(groupId);
        if (!joined)
            co_return joined;
    }
    m_conversations.talkIn(groupId);
    if (!groupId.isEmpty())
        m_completion.useGroup(groupId);
    for (const QString &waiting : m_conversations.waitingGroups()) {
        if (groupId.isEmpty() || waiting == groupId)
            showUnread(waiting);
    }
    m_printer.talking(groupId);
    refreshPrompt();
    co_return {};
}

void Session::showUnread(const QString &groupId)
{
    const Conversations::Unread unread = m_conversations.takeUnread(groupId);
    if (unread.count > 0)
        m_printer.hint(QString::number(unread.count) % u" new in '" % groupId % u"':");
    if (unread.hasMore)
        m_printer.hint(QStringLiteral("Only the newest are shown: `more` shows what was before."));
    for (const chat::Message &message : unread.newest)
        m_printer.message(message);
}

QCoro::Task<Expected<void>> Session::unread()
{
    m_printer.unread(m_conversations.unread());
    co_return {};
}

} // namespace nextchat::console
