// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "common/support/mailbox.h"
#include "server/broker/redisbroker.h"
#include "server/broker/rediskeys.h"
#include "tests/support/redisserver.h"

#include <QLoggingCategory>

using namespace nextchat;
using namespace nextchat::broker;
using namespace Qt::StringLiterals;

// What a RedisBroker does about messages that its reader did not see (design.md 5, "Tail"). They are written
// into the log while no broker reads it; the counter of their group says so only later.
class TailDeliveryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase()
    {
        QLoggingCategory::setFilterRules(u"nextchat.broker.warning=false\nnextchat.broker.critical=false"_s);
    }
    void init();
    void cleanup();

    void aLongGapIsFilledFromTheLog_data();
    void aLongGapIsFilledFromTheLog();
    void whatSomeoneDeletedIsMissed();
    void whatIsMoreThanAFillIsMissed();
    void whatContradictsIsADeadLetter();
    void whatIsPublishedNeedNotBeRead();
    void whatWasNotHeardIsRead();

private:
    void openBroker();
    // Messages 1 to `count` of the group "quiet", of that many characters.
    void write(int count, int size);
    // Joins, lets the counter show the messages, and some numbers of the log be missing.
    void joinBehind(int count);
    // Has messages published until one is heard.
    void hear(Caller &caller);
    [[nodiscard]] quint64 pushed()
    {
        return m_metrics->counter("nextchat_broker_log_pushed_total", {}).value();
    }
    // Those of "busy" are 1 to `count`, each once and in order.
    void expectAll(qint64 count);

    Mailbox m_mailbox; // the broker answers there
    test::RedisServer m_redis{{"--appendonly", "yes", "--appendfsync", "no"}};
    std::unique_ptr<MetricsRegistry> m_metrics;
    std::unique_ptr<RedisBroker> m_broker;
    RecordingListener m_listener;
    const RedisKeys m_keys{"nc", 0};
};

void TailDeliveryTest::init()
{
    QVERIFY(m_redis.start());
    openBroker();
    QVERIFY(Caller(*m_broker).create(u"quiet"_s));
    QVERIFY(Caller(*m_broker).create(u"busy"_s));
    m_broker.reset();
}

void TailDeliveryTest::cleanup()
{
    m_broker.reset();
    m_listener = {};
    QVERIFY(m_redis.restartEmpty());
    m_redis.kill();
}

void TailDeliveryTest::openBroker()
{
    RedisBrokerOptions options;
    options.urls = QStringList{m_redis.url()};
    options.partitions = 1;
    m_metrics = std::make_unique<MetricsRegistry>();
    m_broker = std::move(RedisBroker::open(options, *m_metrics).value());
}

void TailDeliveryTest::write(int count, int size)
{
    const test::RedisAnswer answer =
        m_redis.ask({"EVAL",
                     "local epoch = redis.call('HGET', KEYS[1], 'epoch')\n"
                     "for i = 1, tonumber(ARGV[1]) do\n"
                     "    local id = redis.call('XADD', KEYS[2], '*', 'v', '1', 'k', 'm', 'g', 'quiet', 's', "
                     "tostring(i),\n"
                     "        'e', epoch, 'n', redis.call('HINCRBY', KEYS[1], 'n', 1), 'a', 'ann', 't', "
                     "'1700000000000000',\n"
                     "        'c', '', 'x', string.rep('x', tonumber(ARGV[2])))\n"
                     "    redis.call('RPUSH', KEYS[3], i .. ' ' .. id)\n"
                     "end",
                     "3", m_keys.meta(), m_keys.log(), m_keys.tail("quiet"), QByteArray::number(count),
                     QByteArray::number(size)});
    QVERIFY2(!answer.isError(), answer.text.constData());
}

