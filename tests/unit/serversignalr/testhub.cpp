// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/testhub.h"

#include <qcorotimer.h>

#include <algorithm>
#include <limits>
#include <stdexcept>

namespace nextchat::test {

using namespace signalr;

namespace {

QCoro::Task<> pause(qint64 milliseconds)
{
    QTimer timer;
    timer.setSingleShot(true);
    timer.start(static_cast<int>(milliseconds));
    co_await timer;
}

struct Running
{
    explicit Running(std::atomic<int> &counter)
        : count(counter)
    {
        ++count;
    }
    ~Running() { --count; }
    Running(const Running &) = delete;
    Running &operator=(const Running &) = delete;
    std::atomic<int> &count;
};

} // namespace

TestHub::TestHub(TestHubJournal &journal, HubConnectionContext &connection)
    : m_journal(journal)
    , m_connection(connection)
{ }

TestHub::~TestHub() = default;

void TestHub::registerMethods(HubMethods &methods)
{
    methods.add(QStringLiteral("Echo"), &TestHub::echo);
    methods.add(QStringLiteral("Add"), &TestHub::add);
    methods.add(QStringLiteral("Nothing"), &TestHub::nothing);
    methods.add(QStringLiteral("Null"), &TestHub::null);
    methods.add(QStringLiteral("Throws"), &TestHub::throws);
    methods.add(QStringLiteral("Refuse"), &TestHub::refuse);
    methods.add(QStringLiteral("NotANumber"), &TestHub::notANumber);
    methods.add(QStringLiteral("Forbidden"), &TestHub::forbidden);
    methods.add(QStringLiteral("Slow"), &TestHub::slow);
    methods.add(QStringLiteral("Log"), &TestHub::log);
    methods.add(QStringLiteral("Note"), &TestHub::note);
    methods.add(QStringLiteral("Abort"), &TestHub::abort);
    methods.add(QStringLiteral("CloseWith"), &TestHub::closeWith);
    methods.add(QStringLiteral("Flood"), &TestHub::flood);
    methods.add(QStringLiteral("ToAll"), &TestHub::toAll);
    methods.add(QStringLiteral("Join"), &TestHub::join);
    methods.add(QStringLiteral("Leave"), &TestHub::leave);
    methods.add(QStringLiteral("ToGroup"), &TestHub::toGroup);
    methods.add(QStringLiteral("Counter"), &TestHub::counter);
    methods.add(QStringLiteral("Endless"), &TestHub::endless);
    methods.add(QStringLiteral("Failing"), &TestHub::failing);
    methods.add(QStringLiteral("Throwing"), &TestHub::throwing);
    methods.add(QStringLiteral("Quotients"), &TestHub::quotients);
    methods.add(QStringLiteral("Sum"), &TestHub::sum);
    methods.add(QStringLiteral("Merge"), &TestHub::merge);
    methods.add(QStringLiteral("StreamEcho"), &TestHub::streamEcho);
    methods.add(QStringLiteral("CountLate"), &TestHub::countLate);
    methods.add(QStringLiteral("FirstOnly"), &TestHub::firstOnly);
    methods.add(QStringLiteral("Ask"), &TestHub::ask);
}

QCoro::Task<Expected<void>> TestHub::connected()
{
    ++m_journal.connected;
    m_journal.hubs.push_back(this);
    m_log.append(QStringLiteral("connecting"));
    const QString &user = m_connection.userId();
    if (user == u"greeted")
        sendInvocation(QStringLiteral("OnGreeting"), user);
    if (user == u"slow")
        co_await pause(200);
    m_log.append(QStringLiteral("connected"));
    if (user == u"thrower")
        throw std::runtime_error("no entry");
    if (user == u"unwelcome")
        co_return failure(Error::Code::Unauthorized, QStringLiteral("Go away."));
    co_return Expected<void>();
}

void TestHub::disconnected(DisconnectReason reason)
{
    ++(reason == DisconnectReason::Ended ? m_journal.endedInOrder : m_journal.lost);
    std::erase(m_journal.hubs, this);
    for (auto &[name, members] : m_journal.groups)
        members.erase(this);
}

Expected<void> TestHub::admit(const QString &method)
{
    m_log.append(method);
    if (method == u"Forbidden")
        return failure(Error::Code::LimitReached, QStringLiteral("Too many requests; slow down."));
    return {};
}

TestHub::Result<Value> TestHub::echo(Value value)
{
    co_return value;
}

TestHub::Result<qint64> TestHub::add(qint64 a, qint64 b)
{
    co_return a + b;
}

TestHub::Result<void> TestHub::nothing()
{
    co_return Expected<void>();
}

TestHub::Result<Value> TestHub::null()
{
    co_return Value();
}

TestHub::Result<void> TestHub::throws()
{
    throw std::runtime_error("an inner secret");
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::refuse(QString text)
{
    co_return failure(Error::Code::InvalidArgument, text);
}

TestHub::Result<double> TestHub::notANumber()
{
    co_return std::numeric_limits<double>::quiet_NaN();
}

TestHub::Result<void> TestHub::forbidden()
{
    co_return Expected<void>();
}

TestHub::Result<qint64> TestHub::slow(qint64 milliseconds, qint64 answer)
{
    const Running running(m_journal.runningCalls);
    m_journal.mostCalls = std::max<int>(m_journal.mostCalls, ++m_running);
    co_await pause(milliseconds);
    --m_running;
    co_return answer;
}

TestHub::Result<QStringList> TestHub::log()
{
    co_return m_log;
}

TestHub::Result<void> TestHub::note(QString text)
{
    sendInvocation(QStringLiteral("OnNote"), text);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::abort()
{
    m_connection.close({}, false);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::closeWith(QString error, bool allowReconnect)
{
    m_connection.close(error, allowReconnect);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::flood(qint64 messages, qint64 size)
{
    const QString text(size, u'f');
    for (qint64 i = 0; i < messages && m_connection.isOpen(); ++i)
        sendInvocation(QStringLiteral("OnFlood"), text);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::toAll(qint64 size)
{
    Invocation invocation;
    invocation.target = QStringLiteral("OnAll");
    invocation.arguments.emplace_back(QString(size, u'a'));
    const Broadcast broadcast({invocation});
    const std::vector<TestHub *> all = m_journal.hubs; // sending may end some
    for (TestHub *hub : all)
        hub->m_connection.send(broadcast);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::join(QString group)
{
    m_journal.groups[group].insert(this);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::leave(QString group)
{
    m_journal.groups[group].erase(this);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::toGroup(QString group, Value value)
{
    Invocation invocation;
    invocation.target = QStringLiteral("OnGroup");
    invocation.arguments = {Value(group), std::move(value)};
    const Broadcast broadcast({invocation});
    const std::set<TestHub *> members = m_journal.groups[group]; // sending may end some
    for (TestHub *hub : members)
        hub->m_connection.send(broadcast);
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::counter(StreamWriter<qint64> stream, qint64 count, qint64 delayMilliseconds)
{
    const Running running(m_journal.runningStreams);
    for (qint64 i = 0; i < count; ++i) {
        if (delayMilliseconds > 0)
            co_await pause(delayMilliseconds);
        if (!co_await stream.write(i))
            break;
        ++m_journal.streamed;
    }
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::endless(StreamWriter<QString> stream, qint64 size)
{
    const Running running(m_journal.runningStreams);
    const QString item(size, u'e');
    while (co_await stream.write(item))
        ++m_journal.streamed;
    co_return Expected<void>();
}

TestHub::Result<void> TestHub::failing(StreamWriter<qint64> stream, qint64 after)
{
    for (qint64 i = 0; i < after; ++i)
        (void)co_await stream.write(i);
    co_return failure(Error::Code::Unavailable, QStringLiteral("Out of numbers."));
}

TestHub::Result<void> TestHub::throwing(StreamWriter<qint64> stream, qint64 after)
{
    for (qint64 i = 0; i < after; ++i)
        (void)co_await stream.write(i);
    throw std::runtime_error("an inner secret");
}

TestHub::Result<void> TestHub::quotients(StreamWriter<double> stream, double dividend)
{
    for (qint64 divisor = 2; divisor >= 0; --divisor)
        (void)co_await stream.write(dividend / static_cast<double>(divisor));
    co_return Expected<void>();
}

TestHub::Result<qint64> TestHub::sum(StreamReader<qint64> numbers)
{
    qint64 total = 0;
    for (;;) {
        const auto next = co_await numbers.next();
        if (!next) {
            ++m_journal.failedUploads;
            co_return tl::unexpected(next.error());
        }
        if (!*next)
            co_return total;
        total += **next;
    }
}

TestHub::Result<QStringList> TestHub::merge(StreamReader<QString> first, qint64 times,
                                            StreamReader<QString> second)
{
    QStringList all;
    for (StreamReader<QString> *reader : {&first, &second}) {
        for (;;) {
            const auto next = co_await reader->next();
            if (!next)
                co_return tl::unexpected(next.error());
            if (!*next)
                break;
            for (qint64 i = 0; i < times; ++i)
                all.append(**next);
        }
    }
    co_return all;
}

TestHub::Result<void> TestHub::streamEcho(StreamWriter<Value> out, StreamReader<Value> in)
{
    for (;;) {
        const auto next = co_await in.next();
        if (!next)
            co_return tl::unexpected(next.error());
        if (!*next || !co_await out.write(**next))
            co_return Expected<void>();
    }
}

TestHub::Result<qint64> TestHub::countLate(qint64 milliseconds, StreamReader<Value> in)
{
    co_await pause(milliseconds);
    for (qint64 count = 0;; ++count) {
        const auto next = co_await in.next();
        if (!next)
            co_return tl::unexpected(next.error());
        if (!*next)
            co_return count;
    }
}

TestHub::Result<void> TestHub::firstOnly(StreamReader<Value> in)
{
    (void)co_await in.next();
    co_return Expected<void>();
}

TestHub::Result<Value> TestHub::ask(QString target, Value argument, qint64 patienceMilliseconds)
{
    Value::Array arguments;
    arguments.push_back(argument);
    const auto asked =
        m_connection.invoke(target, std::move(arguments), std::chrono::milliseconds(patienceMilliseconds),
                            HubConnectionContext::InvokedFrom::OwnCall);
    co_return co_await asked;
}

void TestHub::sendInvocation(const QString &target, const Value &argument)
{
    Invocation invocation;
    invocation.target = target;
    invocation.arguments.push_back(argument);
    m_connection.send(invocation);
}

} // namespace nextchat::test
