// SPDX-License-Identifier: MIT
#include "server/broker/redis/link.h"
#include "tests/support/redissentinel.h"

#include <QHostInfo>
#include <QSignalSpy>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

using namespace nextchat;
using namespace nextchat::broker::redis;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr auto patience = 500ms;

Link::Options optionsFor(const QString &url)
{
    return {.url = RedisUrl::parse(url).value(), .purpose = u"a test"_s, .patience = patience};
}

QByteArray bytesOf(std::string_view text)
{
    return {text.data(), qsizetype(text.size())};
}

// A command, and its outcome as text.
struct Sent
{
    Sent(Link &link, std::initializer_list<std::string_view> words)
    {
        link.send(std::span(words.begin(), words.size()), [this](const Result &result) {
            ++answers;
            kind = result.kind;
            text = result.reply.isNil() && result.kind == Result::Kind::Answered
                ? "(nil)"
                : bytesOf(result.reply.text());
        });
    }
    Sent(const Sent &) = delete;
    Sent &operator=(const Sent &) = delete;

    int answers = 0;
    Result::Kind kind = Result::Kind::NotSent;
    QByteArray text;
};

} // namespace

class RedisLinkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();
    void cleanupTestCase();

    void manyCommandsAreAnsweredInOrder();
    void anyBytesTravel();
    void usersAndDatabasesAreGiven();
    void aWrongPasswordIsSaid();
    void anUnknownHostIsSaid();
    void itWaitsForAServer();
    void whatHangsIsLostInTime();
    void aKilledServerIsFoundAgain();
    void aKilledConnectionIsMadeAgain();
    void closingInsideAnAnswerIsFine();
    void forgottenScriptsAreThereAgain();
    void errorsOfScriptsSayWhy_data();
    void errorsOfScriptsSayWhy();
    void channelsAreHeard();
    void aServerThatLoadsIsWaitedFor();
    void aReplicaIsNotUsed();
    void sentinelsTellOfTheNewMaster();
    void aSentinelThatKnowsOnlyADeadMasterIsNotTheOnlyOneAsked();

private:
    [[nodiscard]] bool open(const QString &url);
    [[nodiscard]] bool isReadyWithin(int milliseconds)
    {
        return QTest::qWaitFor([this] { return m_link->isReady(); }, milliseconds);
    }

    std::unique_ptr<RedisServer> m_redis;
    std::unique_ptr<Link> m_link;
};

void RedisLinkTest::init()
{
    m_redis = std::make_unique<RedisServer>();
    QVERIFY(m_redis->start());
}

