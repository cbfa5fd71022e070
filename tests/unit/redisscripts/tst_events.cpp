// SPDX-License-Identifier: MIT
#include "deployment.h"
#include "server/broker/redis/link.h"

#include <QTest>

using namespace nextchat::test;
using namespace nextchat::broker;
using namespace Qt::StringLiterals;
using Words = Deployment::Words;

// What the scripts publish: a user has joined ("j<user>") with the first place on any server, and left
// ("l<user>") with the last.
class EventScriptsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init();
    void cleanup();

    void aUserJoinsAndLeavesOnce();
    void refusalsSayNothing();
    void aKeptPlaceIsNotLeft();
    void theDeadLeave();
    void whatIsAssertedAnewHasJoined();
    void nastyIdsAreHeardAsTheyAre_data();
    void nastyIdsAreHeardAsTheyAre();

private:
    void listenTo(const QByteArray &group);
    // What was published since the last call.
    [[nodiscard]] QByteArrayList heard();

    std::unique_ptr<Deployment> m_redis;
    std::unique_ptr<redis::Link> m_link;
    QByteArrayList m_heard;
    QByteArray m_group;
};

void EventScriptsTest::init()
{
    m_redis = std::make_unique<Deployment>();
    (void)m_redis->open();
    QCOMPARE(m_redis->create("room"), Words{"OK"});
    for (const char *server : {"00aa", "00bb"})
        (void)m_redis->renew(server);
    m_link = std::make_unique<redis::Link>(
        redis::Link::Options{.url = redis::RedisUrl::parse(m_redis->redis().url()).value(),
                             .purpose = u"a test"_s,
                             .patience = std::chrono::seconds(5)});
    m_link->open();
    QTRY_VERIFY(m_link->isReady());
    listenTo("room");
}

void EventScriptsTest::cleanup()
{
    m_link.reset();
    m_redis.reset();
    m_heard.clear();
}

void EventScriptsTest::listenTo(const QByteArray &group)
{
    m_group = group;
    bool isListening = false;
    const QByteArray channel = m_redis->keys().events(group);
    m_link->subscribe({channel.constData(), std::size_t(channel.size())},
                      [this, &isListening](std::string_view payload, bool isSubscription) {
                          if (isSubscription)
                              isListening = true;
                          else
                              m_heard.append(QByteArray(payload.data(), qsizetype(payload.size())));
                      });
    QTRY_VERIFY(isListening);
}

QByteArrayList EventScriptsTest::heard()
{
    m_redis->redis().cli({"PUBLISH", m_redis->keys().events(m_group), "that is all"});
    if (!QTest::qWaitFor([this] { return m_heard.contains("that is all"); }))
        return {"nothing in time"};
    m_heard.removeLast();
    return std::exchange(m_heard, {});
}

void EventScriptsTest::aUserJoinsAndLeavesOnce()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->join("00aa", "room", "ann", 2); // another connection
    (void)m_redis->join("00bb", "room", "ann", 1); // on another server
    (void)m_redis->join("00bb", "room", "bob", 2);
    QCOMPARE(heard(), (QByteArrayList{"jann", "jbob"}));
    (void)m_redis->leave("00aa", "room", "ann", 1); // over already
    (void)m_redis->leave("00aa", "room", "ann", 2);
    QCOMPARE(heard(), QByteArrayList());
    (void)m_redis->leave("00bb", "room", "ann", 1);
    (void)m_redis->leave("00bb", "room", "ann", 1);
    QCOMPARE(heard(), QByteArrayList{"lann"});
}

void EventScriptsTest::refusalsSayNothing()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    QCOMPARE(m_redis->join("00aa", "room", "bob", 2, 1).value(0), QByteArray("NOROOM"));
    QCOMPARE(m_redis->join("00cc", "room", "bob", 2), Words{"LEASE"});
    QCOMPARE(m_redis->assertPlaces("00bb", {"room", "bob", "1", "0"}, 1), (Words{"OK", "0"}));
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 1), Words{"NONE"});
    QCOMPARE(m_redis->leave("00aa", "room", "bob", 2), Words{"NONE"});
    QCOMPARE(heard(), QByteArrayList{"jann"});
}

