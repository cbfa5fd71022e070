// SPDX-License-Identifier: MIT
// What a person does who talks in one of several groups.
#include "client-cli/session.h"

namespace nextchat::console {

namespace {

constexpr std::chrono::seconds typingPause{2}; // between two Typing calls; one counts for longer (Prompt)

} // namespace

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
    if (!groupId.isEmpty()) {
        m_completion.useGroup(groupId);
        learnMembers(groupId);
    }
    for (const QString &waiting : m_conversations.waitingGroups()) {
        if (groupId.isEmpty() || waiting == groupId)
            showUnread(waiting);
    }
    m_printer.talking(groupId);
    refreshPrompt();
    co_return {};
}

// For the completion; without them, nothing is lost.
QCoro::Task<> Session::learnMembers(QString groupId)
{
    if (!m_options.hasPrompt || !m_client)
        co_return;
    const auto users = co_await m_client->listMembers(groupId);
    if (users)
        m_completion.addMembers(groupId, *users);
}

void Session::isTyping(const QString &line)
{
    const QString &groupId = m_conversations.current();
    const bool saysSomething = !line.trimmed().isEmpty() && !line.trimmed().startsWith(u'/');
    const bool isOnline = m_client && m_client->state() == chat::ChatClient::State::Connected;
    if (groupId.isEmpty() || !saysSomething || !isOnline || !m_nextTyping.hasExpired())
        return;
    m_nextTyping = QDeadlineTimer(typingPause);
    (void)m_client->typing(groupId);
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