void TailDeliveryTest::joinBehind(int count)
{
    openBroker();
    Caller caller(*m_broker);
    const int listener = caller.attach(m_listener);
    QCOMPARE(caller.join(listener, u"quiet"_s, u"ann"_s).lastSeq, qint64(0));
    (void)caller.join(listener, u"busy"_s, u"ann"_s);
    m_redis.cli({"HSET", m_keys.seq(), "quiet", QByteArray::number(count) + " 1700000000000000"});
    m_redis.cli({"HINCRBY", m_keys.meta(), "n", "7"});
    QVERIFY(caller.publish(u"busy"_s, u"ann"_s, u"go"_s));
}

void TailDeliveryTest::aLongGapIsFilledFromTheLog_data()
{
    QTest::addColumn<int>("count");
    QTest::addColumn<int>("size");
    QTest::newRow("one") << 1 << 10;
    QTest::newRow("more than a page") << 2100 << 10;
    QTest::newRow("more bytes than a page") << 400 << 4096;
}

void TailDeliveryTest::aLongGapIsFilledFromTheLog()
{
    QFETCH(int, count);
    QFETCH(int, size);
    write(count, size);
    joinBehind(count);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener.of(u"quiet"_s).size(), std::size_t(count), 10'000);
    QVERIFY(m_listener.events.isEmpty());
    Caller caller(*m_broker);
    QVERIFY(caller.publish(u"quiet"_s, u"ann"_s, u"later"_s));
    QTRY_COMPARE(m_listener.of(u"quiet"_s).size(), std::size_t(count) + 1);
    qint64 seq = 0;
    for (const chat::Message &message : m_listener.of(u"quiet"_s))
        QCOMPARE(message.seq, ++seq);
    QVERIFY(m_listener.events.isEmpty());
}

void TailDeliveryTest::whatSomeoneDeletedIsMissed()
{
    write(10, 10);
    const QByteArray place = m_redis.cli({"LINDEX", m_keys.tail("quiet"), "4"}); // "5 <id>"
    QCOMPARE(m_redis.cli({"XDEL", m_keys.log(), place.mid(2)}), QByteArray("1"));
    joinBehind(10);
    QTRY_COMPARE(m_listener.of(u"quiet"_s).size(), std::size_t(9));
    QCOMPARE(m_listener.events, QStringList{u"missed quiet"_s});
}

