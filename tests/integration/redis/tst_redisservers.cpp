// SPDX-License-Identifier: MIT
#include "tests/integration/redis/serversfixture.h"
#include "tests/support/wrongclock.h"

#include <QTest>

#include <csignal>
#include <thread>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

const QString unavailable = u"Messaging is temporarily unavailable; try again."_s;
const QString noOutcome = u"It is not known whether the message was sent; look before you send it again."_s;

const QString trace = u"4bf92f3577b34da6a3ce929d0e0e4736"_s;
const QStringList debugLog{u"log.level=info,nextchat.signalr=debug,nextchat.broker=debug"_s,
                           u"log.slowCall=0s"_s};

// A call with that header; the error in its Completion.
QString sendTraced(RawHub &hub, const QString &traceParent)
{
    (void)hub.sendRecord(QJsonObject{{u"type"_s, 1},
                                     {u"invocationId"_s, u"traced"_s},
                                     {u"headers"_s, QJsonObject{{u"traceparent"_s, traceParent}}},
                                     {u"target"_s, u"SendMessage"_s},
                                     {u"arguments"_s, QJsonArray{u"room"_s, u"secret words"_s}}});
    return hub.nextWith(u"invocationId"_s, u"traced"_s).value(u"error"_s).toString(QString());
}

// Lines of the server's log with both words.
QByteArrayList linesWith(const ServerProcess &server, const QByteArray &one, const QByteArray &other)
{
    QByteArrayList lines = server.standardError().split('\n');
    lines.removeIf([&](const QByteArray &line) { return !line.contains(one) || !line.contains(other); });
    return lines;
}

int statusOf(quint16 port, const QByteArray &path)
{
    RawClient probe(port);
    return probe.request(httpRequest("GET", path, {})).status;
}

} // namespace

// What single servers do about Redis and about each other (design.md 5), call by call.
class RedisServersTest : public RedisServersFixture
{
    Q_OBJECT

private Q_SLOTS:
    void init() { startRedis(); }

    void aRedisThatCantServeIsRefused_data();
    void aRedisThatCantServeIsRefused();
    void aServerStartsWithoutRedisAndWaits();
    void callsFailPromptlyWhileRedisHangs();
    void aSlowRedisIsNotTakenForTheOneBefore();
    void aFullRedisTakesNoMessages();
    void whatWasTrimmedBehindAReaderIsAnnounced();
    void aServersOwnClockDoesNotMatter();
    void entriesOfOthersAreCountedAndSkipped();
    void groupsAreSpreadOverSeveralRedis();
    void withoutAReplicaTheOutcomeIsUnknown();
    void aNewEpochIsSaidAndNumbersGoOn();
    void aTraceIsInTheLogsOfAllServers();
    void aTraceThatIsNotWantedGoesNoFurther_data();
    void aTraceThatIsNotWantedGoesNoFurther();
};

void RedisServersTest::aRedisThatCantServeIsRefused_data()
{
    QTest::addColumn<QByteArrayList>("options");
    QTest::addColumn<QStringList>("settings");
    QTest::addColumn<QByteArray>("reason");
    QTest::newRow("cluster") << QByteArrayList{"--cluster-enabled", "yes"} << QStringList()
                             << QByteArray("Redis Cluster");
    QTest::newRow("layout") << QByteArrayList() << QStringList{u"redis.partitions=8"_s}
                            << QByteArray("redis.partitions and redis.url must be the same");
}

void RedisServersTest::aRedisThatCantServeIsRefused()
{
    QFETCH(QByteArrayList, options);
    QFETCH(QStringList, settings);
    QFETCH(QByteArray, reason);
    m_redis = std::make_unique<RedisServer>(options);
    QVERIFY(m_redis->start());
    if (options.isEmpty())
        startServers(1);
    ServerProcess refused(redisArguments(m_redis->url(), settings));
    refused.launch();
    QCOMPARE(refused.waitForExit(), 1);
    QVERIFY2(refused.standardError().contains(reason), refused.standardError().constData());
}

