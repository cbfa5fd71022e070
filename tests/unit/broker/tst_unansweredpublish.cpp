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

// What a RedisBroker does about a message that it has sent, and has still to answer, when Redis is restarted
// (P2). It waits for a history that nobody writes, and members have it already.
class UnansweredPublishTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void ofAClientWithoutIdsIsNotDoubled();
    void isFoundAgain();

private:
    using Answer = Expected<chat::MessageReceipt>;

    // Publishes "text" in "room", and waits until it is heard.
    void publish(std::chrono::milliseconds patience);
    void awaitEpoch();

    Mailbox m_mailbox; // the broker answers there
    test::RedisServer m_redis{{"--appendonly", "yes"}};
    MetricsRegistry m_metrics;
    std::unique_ptr<RedisBroker> m_broker;
    RecordingListener m_listener;
    std::optional<Answer> m_answer;
};

void UnansweredPublishTest::initTestCase()
{
    QLoggingCategory::setFilterRules(
        u"nextchat.*.warning=false"_s); // Redis is taken away; warnings are fatal
}

void UnansweredPublishTest::init()
{
    QVERIFY(m_redis.start());
    RedisBrokerOptions options;
    options.urls = QStringList{m_redis.url()};
    options.partitions = 1;
    options.acceptWhen = RedisBrokerOptions::AcceptWhen::Stored;
    m_broker = std::move(RedisBroker::open(options, m_metrics).value());
    m_listener = {};
    m_answer.reset();
    Caller caller(*m_broker);
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(m_listener), u"room"_s, u"ann"_s);
}

void UnansweredPublishTest::cleanup()
{
    m_broker.reset();
    QVERIFY(m_redis.restartEmpty());
    m_redis.kill();
}

void UnansweredPublishTest::publish(std::chrono::milliseconds patience)
{
    PublishRequest request = Caller::request(u"room"_s, u"ann"_s, u"text"_s);
    request.notAfter = std::chrono::steady_clock::now() + patience;
    auto await = [](UnansweredPublishTest *self, PublishRequest message) -> QCoro::Task<> {
        self->m_answer = co_await self->m_broker->publish(std::move(message));
    };
    await(this, std::move(request));
    QTRY_COMPARE_WITH_TIMEOUT(m_listener.messages.size(), std::size_t(1), 30'000);
}

void UnansweredPublishTest::awaitEpoch()
{
    QTRY_VERIFY_WITH_TIMEOUT(!m_listener.events.isEmpty(), 60'000);
    QVERIFY2(m_listener.events.first().startsWith(u"epoch "_s), qPrintable(m_listener.events.first()));
}

// Redis has lost it. Whoever sent it is told that he has to look.
void UnansweredPublishTest::ofAClientWithoutIdsIsNotDoubled()
{
    publish(std::chrono::minutes(10));
    QVERIFY(m_redis.restartEmpty());
    awaitEpoch();
    QTRY_VERIFY_WITH_TIMEOUT(m_answer, 60'000);
    QVERIFY(!*m_answer);
    QCOMPARE(m_answer->error().code, Error::Code::UnknownOutcome);
    QCOMPARE(m_listener.messages.size(), std::size_t(1));
}

// Redis has it: the answer is a receipt as soon as the history, which the test plays, has it.
void UnansweredPublishTest::isFoundAgain()
{
    publish(std::chrono::minutes(10));
    QVERIFY(m_redis.restart());
    awaitEpoch();
    const RedisKeys keys("nc", 0);
    const auto noteAllStored = [&] {
        const QByteArray epoch = m_redis.cli({"HGET", keys.meta(), "epoch"});
        m_redis.cli({"HSET", keys.meta(), "storedEpoch", epoch, "storedN", "1000"});
        return m_answer.has_value();
    };
    QTRY_VERIFY_WITH_TIMEOUT(noteAllStored(), 60'000);
    QVERIFY(*m_answer);
    QCOMPARE((*m_answer)->seq, qint64(1));
    QCOMPARE(m_listener.messages.size(), std::size_t(1));
}

QTEST_GUILESS_MAIN(UnansweredPublishTest)
#include "tst_unansweredpublish.moc"