void TailDeliveryTest::whatIsMoreThanAFillIsMissed()
{
    write(10'100, 10);
    joinBehind(10'100);
    QTRY_COMPARE_WITH_TIMEOUT(m_listener.events, QStringList{u"missed quiet"_s}, 10'000);
    QVERIFY(Caller(*m_broker).publish(u"quiet"_s, u"ann"_s, u"later"_s));
    QTRY_COMPARE(m_listener.of(u"quiet"_s, 10'100).size(), std::size_t(1));
    QCOMPARE(m_listener.events.size(), 1);
}

// design.md 5: a duplicate (group, seq) with other content is dead-lettered, never ignored; no more is a
// number that was never given out. Neither is delivered, nor holds up its group.
void TailDeliveryTest::whatContradictsIsADeadLetter()
{
    openBroker();
    Caller caller(*m_broker);
    (void)caller.join(caller.attach(m_listener), u"quiet"_s, u"ann"_s);
    QVERIFY(caller.publish(u"quiet"_s, u"ann"_s, u"first"_s));
    const QByteArray epoch = m_redis.cli({"HGET", m_keys.meta(), "epoch"});
    const auto forge = [&](const QByteArray &seq) {
        const QByteArray number = m_redis.cli({"HINCRBY", m_keys.meta(), "n", "1"});
        return m_redis.cli({"XADD",
                            m_keys.log(),
                            "*",
                            "v",
                            "1",
                            "k",
                            "m",
                            "g",
                            "quiet",
                            "s",
                            seq,
                            "e",
                            epoch,
                            "n",
                            number,
                            "a",
                            "eve",
                            "t",
                            "1700000000000000",
                            "c",
                            "",
                            "x",
                            "forged " + seq});
    };
    const QByteArray again = forge("1");
    const QByteArray ahead = forge("7");
    QTRY_COMPARE(m_redis.cli({"HLEN", m_keys.deadLetters()}), QByteArray("2"));
    QVERIFY(m_redis.cli({"HGET", m_keys.deadLetters(), again}).contains("\"forged 1\""));
    QVERIFY(m_redis.cli({"HGET", m_keys.deadLetters(), ahead}).contains("\"forged 7\""));
    QVERIFY(m_metrics->render().contains("nextchat_broker_dead_letters_total 2"));
    QVERIFY(caller.publish(u"quiet"_s, u"ann"_s, u"second"_s));
    QTRY_COMPARE(m_listener.messages.size(), std::size_t(2));
    QCOMPARE(m_listener.messages[0].text, u"first"_s);
    QCOMPARE(m_listener.messages[1].text, u"second"_s);
    QVERIFY(m_listener.events.isEmpty()); // nothing is missing
}

void TailDeliveryTest::hear(Caller &caller)
{
    qint64 last = 0;
    const auto publish = [&] { last = caller.publish(u"busy"_s, u"ann"_s, u"heard?"_s)->seq; };
    QTRY_VERIFY_WITH_TIMEOUT((publish(), pushed() > 0), 10'000);
    expectAll(last);
}

void TailDeliveryTest::expectAll(qint64 count)
{
    QTRY_COMPARE_WITH_TIMEOUT(m_listener.of(u"busy"_s).size(), std::size_t(count), 10'000);
    qint64 seq = 0;
    for (const chat::Message &message : m_listener.of(u"busy"_s))
        QCOMPARE(message.seq, ++seq);
    QVERIFY(m_listener.events.isEmpty());
}

void TailDeliveryTest::whatIsPublishedNeedNotBeRead()
{
    openBroker();
    Caller caller(*m_broker);
    (void)caller.join(caller.attach(m_listener), u"busy"_s, u"ann"_s);
    hear(caller);
    const quint64 before = pushed();
    // As many as the codes that could be mistaken for what separates fields.
    for (char16_t code = 1; code <= 100; ++code)
        QVERIFY(caller.publish(u"busy"_s, u"ann"_s, u"x" % QString(1, QChar(code)), QString(2, QChar(code))));
    const auto last = caller.publish(u"busy"_s, u"ann"_s, u"last"_s);
    expectAll(last->seq);
    QCOMPARE(pushed() - before, quint64(101));
    for (const chat::Message &message : m_listener.of(u"busy"_s, last->seq - 101)) {
        if (message.seq < last->seq)
            QCOMPARE(message.text, QString(u"x" % message.clientMessageId.left(1)));
    }
}

// A connection that is cut, entries that nobody published, and messages of nobody in between.
void TailDeliveryTest::whatWasNotHeardIsRead()
{
    openBroker();
    Caller caller(*m_broker);
    (void)caller.join(caller.attach(m_listener), u"busy"_s, u"ann"_s);
    hear(caller);
    qint64 last = 0;
    int killed = 0;
    for (int i = 0; i < 30; ++i) {
        if (i % 10 == 3)
            QTRY_VERIFY((killed += m_redis.cli({"CLIENT", "KILL", "TYPE", "pubsub"}).toInt()) > i / 10);
        if (i % 10 == 6)
            QVERIFY(caller.create(u"other-"_s % QString::number(i)));
        m_redis.cli({"PUBLISH", m_keys.entries(),
                     i % 2 == 0 ? "nonsense"
                                : "1-1\x1f"
                                  "2\x1fx"});
        last = caller.publish(u"busy"_s, u"ann"_s, QString::number(i))->seq;
    }
    expectAll(last);
}

QTEST_GUILESS_MAIN(TailDeliveryTest)
#include "tst_taildelivery.moc"
