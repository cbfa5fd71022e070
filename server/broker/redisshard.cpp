// SPDX-License-Identifier: MIT
#include "server/broker/redisshard.h"

#include "common/support/jitter.h"
#include "server/broker/brokerlog.h"
#include "server/broker/redispartition.h"
#include "server/broker/redispresence.h"
#include "server/broker/tailreader.h"

namespace nextchat::broker {

namespace {

using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using Clock = std::chrono::steady_clock;

constexpr auto tickInterval = 100ms;
constexpr auto probeInterval = 1s;
constexpr auto probeMemory = 5s; // contract.md 3
constexpr int renewalsPerLease = 3; // design.md 5, "Membership"
constexpr int trimsPerRetention = 20;
constexpr double trimJitter = 0.1; // several servers do it
constexpr auto replicaPatience = 500ms; // the commands behind wait with it
constexpr auto refusalMemory = 200ms; // how soon a Redis that refused to write is asked again
constexpr int mostAttempts = 3; // to run a script that Redis forgets
constexpr int layoutVersion = 1;

qint64 microseconds(Clock::time_point moment)
{
    return std::chrono::duration_cast<std::chrono::microseconds>(moment.time_since_epoch()).count();
}

} // namespace

RedisShard::RedisShard(RedisShared &shared, const redis::RedisUrl &url, int index)
    : m_shared(shared)
    , m_index(index)
    , m_up(shared.redisMetrics.up(index))
    , m_tailLag(shared.redisMetrics.tailLag(index))
{
    const auto link = [&](const QString &purpose, std::vector<const redis::Script *> scripts) {
        return std::make_unique<redis::Link>(redis::Link::Options{.url = url,
                                                                  .purpose = purpose,
                                                                  .patience = shared.options.commandTimeout,
                                                                  .scripts = scripts,
                                                                  .warns = !scripts.empty(),
                                                                  .tls = shared.tls});
    };
    m_commands = link(u"commands"_s, shared.scripts.all());
    m_tail = link(u"reading the log"_s, {});
    m_events = link(u"events"_s, {});
    const int shards = int(shared.options.urls.size());
    for (int k = index; k < shared.options.partitions; k += shards)
        m_partitions.push_back(std::make_unique<RedisPartition>(shared, *this, k));
    m_reader = std::make_unique<TailReader>(shared, m_partitions, *m_tail, *m_events);
    m_presence = std::make_unique<RedisPresence>(shared, *this, *m_events);
    m_tick.callOnTimeout([this] { tick(); });
    m_tick.start(tickInterval);
    m_probeTimer.callOnTimeout([this] { probe(); });
    m_probeTimer.start(probeInterval);
    m_leaseTimer.callOnTimeout([this] {
        for (const auto &partition : m_partitions)
            partition->renew();
    });
    m_leaseTimer.start(shared.options.leaseDuration / renewalsPerLease);
    m_trimTimer.callOnTimeout([this] {
        for (const auto &partition : m_partitions)
            partition->trim();
    });
    m_trimTimer.start(std::max<std::chrono::milliseconds>(
        1s, jittered(shared.options.retention / trimsPerRetention, trimJitter)));
    connectLinks();
}

RedisShard::~RedisShard() = default;

void RedisShard::connectLinks()
{
    using redis::Link;
    QObject::connect(m_commands.get(), &Link::ready, m_commands.get(), [this] { begin(); });
    QObject::connect(m_commands.get(), &Link::lost, m_commands.get(), [this] { commandsLost(); });
    QObject::connect(m_commands.get(), &Link::troubled, m_commands.get(),
                     [this](redis::Trouble trouble) { m_shared.redisMetrics.trouble(trouble).add(); });
    QObject::connect(m_tail.get(), &Link::ready, m_tail.get(), [this] { m_reader->restarted(); });
    QObject::connect(m_events.get(), &Link::ready, m_events.get(), [this] {
        m_presence->connected();
        m_reader->subscribe();
        hearStored();
    });
    QObject::connect(m_events.get(), &Link::lost, m_events.get(), [this] {
        m_presence->disconnected();
        m_reader->unsubscribed();
    });
    for (Link *link : {m_commands.get(), m_tail.get(), m_events.get()})
        link->open();
}

RedisPartition &RedisShard::partition(int k)
{
    return *m_partitions[std::size_t(k / int(m_shared.options.urls.size()))];
}

QByteArray RedisShard::layout() const
{
    return QByteArray::number(layoutVersion) + ' ' + QByteArray::number(m_shared.options.partitions) + ' '
        + QByteArray::number(m_shared.options.urls.size()) + ' ' + QByteArray::number(m_index);
}

// --- the connection ---

// Tried again by every tick until it is done.
QCoro::Task<> RedisShard::begin()
{
    if (m_state == State::Refused)
        m_state = State::Connecting; // another Redis, perhaps
    if (std::exchange(m_isBeginning, true))
        co_return;
    const int connection = m_connection;
    const bool fits = co_await compareLayout();
    const bool isProbed = fits && co_await probe(); // for the clock, which publishes need
    m_isBeginning = false;
    if (!isProbed || connection != m_connection)
        co_return;
    m_identity = m_commands->info().identity();
    for (const auto &partition : m_partitions)
        partition->reopen();
}

// Which place this Redis has among the URLs is stored in it: other partitions would look new.
QCoro::Task<bool> RedisShard::compareLayout()
{
    const QByteArray key = m_shared.options.prefix.toUtf8() + ":layout";
    std::vector<QByteArray> set = {"SET", key, layout(), "NX"};
    std::vector<QByteArray> get = {"GET", key};
    (void)co_await command(std::move(set)); // refused when memory is full: then it is there
    const ScriptAnswer answer = co_await command(std::move(get));
    const std::string_view found = answer.reply().text();
    if (answer.isDone() && !found.empty() && found != view(layout()))
        refuseLayout(QString::fromLatin1(found.data(), qsizetype(found.size())));
    co_return answer.isDone() && m_state != State::Refused;
}

void RedisShard::refuseLayout(const QString &found)
{
    refuse(u"is laid out otherwise (" % found
           % u"): redis.partitions and redis.url must be the same on all servers");
}

// How far the history is: for messaging.acceptWhen stored. The probe says it, too, but later.
void RedisShard::hearStored()
{
    if (m_shared.options.acceptWhen != RedisBrokerOptions::AcceptWhen::Stored)
        return;
    for (const auto &partition : m_partitions) {
        const QByteArray channel = partition->keys().stored();
        m_events->subscribe(view(channel), [&partition = *partition](std::string_view payload, bool) {
            const QByteArray words(payload.data(), qsizetype(payload.size()));
            const qsizetype blank = words.indexOf(' ');
            if (blank > 0)
                partition.publisher().stored(words.left(blank), words.mid(blank + 1).toLongLong());
        });
    }
}

void RedisShard::commandsLost()
{
    m_identity.clear();
    ++m_connection;
    for (const auto &partition : m_partitions)
        partition->close();
}

bool RedisShard::areOpen() const
{
    const auto isOpen = [](const auto &partition) { return partition->isOpen(); };
    return std::all_of(m_partitions.begin(), m_partitions.end(), isOpen);
}

void RedisShard::partitionChanged()
{
    if (!areOpen())
        return;
    m_state = State::Ready;
    m_reader->catchUp();
}

void RedisShard::refuse(const QString &what)
{
    m_reason = m_commands->name() % u' ' % what;
    if (std::exchange(m_state, State::Refused) != State::Refused)
        qCCritical(brokerLog).noquote() << "Redis at" << m_reason;
}

// While one Redis takes over from another, or a Sentinel still tells of the one before, the links may have
// found two. What is published to one is not in the log of the other.
void RedisShard::compareServers()
{
    for (redis::Link *link : {m_tail.get(), m_events.get()}) {
        if (link->isReady() && isUsable() && link->info().runId != m_commands->info().runId)
            link->reconnect(u"is another server than that of the commands"_s);
    }
}

void RedisShard::tick()
{
    compareServers();
    for (const Reply<bool> &reply : std::exchange(m_waitingForTick, {}))
        reply.answerHere(true);
    m_up.set(isUsable() && m_state == State::Ready ? 1 : 0);
    if (m_state == State::Connecting && m_commands->isRefused())
        refuse(m_commands->problem());
    if (isUsable() && m_identity.isEmpty()) {
        begin();
    } else if (isUsable()) {
        for (const auto &partition : m_partitions)
            partition->retry();
    }
    m_reader->setHeard(m_presence->isHeard());
    m_reader->read();
    m_presence->tick();
    m_tailLag.set(m_reader->lag().count());
}

QCoro::Task<bool> RedisShard::ticked()
{
    if (m_isOver)
        co_return false;
    auto wait = [this](Reply<bool> reply) { m_waitingForTick.push_back(std::move(reply)); };
    co_return co_await ask<bool>(std::move(wait)); // named: g++ 12 destroys a temporary twice
}

void RedisShard::shutDown()
{
    m_isOver = true;
    for (QTimer *timer : {&m_tick, &m_probeTimer, &m_leaseTimer, &m_trimTimer})
        timer->stop();
    for (redis::Link *link : {m_events.get(), m_tail.get(), m_commands.get()})
        link->close(); // answers what was sent
    for (const auto &partition : m_partitions)
        partition->shutDown();
    for (const Reply<bool> &reply : std::exchange(m_waitingForTick, {}))
        reply.answerHere(false);
    for (const auto &done : std::exchange(m_waitingForReplica, {}))
        done(false);
}

// --- commands ---

void RedisShard::run(const redis::Script &script, std::span<const std::string_view> keys,
                     std::span<const std::string_view> arguments, Done done)
{
    if (!isUsable())
        return done(ScriptAnswer());
    m_commands->run(script, keys, arguments, [this, done = std::move(done)](const redis::Result &result) {
        const ScriptAnswer answer(result);
        if (!answer.errorCode().empty())
            noteRefusal(answer.errorCode());
        done(answer);
    });
}

// Redis writes to its clients in the reverse of the order in which it got something for them (7.0: whoever is
// the first in clients_pending_write came last). So this one is given an answer beforehand.
void RedisShard::letListenersBeFirst()
{
    constexpr std::array<std::string_view, 1> ping{"PING"};
    if (isUsable() && m_commands->isIdle())
        m_commands->send(ping, [](const redis::Result &) {});
}

QCoro::Task<ScriptAnswer> RedisShard::call(const redis::Script &script, std::vector<QByteArray> keys,
                                           std::vector<QByteArray> arguments)
{
    const std::vector<std::string_view> keyViews = viewsOf(keys);
    const std::vector<std::string_view> argumentViews = viewsOf(arguments);
    for (int attempt = 0;; ++attempt) {
        auto start = [this, &script, &keyViews, &argumentViews](Reply<ScriptAnswer> reply) {
            run(script, keyViews, argumentViews,
                [reply](const ScriptAnswer &answer) { reply.answerHere(answer.copy()); });
        };
        // Named: g++ 12 destroys a temporary twice.
        ScriptAnswer answer = co_await ask<ScriptAnswer>(std::move(start));
        if (answer.kind() != ScriptAnswer::Kind::Forgotten || attempt == mostAttempts)
            co_return answer;
    }
}

QCoro::Task<ScriptAnswer> RedisShard::command(std::vector<QByteArray> words)
{
    if (!isUsable())
        co_return ScriptAnswer();
    const std::vector<std::string_view> views = viewsOf(words);
    auto start = [this, &views](Reply<ScriptAnswer> reply) {
        m_commands->send(
            views, [reply](const redis::Result &result) { reply.answerHere(ScriptAnswer(result).copy()); });
    };
    co_return co_await ask<ScriptAnswer>(std::move(start));
}

// The circuit breaker of what a connected Redis refuses; a lost connection is the link's.
void RedisShard::noteRefusal(std::string_view code)
{
    if (code == "READONLY" || code == "LOADING" || code == "MASTERDOWN")
        return m_commands->reconnect(u"refuses to write: "_s
                                     % QString::fromLatin1(code.data(), qsizetype(code.size())));
    if (code != "OOM" && code != "MISCONF" && code != "NOREPLICAS")
        return;
    m_refusedUntil = Clock::now() + refusalMemory;
    m_shared.redisMetrics.refusals.add();
    const QByteArray word(code.data(), qsizetype(code.size()));
    if (std::exchange(m_refusal, word) != word)
        qCCritical(brokerLog).noquote() << "Redis at" << m_commands->name() << "takes no messages:" << word;
}

void RedisShard::noteWritten()
{
    if (!std::exchange(m_refusal, {}).isNull())
        qCInfo(brokerLog).noquote() << "Redis at" << m_commands->name() << "takes messages again";
}

void RedisShard::whenReplicated(std::function<void(bool)> done)
{
    m_waitingForReplica.push_back(std::move(done));
    if (!std::exchange(m_waitScheduled, true))
        Mailbox::current()->post([this] { sendWait(); });
}

// WAIT counts what this connection wrote: so it writes, lest everything was written on an earlier one.
void RedisShard::sendWait()
{
    m_waitScheduled = false;
    const auto finish = [waiting = std::make_shared<std::vector<std::function<void(bool)>>>(
                             std::exchange(m_waitingForReplica, {}))](bool isReplicated) {
        for (const auto &done : *waiting)
            done(isReplicated);
    };
    if (!isUsable())
        return finish(false);
    const QByteArray key = m_partitions.front()->keys().replicated();
    const QByteArray patience = QByteArray::number(qint64(replicaPatience.count()));
    const std::array<std::string_view, 3> write = {"SET", view(key), "1"};
    const std::array<std::string_view, 3> wait = {"WAIT", "1", view(patience)};
    m_commands->send(write, [](const redis::Result &) {});
    m_commands->send(wait, [finish](const redis::Result &result) {
        const ScriptAnswer answer(result);
        finish(answer.kind() == ScriptAnswer::Kind::Done && answer.reply().integer() >= 1);
    });
}

// --- the clock, and whether Redis answers ---

QCoro::Task<bool> RedisShard::probe()
{
    if (m_isProbing || !isUsable())
        co_return false;
    m_isProbing = true;
    std::vector<QByteArray> names;
    for (const auto &partition : m_partitions)
        names.insert(names.end(), {partition->keys().meta(), partition->keys().log()});
    std::vector<QByteArray> arguments;
    const ScriptAnswer answer = co_await call(m_shared.scripts.probe, std::move(names), std::move(arguments));
    m_isProbing = false;
    if (answer.kind() != ScriptAnswer::Kind::Done)
        co_return false;
    m_lastProbe = Clock::now();
    // Redis read its clock before now: what is computed from this is never later than it should be.
    m_clockOffset = answer.number(1) - microseconds(m_lastProbe);
    for (std::size_t i = 0; i < m_partitions.size(); ++i) {
        const std::size_t first = 2 + 4 * i;
        const auto added =
            answer.view(first + 3).empty() ? std::nullopt : std::optional(answer.number(first + 3));
        m_partitions[i]->probed(answer.bytes(first), answer.number(first + 1), answer.number(first + 2),
                                added);
    }
    co_return true;
}

qint64 RedisShard::redisTime(Clock::time_point moment) const
{
    return microseconds(moment) + m_clockOffset;
}

bool RedisShard::isHealthy() const
{
    return m_state == State::Ready && isUsable() && areOpen() && Clock::now() - m_lastProbe < probeMemory
        && m_reader->isHealthy();
}

} // namespace nextchat::broker