void EventScriptsTest::aKeptPlaceIsNotLeft()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->leave("00aa", "room", "ann", 1, "lost");
    (void)m_redis->leave("00aa", "room", "ann", 1, "lost"); // said again
    (void)m_redis->join("00bb", "room", "ann", 1); // the reconnect
    QCOMPARE(heard(), QByteArrayList{"jann"});
    (void)m_redis->leave("00bb", "room", "ann", 1, "lost");
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 1, "left"), Words{"OK"}); // nobody came
    QCOMPARE(heard(), QByteArrayList{"lann"});
}

void EventScriptsTest::theDeadLeave()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->join("00aa", "room", "bob", 2);
    (void)m_redis->join("00bb", "room", "bob", 1);
    (void)m_redis->leave("00bb", "room", "bob", 1, "lost");
    m_redis->redis().cli({"ZADD", m_redis->keys().servers(), "1", "00aa"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    QCOMPARE(m_redis->reap("00aa"), (Words{"DONE", "1"}));
    QCOMPARE(heard(), (QByteArrayList{"jann", "jbob", "lann"}));
    QCOMPARE(m_redis->leave("00bb", "room", "bob", 1), Words{"OK"}); // what was kept is there still
    QCOMPARE(heard(), QByteArrayList{"lbob"});
}

void EventScriptsTest::whatIsAssertedAnewHasJoined()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->join("00bb", "room", "bob", 1);
    (void)heard();
    QCOMPARE(m_redis->assertPlaces(
                 "00aa", {"room", "ann", "1", "0", "room", "bob", "2", "0", "room", "cid", "3", "0"}),
             Words{"OK"});
    QCOMPARE(heard(), QByteArrayList{"jcid"});
}

void EventScriptsTest::nastyIdsAreHeardAsTheyAre_data()
{
    QTest::addColumn<QByteArray>("id");
    const QByteArrayList ids{"'\"",
                             "{a:0}:log",
                             ":;:1k;",
                             "00aa:1;",
                             "%s%n%1",
                             "*3",
                             "$-1",
                             "a\r\nb",
                             "\xf0\x9f\x98\x80",
                             QByteArray(64, 'x'),
                             QByteArray("\xe4\xb8\xad").repeated(64),
                             "^(%d+)$",
                             "-",
                             "0"};
    for (const QByteArray &id : ids)
        QTest::newRow(id.toPercentEncoding().constData()) << id;
}

void EventScriptsTest::nastyIdsAreHeardAsTheyAre()
{
    QFETCH(QByteArray, id);
    QCOMPARE(m_redis->create(id), Words{"OK"});
    listenTo(id);
    QCOMPARE(m_redis->join("00aa", id, id, 1), (Words{"OK", "0"}));
    QCOMPARE(m_redis->assertPlaces("00bb", {id, id, "7", "0"}), Words{"OK"});
    QCOMPARE(m_redis->members(id), (Words{"OK", id}));
    m_redis->redis().cli({"ZADD", m_redis->keys().servers(), "1", "00aa"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    QCOMPARE(m_redis->reap("00aa"), (Words{"DONE", "0"}));
    QCOMPARE(heard(), QByteArrayList{'j' + id});
    m_redis->redis().cli({"ZADD", m_redis->keys().servers(), "1", "00bb"});
    QCOMPARE(m_redis->reap("00bb"), (Words{"DONE", "1"}));
    QCOMPARE(heard(), QByteArrayList{'l' + id});
    QCOMPARE(m_redis->members(id), Words{"OK"});
    QCOMPARE(m_redis->redis().cli({"EXISTS", m_redis->keys().held("00aa"), m_redis->keys().held("00bb")}),
             QByteArray("0"));
}

QTEST_GUILESS_MAIN(EventScriptsTest)
#include "tst_events.moc"
