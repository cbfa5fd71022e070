// SPDX-License-Identifier: MIT
// What each command does on the session's connection.
#include "client-cli/options.h"
#include "client-cli/session.h"
#include "common/chat/rules.h"

#include <qcorosignal.h>
#include <qcorotimer.h>

namespace nextchat::console {

namespace {

constexpr int usualHistory = 50; // messages, as joining gives
constexpr int mostHistory = 10'000;
constexpr int mostOfAPage = 200; // contract.md 1.2
constexpr int mostFound = 50;
constexpr double longestWait = 1e9; // seconds

tl::unexpected<Error> invalid(const QString &sentence)
{
    return failure(Error::Code::InvalidArgument, sentence);
}

Expected<std::chrono::milliseconds> readSeconds(const QString &text)
{
    bool isNumber = false;
    const double seconds = text.toDouble(&isNumber);
    const bool isInRange = seconds >= 0 && seconds <= longestWait; // false for NaN
    if (!isNumber || !isInRange)
        return invalid(u"'" % text % u"' is no number of seconds.");
    return std::chrono::milliseconds(static_cast<qint64>(seconds * 1000));
}

Expected<int> readCount(const QString &text)
{
    bool isNumber = false;
    const int count = text.toInt(&isNumber);
    if (!isNumber || count < 1 || count > mostHistory)
        return invalid(chat::texts::badRange(u"number of messages", 1, mostHistory));
    return count;
}

} // namespace

QCoro::Task<Expected<void>> Session::run(Command command)
{
    using Verb = Command::Verb;
    const QStringList &arguments = command.arguments;
    switch (command.verb) {
    case Verb::Connect:
        return connectAs(arguments);
    case Verb::Disconnect:
        return disconnectFrom();
    case Verb::List:
        return list();
    case Verb::Create:
        return create(arguments[0]);
    case Verb::Join:
        return join(arguments[0]);
    case Verb::Leave:
        return leave(arguments[0]);
    case Verb::Say:
        return say(arguments[0], arguments[1]);
    case Verb::History:
        return history(arguments);
    case Verb::More:
        return more(arguments);
    case Verb::Members:
        return members(arguments[0]);
    case Verb::Search:
        return search(arguments[0], arguments[1]);
    case Verb::Watch:
        return watch(arguments);
    case Verb::Talk:
        return talk(arguments);
    case Verb::Unread:
        return unread();
    case Verb::Outbox:
        return listOutbox();
    case Verb::Retry:
        return retry(arguments);
    case Verb::Discard:
        return discard(arguments);
    case Verb::Wait:
        return wait(arguments);
    case Verb::Help:
    case Verb::Bye:
        break;
    }
    Q_UNREACHABLE();
}

QCoro::Task<Expected<void>> Session::connectAs(QStringList arguments)
{
    const auto url = readUrl(arguments[0]);
    if (!url)
        co_return tl::unexpected(url.error());
    co_return co_await connectTo(*url, arguments[1]);
}

QCoro::Task<Expected<void>> Session::list()
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const auto groups = co_await (*connected)->listGroups();
    if (!groups)
        co_return tl::unexpected(groups.error());
    QStringList ids;
    for (const chat::Group &group : *groups)
        ids.append(group.groupId);
    m_completion.addGroups(ids);
    m_printer.groups(ids);
    co_return {};
}

QCoro::Task<Expected<void>> Session::create(QString groupId)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const auto created = co_await (*connected)->createGroup(groupId);
    if (!created)
        co_return tl::unexpected(created.error());
    m_completion.useGroup(groupId);
    m_printer.created(groupId);
    co_return {};
}

QCoro::Task<Expected<void>> Session::join(QString groupId)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const auto joined = co_await (*connected)->joinGroup(groupId);
    if (!joined)
        co_return tl::unexpected(joined.error());
    if (*joined == chat::GroupJoinResult::NoRoom)
        co_return failure(Error::Code::LimitReached,
                          u"Group '" % chat::printable(groupId) % u"' has no room.");
    m_completion.useGroup(groupId);
    m_printer.joined(groupId, m_user);
    co_return {};
}