// Qt still looks for a host that a link has asked for, one look after the other: what it knows of the first
// at the end of the program would count as leaked.
void RedisLinkTest::cleanupTestCase()
{
    bool isOver = false;
    QHostInfo::lookupHost(u"nowhere.invalid"_s, this, [&isOver](const QHostInfo &) { isOver = true; });
    QTRY_VERIFY_WITH_TIMEOUT(isOver, 60'000);
}

void RedisLinkTest::cleanup()
{
    m_link.reset();
    m_redis.reset();
}

bool RedisLinkTest::open(const QString &url)
{
    m_link = std::make_unique<Link>(optionsFor(url));
    m_link->open();
    return isReadyWithin(10'000);
}

void RedisLinkTest::manyCommandsAreAnsweredInOrder()
{
    QVERIFY(open(m_redis->url()));
    constexpr int count = 10'000;
    std::vector<QByteArray> answers;
    for (int i = 0; i < count; ++i) {
        const std::string number = std::to_string(i);
        const std::array<std::string_view, 2> words{"ECHO", number};
        m_link->send(words,
                     [&answers](const Result &result) { answers.push_back(bytesOf(result.reply.text())); });
    }
    QTRY_COMPARE(answers.size(), std::size_t(count));
    for (int i = 0; i < count; ++i)
        QCOMPARE(answers[std::size_t(i)], QByteArray::number(i));
}

void RedisLinkTest::anyBytesTravel()
{
    QVERIFY(open(m_redis->url()));
    for (const QByteArray &bytes : {QByteArray("a\0b\r\n$3\r\n", 9), QByteArray(), QByteArray("\xff\xfe"),
                                    QByteArray(3'000'000, '*')}) {
        const Sent set(*m_link,
                       {"SET", "key", std::string_view(bytes.constData(), std::size_t(bytes.size()))});
        const Sent get(*m_link, {"GET", "key"});
        QTRY_COMPARE(get.answers, 1);
        QVERIFY(get.text == bytes);
    }
    const Sent none(*m_link, {"GET", "none"});
    const Sent bad(*m_link, {"LPUSH", "key", "x"});
    QTRY_COMPARE(bad.answers, 1);
    QCOMPARE(none.text, QByteArray("(nil)"));
    QVERIFY(bad.text.startsWith("WRONGTYPE"));
}

void RedisLinkTest::usersAndDatabasesAreGiven()
{
    m_redis->cli({"ACL", "SETUSER", "ann", "on", ">p@ss", "~*", "&*", "+@all"});
    QVERIFY(open(u"redis://ann:p%40ss@127.0.0.1:%1/3"_s.arg(m_redis->port())));
    const Sent who(*m_link, {"ACL", "WHOAMI"});
    const Sent set(*m_link, {"SET", "here", "1"});
    QTRY_COMPARE(set.answers, 1);
    QCOMPARE(who.text, QByteArray("ann"));
    QCOMPARE(m_redis->cli({"DBSIZE"}), QByteArray("0"));
}

void RedisLinkTest::aWrongPasswordIsSaid()
{
    m_redis->cli({"CONFIG", "SET", "requirepass", "right"});
    m_redis->setPassword("right");
    m_link = std::make_unique<Link>(optionsFor(u"redis://:hunter2@127.0.0.1:%1"_s.arg(m_redis->port())));
    m_link->open();
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    QTRY_VERIFY(m_link->problem().contains(u"WRONGPASS"));
    QCOMPARE(troubles.last().constFirst().value<Trouble>(), Trouble::Password);
    QVERIFY(!m_link->isReady() && !m_link->problem().contains(u"hunter2"));
    m_link = std::make_unique<Link>(optionsFor(m_redis->url()));
    m_link->open();
    QTRY_VERIFY(m_link->problem().contains(u"NOAUTH"));
    m_redis->cli({"CONFIG", "SET", "requirepass", ""});
    QVERIFY(isReadyWithin(10'000));
}

void RedisLinkTest::anUnknownHostIsSaid()
{
    m_link = std::make_unique<Link>(optionsFor(u"redis://nowhere.invalid"_s));
    m_link->open();
    QTRY_VERIFY_WITH_TIMEOUT(m_link->problem().contains(u"unknown host name"), 20'000);
    const Sent sent(*m_link, {"PING"});
    QCOMPARE(sent.answers, 1); // at once
    QVERIFY(sent.kind == Result::Kind::NotSent);
}

void RedisLinkTest::itWaitsForAServer()
{
    m_redis->kill();
    m_link = std::make_unique<Link>(optionsFor(m_redis->url()));
    QSignalSpy lost(m_link.get(), &Link::lost);
    m_link->open();
    QTRY_VERIFY(m_link->problem().contains(u"refused"));
    QVERIFY(m_redis->start());
    QVERIFY(isReadyWithin(10'000));
    QVERIFY(m_link->problem().isEmpty() && lost.isEmpty());
    QVERIFY(m_link->info().identity().contains(m_redis->info("run_id")));
}

void RedisLinkTest::whatHangsIsLostInTime()
{
    QVERIFY(open(m_redis->url()));
    QSignalSpy lost(m_link.get(), &Link::lost);
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    m_redis->pause();
    const Sent first(*m_link, {"PING"});
    const Sent second(*m_link, {"PING"});
    QTRY_COMPARE(second.answers, 1);
    QVERIFY(first.kind == Result::Kind::Lost && second.kind == Result::Kind::Lost);
    QCOMPARE(lost.size(), 1);
    QVERIFY(m_link->problem().contains(u"did not answer within 500 ms"));
    QCOMPARE(troubles.constFirst().constFirst().value<Trouble>(), Trouble::Slow);
    m_redis->resume();
    QVERIFY(isReadyWithin(10'000));
    QCOMPARE(first.answers + second.answers, 2);
}

void RedisLinkTest::aKilledServerIsFoundAgain()
{
    QVERIFY(open(m_redis->url()));
    const QByteArray before = m_link->info().identity();
    const Sent sent(*m_link, {"BLPOP", "never", "0"});
    QTest::qWait(50); // it is there
    m_redis->kill();
    QTRY_VERIFY(sent.kind == Result::Kind::Lost);
    QVERIFY(m_redis->start());
    QVERIFY(isReadyWithin(10'000));
    QVERIFY(m_link->info().identity() != before);
}

void RedisLinkTest::aKilledConnectionIsMadeAgain()
{
    QVERIFY(open(m_redis->url()));
    QSignalSpy lost(m_link.get(), &Link::lost);
    m_redis->cli({"CLIENT", "KILL", "TYPE", "normal"});
    QTRY_COMPARE(lost.size(), 1);
    QVERIFY(isReadyWithin(10'000));
    const Sent sent(*m_link, {"PING"});
    QTRY_COMPARE(sent.text, QByteArray("PONG"));
}

void RedisLinkTest::closingInsideAnAnswerIsFine()
{
    QVERIFY(open(m_redis->url()));
    int answers = 0;
    const std::array<std::string_view, 1> ping{"PING"};
    m_link->send(ping, [&](const Result &) {
        ++answers;
        m_link->close();
    });
    m_link->send(ping,
                 [&](const Result &result) { answers += result.kind == Result::Kind::Lost ? 10 : 100; });
    QTRY_COMPARE(answers, 11);
    m_link->open();
    QVERIFY(isReadyWithin(10'000));
}

void RedisLinkTest::forgottenScriptsAreThereAgain()
{
    const Script members("members");
    Link::Options options = optionsFor(m_redis->url());
    options.scripts = {&members};
    m_link = std::make_unique<Link>(options);
    m_link->open();
    QVERIFY(isReadyWithin(10'000));
    QByteArrayList answers;
    const auto run = [&] {
        const std::array<std::string_view, 2> keys{"seq", "members"};
        const std::array<std::string_view, 1> arguments{"room"};
        m_link->run(members, keys, arguments, [&answers](const Result &result) {
            answers.append(result.reply.isError() ? bytesOf(result.reply.errorCode())
                                                  : bytesOf(result.reply[0].text()));
        });
    };
    run();
    QTRY_COMPARE(answers, QByteArrayList{"NOGROUP"});
    m_redis->cli({"SCRIPT", "FLUSH"});
    run();
    run();
    QTRY_COMPARE(answers.mid(1), (QByteArrayList{"NOSCRIPT", "NOSCRIPT"}));
    run();
    QTRY_COMPARE(answers.mid(3), QByteArrayList{"NOGROUP"});
}

void RedisLinkTest::errorsOfScriptsSayWhy_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<QByteArray>("code");
    QTest::newRow("Redis 7") << QByteArray("OOM command not allowed. script: f00, on @user_script:46.")
                             << QByteArray("OOM");
    QTest::newRow("Redis 6.2") << QByteArray("ERR Error running script (call to f_00): @user_script:46: "
                                             "@user_script: 46: -READONLY You can't write against a read "
                                             "only replica.")
                               << QByteArray("READONLY");
    QTest::newRow("Redis 6.2, of the script itself")
        << QByteArray("ERR Error running script (call to f_00): @user_script:46: attempt to compare nil")
        << QByteArray("ERR");
}

void RedisLinkTest::errorsOfScriptsSayWhy()
{
    QFETCH(QByteArray, text);
    QVERIFY(open(m_redis->url()));
    const std::array<std::string_view, 4> words{"EVAL", "return redis.error_reply(ARGV[1])", "0",
                                                std::string_view(text.constData(), std::size_t(text.size()))};
    std::optional<QByteArray> code;
    m_link->send(words, [&code](const Result &result) { code = bytesOf(result.reply.errorCode()); });
    QTRY_VERIFY_WITH_TIMEOUT(code, 30'000);
    QTEST(*code, "code");
}

void RedisLinkTest::channelsAreHeard()
{
    QVERIFY(open(m_redis->url()));
    QByteArrayList heard;
    const auto listen = [&heard](std::string_view payload, bool isSubscription) {
        heard.append(isSubscription ? QByteArray("(subscribed)") : bytesOf(payload));
    };
    m_link->subscribe("news", listen);
    QTRY_COMPARE(heard, QByteArrayList{"(subscribed)"});
    m_redis->cli({"PUBLISH", "news", QByteArray("a\0b", 3)});
    m_redis->cli({"PUBLISH", "other", "x"});
    QTRY_COMPARE(heard.size(), 2);
    QCOMPARE(heard.last(), QByteArray("a\0b", 3));
    m_link->unsubscribe("news");
    QTRY_COMPARE(m_redis->cli({"PUBSUB", "CHANNELS"}), QByteArray());
    m_link->subscribe("news", listen);
    QTRY_COMPARE(heard.size(), 3);
}

// Redis does so only while it reads a large file: here somebody says what it says.
void RedisLinkTest::aServerThatLoadsIsWaitedFor()
{
    m_redis->kill();
    QTcpServer loading;
    QVERIFY(loading.listen(QHostAddress::LocalHost, m_redis->port()));
    connect(&loading, &QTcpServer::newConnection, this, [&loading] {
        QTcpSocket *client = loading.nextPendingConnection();
        connect(client, &QTcpSocket::readyRead, client, [client] {
            if (client->readAll().contains("PING"))
                client->write("-LOADING Redis is loading the dataset in memory\r\n");
        });
    });
    m_link = std::make_unique<Link>(optionsFor(m_redis->url()));
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    m_link->open();
    QTRY_VERIFY(m_link->problem().contains(u"LOADING"));
    QCOMPARE(troubles.last().constFirst().value<Trouble>(), Trouble::Loading);
    loading.close();
    QVERIFY(m_redis->start());
    QVERIFY(isReadyWithin(10'000));
}

void RedisLinkTest::aReplicaIsNotUsed()
{
    const auto replica = RedisServer::replicaOf(*m_redis);
    QVERIFY(replica);
    m_link = std::make_unique<Link>(optionsFor(replica->url()));
    m_link->open();
    QSignalSpy troubles(m_link.get(), &Link::troubled);
    QTRY_VERIFY(m_link->problem().contains(u"is a replica"));
    QCOMPARE(troubles.last().constFirst().value<Trouble>(), Trouble::ReadOnly);
    QVERIFY(!m_link->isRefused());
    replica->cli({"REPLICAOF", "NO", "ONE"});
    QVERIFY(isReadyWithin(10'000));
}

void RedisLinkTest::sentinelsTellOfTheNewMaster()
{
    const auto replica = RedisServer::replicaOf(*m_redis);
    QVERIFY(replica);
    RedisSentinel sentinel("main", *m_redis, 1);
    QVERIFY(sentinel.start());
    QTRY_VERIFY_WITH_TIMEOUT(sentinel.knows(1, 0), 20'000);
    // The first of the Sentinels is away, and nobody knows the second.
    QVERIFY(open(u"redis+sentinel://127.0.0.1:1,nowhere.invalid,localhost:%1/main"_s.arg(sentinel.port())));
    QVERIFY(m_link->info().identity().contains(m_redis->info("run_id")));
    m_redis->kill();
    QTRY_VERIFY_WITH_TIMEOUT(m_link->isReady() && m_link->info().identity().contains(replica->info("run_id")),
                             30'000);
}

// It was started again without what it had learned, and nobody is left to tell it.
void RedisLinkTest::aSentinelThatKnowsOnlyADeadMasterIsNotTheOnlyOneAsked()
{
    RedisServer dead;
    QVERIFY(dead.start());
    RedisSentinel behind("main", dead, 1);
    RedisSentinel sentinel("main", *m_redis, 1);
    QVERIFY(behind.start() && sentinel.start());
    dead.kill();
    const QString url = u"redis+sentinel://127.0.0.1:%1,127.0.0.1:%2/main"_s;
    m_link = std::make_unique<Link>(optionsFor(url.arg(behind.port()).arg(sentinel.port())));
    m_link->open();
    QVERIFY(isReadyWithin(30'000));
    QVERIFY(m_link->info().identity().contains(m_redis->info("run_id")));
}

QTEST_GUILESS_MAIN(RedisLinkTest)
#include "tst_redislink.moc"