void RedisServersTest::aServerStartsWithoutRedisAndWaits()
{
    m_redis->kill();
    startServers(1);
    const quint16 port = m_servers[0]->port();
    QCOMPARE(statusOf(port, "/readyz"), 503);
    QCOMPARE(statusOf(port, "/healthz"), 200);
    RawHub ann = connect(0, "ann");
    QVERIFY(ann.isOpen());
    QVERIFY(ann.errorOf(u"CreateGroup"_s, {u"room"_s}).endsWith(unavailable));
    QVERIFY(ann.errorOf(u"ListGroups"_s, {}).endsWith(unavailable));
    QVERIFY(m_servers[0]->standardError().contains("Connection refused"));
    QVERIFY(m_redis->start());
    QVERIFY(QTest::qWaitFor([&] { return statusOf(port, "/readyz") == 200; }, 20'000));
    meet({&ann});
}

// Everything that a server asks at the beginning takes so long that its regular questions come between.
void RedisServersTest::aSlowRedisIsNotTakenForTheOneBefore()
{
    startServers(1);
    RawHub ann = connect(0, "ann");
    meet({&ann});
    for (int round = 0; round < 4; ++round) {
        QVERIFY(m_redis->restart());
        std::jthread slow([this](const std::stop_token &stop) {
            while (!stop.stop_requested())
                m_redis->cli({"DEBUG", "SLEEP", "0.7"});
        });
        const quint16 port = m_servers[0]->port();
        QVERIFY(QTest::qWaitFor([port] { return statusOf(port, "/readyz") == 503; }, 30'000));
        QVERIFY(QTest::qWaitFor([port] { return statusOf(port, "/readyz") == 200; }, 60'000));
        slow.request_stop();
        slow.join();
        const QByteArray identity = m_redis->info("run_id") + ' ' + m_redis->info("master_replid");
        for (int k = 0; k < 16; ++k)
            QCOMPARE(m_redis->cli({"HGET", "{nc:" + QByteArray::number(k) + "}:meta", "identity"}), identity);
    }
}

void RedisServersTest::callsFailPromptlyWhileRedisHangs()
{
    startServers(1);
    RawHub ann = connect(0, "ann");
    meet({&ann});
    m_redis->pause();
    QVERIFY(ann.errorOf(u"SendMessage"_s, {u"room"_s, u"first"_s}).endsWith(noOutcome));
    // A call that comes just now may still wait; then the circuit is open.
    QVERIFY(QTest::qWaitFor(
        [&] {
            return ann.errorOf(u"SendMessage"_s, {u"room"_s, u"probe"_s}).endsWith(unavailable);
        },
        30'000));
    QVERIFY(ann.errorOf(u"SendMessage"_s, {u"room"_s, u"second"_s}).endsWith(unavailable));
    QVERIFY(ann.errorOf(u"JoinGroup"_s, {u"room"_s}).endsWith(unavailable));
    QVERIFY(ann.errorOf(u"ListMembers"_s, {u"room"_s}).endsWith(unavailable));
    QVERIFY(QTest::qWaitFor([&] { return statusOf(m_servers[0]->port(), "/readyz") == 503; }, 10'000));
    m_redis->resume();
    QVERIFY(QTest::qWaitFor(
        [&] {
            return ann.errorOf(u"PostMessage"_s, {u"room"_s, u"third"_s, u"id-3"_s}).isEmpty();
        },
        20'000));
    // What was refused did not surface; what was unknown may have.
    QStringList texts;
    const QJsonObject page = ann.invoke(u"GetHistory"_s, {u"room"_s, QJsonValue::Null, 10});
    for (const auto message : page.value(u"result")[u"messages"].toArray())
        texts.append(message[u"text"].toString());
    QCOMPARE(texts.count(u"second"_s), 0);
    QCOMPARE(texts.count(u"third"_s), 1);
    QVERIFY(texts.count(u"first"_s) <= 1);
    QVERIFY(QTest::qWaitFor([&] { return statusOf(m_servers[0]->port(), "/readyz") == 200; }, 10'000));
}

void RedisServersTest::aFullRedisTakesNoMessages()
{
    startServers(2);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    QCOMPARE(ann.errorOf(u"SendMessage"_s, {u"room"_s, u"before"_s}), QString());
    m_redis->cli({"CONFIG", "SET", "maxmemory", "1mb"});
    QVERIFY(ann.errorOf(u"SendMessage"_s, {u"room"_s, u"refused"_s}).endsWith(unavailable));
    QTest::qWait(3000); // longer than a lease: leases are renewed all the same
    QCOMPARE(membersOf(ben, u"room"_s), (QStringList{u"ann"_s, u"ben"_s}));
    QVERIFY(m_servers[0]->standardError().contains("takes no messages: OOM"));
    QCOMPARE(ben.errorOf(u"LeaveGroup"_s, {u"room"_s}), QString());
    QCOMPARE(membersOf(ann, u"room"_s), QStringList{u"ann"_s});
    m_redis->cli({"CONFIG", "SET", "maxmemory", "0"});
    QVERIFY(QTest::qWaitFor(
        [&] {
            return ann.errorOf(u"PostMessage"_s, {u"room"_s, u"after"_s, u"id"_s}).isEmpty();
        },
        10'000));
    const QJsonObject page = ann.invoke(u"GetHistory"_s, {u"room"_s, QJsonValue::Null, 10});
    const QJsonArray messages = page.value(u"result")[u"messages"].toArray();
    QCOMPARE(messages.size(), 2);
    QCOMPARE(messages[1][u"seq"].toInt(), 2);
}

void RedisServersTest::whatWasTrimmedBehindAReaderIsAnnounced()
{
    startServers(2);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    const auto paused = static_cast<pid_t>(m_servers[0]->processId());
    ::kill(paused, SIGSTOP);
    // Its last read ends without a message: it would have been answered by the next.
    int looksWithout = 0; // in a row: the other server's reads end, too, but begin again at once
    const auto hasEnded = [&] {
        const bool bothRead = m_redis->cli({"CLIENT", "LIST"}).count("flags=b") == 2;
        looksWithout = bothRead ? 0 : looksWithout + 1;
        return looksWithout == 5;
    };
    QVERIFY(QTest::qWaitFor(hasEnded, 10'000));
    m_redis->cli({"CLIENT", "KILL", "TYPE", "pubsub"}); // else what is published waits in its socket
    QCOMPARE(ben.errorOf(u"SendMessage"_s, {u"room"_s, u"unread"_s}), QString());
    (void)ben.nextWith(u"target"_s, u"OnMessage"_s); // the other server has read it
    for (const QByteArray &log : m_redis->cli({"KEYS", "*:log"}).split('\n'))
        m_redis->cli({"XTRIM", log.trimmed(), "MAXLEN", "0"});
    ::kill(paused, SIGCONT);
    QVERIFY(ann.waitForClose(20s));
    QCOMPARE(ann.closeRecord().value(u"allowReconnect").toBool(), true);
    RawHub again = connect(0, "ann");
    QCOMPARE(again.errorOf(u"JoinGroup"_s, {u"room"_s}), QString());
    QCOMPARE(ben.errorOf(u"SendMessage"_s, {u"room"_s, u"read"_s}), QString());
    QCOMPARE(again.nextWith(u"target"_s, u"OnMessage"_s).value(u"arguments")[0][u"text"].toString(),
             u"read"_s);
}

// Redis' clock alone counts: for times, leases and deadlines.
void RedisServersTest::aServersOwnClockDoesNotMatter()
{
    const QMap<QString, QString> environment = wrongClock(-60s);
    QVERIFY2(!environment.isEmpty(), "the package faketime is needed");
    startServers(1);
    m_servers.push_back(std::make_unique<ServerProcess>(redisArguments(m_redis->url())));
    for (auto one = environment.begin(); one != environment.end(); ++one)
        m_servers[1]->setEnvironment(one.key(), one.value());
    QVERIFY2(m_servers[1]->start(), m_servers[1]->standardError().constData());
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    for (int i = 0; i < 8; ++i) {
        RawHub &hub = i % 2 == 0 ? ann : ben;
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, QString::number(i)}), QString());
        QTest::qWait(400); // over more than a lease in all
    }
    QCOMPARE(membersOf(ann, u"room"_s), (QStringList{u"ann"_s, u"ben"_s}));
    const QJsonObject page = ben.invoke(u"GetHistory"_s, {u"room"_s, QJsonValue::Null, 10});
    QDateTime last;
    for (const auto message : page.value(u"result")[u"messages"].toArray()) {
        const QDateTime time =
            QDateTime::fromString(message[u"sendTime"].toString().left(23), Qt::ISODateWithMs);
        QVERIFY(!last.isValid() || (last <= time && last.secsTo(time) < 30));
        last = time;
    }
    QVERIFY(last.isValid());
}

void RedisServersTest::entriesOfOthersAreCountedAndSkipped()
{
    startServers(2);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    const auto disturb = [this](const QByteArray &log) {
        m_redis->cli({"XADD", log, "*", "temperature", "20"});
        m_redis->cli({"XADD", log, "*", "g", "room", "s", "-1", "n", "x"});
        m_redis->cli({"XADD", log, "*", QByteArray("\xff\0", 2), "\r\n*1\r\n"});
    };
    for (int i = 0; i < 5; ++i) {
        for (const QByteArray &log : m_redis->cli({"KEYS", "*:log"}).split('\n'))
            disturb(log.trimmed());
        QCOMPARE(ann.errorOf(u"SendMessage"_s, {u"room"_s, QString::number(i)}), QString());
        const QJsonObject event = ben.nextWith(u"target"_s, u"OnMessage"_s);
        QCOMPARE(event.value(u"arguments")[0][u"text"].toString(), QString::number(i));
        QCOMPARE(event.value(u"arguments")[0][u"seq"].toInt(), i + 1);
    }
    RawClient probe(m_servers[1]->port());
    QByteArray metrics;
    const auto hasCounted = [&] {
        metrics = probe.request(httpRequest("GET", "/metrics", {})).body;
        return metrics.contains("nextchat_broker_log_foreign_total 240"); // 3 in each of 16 logs, 5 times
    };
    QTRY_VERIFY(hasCounted());
    QVERIFY(metrics.contains("nextchat_broker_gaps_total 0"));
}

void RedisServersTest::groupsAreSpreadOverSeveralRedis()
{
    RedisServer second;
    QVERIFY(second.start());
    const QString urls = m_redis->url() % u',' % second.url();
    for (int i = 0; i < 2; ++i) {
        m_servers.push_back(std::make_unique<ServerProcess>(redisArguments(urls)));
        QVERIFY2(m_servers.back()->start(), m_servers.back()->standardError().constData());
    }
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    constexpr int groups = 20;
    for (int i = 0; i < groups; ++i) {
        const QString group = u"room-" % QString::number(i);
        QCOMPARE(ann.errorOf(u"CreateGroup"_s, {group}), QString());
        for (RawHub *hub : {&ann, &ben})
            QCOMPARE(hub->errorOf(u"JoinGroup"_s, {group}), QString());
        QCOMPARE(ann.errorOf(u"SendMessage"_s, {group, group}), QString());
        QCOMPARE(ben.nextWith(u"target"_s, u"OnMessage"_s).value(u"arguments")[0][u"text"].toString(), group);
    }
    QCOMPARE(ben.invoke(u"ListGroups"_s, {}).value(u"result").toArray().size(), groups);
    for (RedisServer *one : {m_redis.get(), &second})
        QCOMPARE(one->cli({"KEYS", "*:log"}).split('\n').size(), 8);
    // One is away: its groups fail, the others go on.
    second.kill();
    QVERIFY(QTest::qWaitFor([&] { return !ann.errorOf(u"ListGroups"_s, {}).isEmpty(); }, 10'000));
    int working = 0;
    for (int i = 0; i < groups; ++i)
        working +=
            ann.errorOf(u"SendMessage"_s, {QString(u"room-" % QString::number(i)), u"still"_s}).isEmpty() ? 1
                                                                                                          : 0;
    QVERIFY2(working > 0 && working < groups, QByteArray::number(working).constData());
    // The order of the URLs is part of the layout.
    QVERIFY(second.start());
    ServerProcess refused(redisArguments(second.url() % u',' % m_redis->url()));
    refused.launch();
    QCOMPARE(refused.waitForExit(), 1);
}

void RedisServersTest::withoutAReplicaTheOutcomeIsUnknown()
{
    startServers(1, {u"messaging.acceptWhen=replicated"_s});
    RawHub ann = connect(0, "ann");
    meet({&ann});
    QVERIFY(ann.errorOf(u"PostMessage"_s, {u"room"_s, u"hi"_s, u"id"_s}).endsWith(noOutcome));
    const auto replica = RedisServer::replicaOf(*m_redis);
    QVERIFY(replica);
    QJsonObject receipt;
    const auto isAccepted = [&] {
        receipt = ann.invoke(u"PostMessage"_s, {u"room"_s, u"hi"_s, u"id"_s});
        return !receipt.contains(u"error"); // a new replica takes a moment to say what it has
    };
    QVERIFY(QTest::qWaitFor(isAccepted, 10'000));
    QCOMPARE(receipt.value(u"result")[u"seq"].toInt(), 1); // it was written, and is replicated now
    QCOMPARE(ann.errorOf(u"SendMessage"_s, {u"room"_s, u"second"_s}), QString());
}

void RedisServersTest::aNewEpochIsSaidAndNumbersGoOn()
{
    m_redis = std::make_unique<RedisServer>(QByteArrayList{"--appendonly", "yes", "--appendfsync", "always"});
    QVERIFY(m_redis->start());
    startServers(2);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    RawHub stock = connect(1, "stock");
    meet({&ann, &ben, &stock});
    const QJsonObject first = ann.invoke(u"PostMessage"_s, {u"room"_s, u"one"_s, u"id"_s});
    const QString epoch = first.value(u"result")[u"epoch"].toString();
    QCOMPARE(membersOf(ben, u"room"_s).size(), 3); // uses the extensions, as PostMessage does
    QVERIFY(m_redis->restart());
    QString next;
    for (RawHub *hub : {&ann, &ben}) {
        const QJsonArray said = hub->nextWith(u"target"_s, u"OnEpoch"_s, 20s).value(u"arguments").toArray();
        QCOMPARE(said.at(0).toString(), u"room"_s);
        QVERIFY(said.at(1).toString() != epoch && (next.isEmpty() || next == said.at(1).toString()));
        next = said.at(1).toString();
    }
    const auto isResumed = [&](RawHub &hub) {
        const QJsonValue resumed = hub.invoke(u"ResumeGroup"_s, {u"room"_s, epoch, 1}).value(u"result");
        return resumed[u"recovered"].toBool() && resumed[u"epoch"].toString() == next;
    };
    QVERIFY(isResumed(ann) && isResumed(ben)); // nothing was lost
    QCOMPARE(ann.invoke(u"PostMessage"_s, {u"room"_s, u"one"_s, u"id"_s}).value(u"result"),
             first.value(u"result"));
    const QJsonValue second = ann.invoke(u"PostMessage"_s, {u"room"_s, u"two"_s, u"id-2"_s}).value(u"result");
    QCOMPARE(second[u"seq"].toInteger(), qint64(1'000'002));
    QCOMPARE(second[u"epoch"].toString(), next);
    QCOMPARE(stock.nextWith(u"target"_s, u"OnMessage"_s).value(u"arguments")[0][u"text"].toString(),
             u"one"_s);
    const QJsonObject following = stock.next(20s); // no OnEpoch: it knows nothing of such
    QCOMPARE(following.value(u"arguments")[0][u"text"].toString(), u"two"_s);
}

void RedisServersTest::aTraceIsInTheLogsOfAllServers()
{
    startServers(2, debugLog);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(1, "ben");
    meet({&ann, &ben});
    const QByteArray id = "trace=" + trace.toLatin1();
    for (int sent = 1; sent <= 2; ++sent) {
        QCOMPARE(sendTraced(ann, u"00-"_s % trace % u"-00f067aa0ba902b7-01"_s), QString());
        QVERIFY(!ben.nextWith(u"target"_s, u"OnMessage"_s).isEmpty());
        for (const auto &server : m_servers) {
            QTRY_COMPARE_WITH_TIMEOUT(linesWith(*server, "message delivered", id).size(), sent, 60'000);
            QVERIFY(linesWith(*server, "message delivered", id).last().contains("group=room"));
        }
        QTRY_COMPARE_WITH_TIMEOUT(linesWith(*m_servers[0], "method=SendMessage", id).size(), sent, 60'000);
        QVERIFY(linesWith(*m_servers[1], "method=SendMessage", id).isEmpty());
        m_redis->cli({"CLIENT", "KILL", "TYPE", "pubsub"}); // the next is read from the log
    }
    for (const auto &server : m_servers)
        QVERIFY(!server->standardError().contains("secret words"));
}

void RedisServersTest::aTraceThatIsNotWantedGoesNoFurther_data()
{
    QTest::addColumn<QString>("traceParent");
    QTest::newRow("not sampled") << QString(u"00-"_s % trace % u"-00f067aa0ba902b7-00"_s);
    QTest::newRow("no good") << QString(u"00-"_s % trace % u"-00f067aa0ba902b7-01-more"_s);
    QTest::newRow("too long") << QString(u"00-"_s % trace % QString(10'000, u'0'));
}

void RedisServersTest::aTraceThatIsNotWantedGoesNoFurther()
{
    QFETCH(QString, traceParent);
    startServers(1, debugLog);
    RawHub ann = connect(0, "ann");
    RawHub ben = connect(0, "ben");
    meet({&ann, &ben});
    QCOMPARE(sendTraced(ann, traceParent), QString());
    QVERIFY(!ben.nextWith(u"target"_s, u"OnMessage"_s).isEmpty());
    QVERIFY(!m_servers[0]->standardError().contains(trace.toLatin1()));
    QByteArray log;
    for (int k = 0; k < 16; ++k)
        log += m_redis->cli({"XRANGE", "{nc:" + QByteArray::number(k) + "}:log", "-", "+"});
    QVERIFY2(log.contains("secret words") && !log.contains(trace.toLatin1()), log.constData());
}

QTEST_GUILESS_MAIN(RedisServersTest)
#include "tst_redisservers.moc"