QCoro::Task<Expected<void>> Session::leave(QString groupId)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const auto left = co_await (*connected)->leaveGroup(groupId);
    if (!left)
        co_return tl::unexpected(left.error());
    m_printer.left(groupId, m_user);
    forget(groupId);
    co_return {};
}

QCoro::Task<Expected<void>> Session::history(QStringList arguments)
{
    const auto count = arguments.size() > 1 ? readCount(arguments[1]) : Expected<int>(usualHistory);
    if (!count)
        co_return tl::unexpected(count.error());
    co_return co_await showHistory(arguments[0], std::nullopt, *count);
}

QCoro::Task<Expected<void>> Session::more(QStringList arguments)
{
    const auto count = arguments.size() > 1 ? readCount(arguments[1]) : Expected<int>(usualHistory);
    if (!count)
        co_return tl::unexpected(count.error());
    co_return co_await showHistory(arguments[0], m_conversations.oldestShown(arguments[0]), *count);
}

QCoro::Task<Expected<void>> Session::showHistory(QString groupId, std::optional<qint64> before, int count)
{
    QList<chat::Message> messages;
    chat::HistoryPage page;
    // A page may be shorter than asked for (contract.md 1.3), so that only hasMore says when to end.
    do {
        const auto connected = client();
        if (!connected)
            co_return tl::unexpected(connected.error());
        const int missing = count - static_cast<int>(messages.size());
        auto answer = co_await (*connected)->getHistory(groupId, before, std::min(missing, mostOfAPage));
        if (!answer)
            co_return tl::unexpected(answer.error());
        page = std::move(*answer);
        if (page.messages.isEmpty())
            break;
        before = page.messages.first().seq;
        messages = page.messages + messages;
    } while (page.hasMore && messages.size() < count);
    m_conversations.lookedBack(groupId, messages);
    m_printer.history(groupId, messages, page.hasMore, page.complete);
    if (m_options.hasPrompt && page.hasMore)
        m_printer.hint(QStringLiteral("There is more before that: `more` shows it."));
    else if (m_options.hasPrompt && page.complete)
        m_printer.hint(u"That is where '" % groupId % u"' begins.");
    co_return {};
}

QCoro::Task<Expected<void>> Session::members(QString groupId)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const auto users = co_await (*connected)->listMembers(groupId);
    if (!users)
        co_return tl::unexpected(users.error());
    m_completion.addMembers(groupId, *users);
    m_printer.members(groupId, *users);
    co_return {};
}

QCoro::Task<Expected<void>> Session::search(QString groupId, QString text)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    QList<chat::Message> messages;
    chat::SearchPage page;
    // A page that found little, or nothing, says where to go on (contract.md 1.2).
    do {
        const int missing = mostFound - static_cast<int>(messages.size());
        if (!m_client)
            co_return tl::unexpected(client().error());
        auto found = co_await m_client->searchHistory(groupId, text, page.nextBeforeSeq, missing);
        if (!found)
            co_return tl::unexpected(found.error());
        page = std::move(*found);
        messages = page.messages + messages;
    } while (page.nextBeforeSeq && messages.size() < mostFound);
    m_printer.history(groupId, messages, page.hasMore, true);
    co_return {};
}

QCoro::Task<Expected<void>> Session::watch(QStringList arguments)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    const QString groupId = arguments[0];
    const bool on = arguments.size() < 2 || arguments[1].compare(u"on", Qt::CaseInsensitive) == 0;
    const auto watched = co_await (*connected)->watch(groupId, on);
    if (!watched)
        co_return tl::unexpected(watched.error());
    m_completion.useGroup(groupId);
    m_printer.watching(groupId, on);
    co_return {};
}

QCoro::Task<Expected<void>> Session::wait(QStringList arguments)
{
    if (!arguments.isEmpty()) {
        const auto time = readSeconds(arguments[0]);
        if (!time)
            co_return tl::unexpected(time.error());
        co_await QCoro::sleepFor(*time);
        co_return {};
    }
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    co_await qCoro(this, &Session::connectionEnded);
    co_return failure(Error::Code::Unavailable, QStringLiteral("The connection has ended."));
}

} // namespace nextchat::console
