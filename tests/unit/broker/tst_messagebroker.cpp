// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "common/support/mailbox.h"
#include "common/support/workerthread.h"
#include "nastytext.h"

#include <QCoroTimer>
#include <QDeadlineTimer>

#include <future>

using namespace nextchat;
using namespace nextchat::broker;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What every broker does with messages, against the interface alone. Each test runs once per kind of broker.
class MessageBrokerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void unknownGroupsAreNotFound();
    void aMessageIsDeliveredAsItWasReceipted();
    void onlyMembersPublish();
    void numbersAreDensePerGroup();
    void aListenerWithoutMembersHearsNothing();
    void allListenersSeeTheSameOrder();
    void everythingAboveTheJoinArrives();
    void theSameClientIdIsOneMessage();
    void twiceAtTheSameTimeIsOneMessage();
    void clientIdsCountPerSenderAndGroup();
    void aClientIdIsForgottenAfterItsWindow();
    void aReceiptIsGivenAgainWithoutAPlace();
    void aConnectionThatIsNotJoinedOnlyGetsReceiptsAgain();
    void aLatePublishIsRefused();
    void nastyTextsSurvive();
    void nastyIdsSurvive();
    void sendTimesNeverGoBack();

private:
    Caller &start(BrokerSettings settings = {});

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<BrokerFixture> m_fixture;
    std::unique_ptr<Caller> m_caller;
};

void MessageBrokerTest::initTestCase_data()
{
    QTest::addColumn<BrokerFactory>("factory");
    QTest::newRow("local") << BrokerFactory(&makeLocalBroker);
    QTest::newRow("redis") << BrokerFactory(&makeRedisBroker);
}

void MessageBrokerTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
}

void MessageBrokerTest::cleanup()
{
    m_caller.reset();
    m_fixture.reset();
    m_mailbox.reset();
}

Caller &MessageBrokerTest::start(BrokerSettings settings)
{
    QFETCH_GLOBAL(const BrokerFactory, factory);
    m_fixture = factory(settings);
    m_caller = std::make_unique<Caller>(m_fixture->broker());
    return *m_caller;
}

void MessageBrokerTest::unknownGroupsAreNotFound()
{
    Caller &caller = start();
    RecordingListener listener;
    const int id = caller.attach(listener);
    QCOMPARE(caller.tryJoin(id, u"x"_s, u"ann"_s).error().code, Error::Code::NotFound);
    QCOMPARE(caller.publish(u"x"_s, u"ann"_s, u"hi"_s).error().code, Error::Code::NotFound);
    QCOMPARE(caller.publish(u"x"_s, u"ann"_s, u"hi"_s, u"id"_s).error().code, Error::Code::NotFound);
    QCOMPARE(caller.members(u"x"_s).error().code, Error::Code::NotFound);
    QCOMPARE(caller.watch(id, u"x"_s, true).error().code, Error::Code::NotFound);
    QCOMPARE(caller.type(u"x"_s, u"ann"_s).error().code, Error::Code::NotFound);
    caller.leave({chat::GroupJoinResult::Ok, {u"x"_s, u"ann"_s, 1, id}, {}, 0});
}

void MessageBrokerTest::aMessageIsDeliveredAsItWasReceipted()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    const Joined joined = caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    QCOMPARE(joined.lastSeq, qint64(0));
    const auto before = std::chrono::system_clock::now() - 1s;
    const auto receipt = caller.publish(u"room"_s, u"ann"_s, u"hello"_s, u"id-1"_s);
    QVERIFY(receipt);
    QCOMPARE(receipt->groupId, u"room"_s);
    QCOMPARE(receipt->seq, qint64(1));
    QCOMPARE(receipt->epoch, joined.epoch);
    QVERIFY(!joined.epoch.isEmpty());
    QVERIFY(receipt->sendTime > before && receipt->sendTime < before + 60s);
    QTRY_COMPARE(listener.messages.size(), std::size_t(1));
    const chat::Message expected{u"room"_s,    u"ann"_s,       u"hello"_s, receipt->sendTime,
                                 receipt->seq, receipt->epoch, u"id-1"_s};
    QCOMPARE(listener.messages.front(), expected);

    QVERIFY(caller.publish(u"room"_s, u"ann"_s, u"again"_s));
    QTRY_COMPARE(listener.messages.size(), std::size_t(2));
    QVERIFY(listener.messages.back().clientMessageId.isNull());
}

void MessageBrokerTest::onlyMembersPublish()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    const Joined joined = caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    QCOMPARE(caller.publish(u"room"_s, u"bob"_s, u"hi"_s).error().code, Error::Code::NotMember);
    QVERIFY(caller.publish(u"room"_s, u"ann"_s, u"hi"_s));
    caller.leave(joined);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s).error().code, Error::Code::NotMember);
}

void MessageBrokerTest::numbersAreDensePerGroup()
{
    Caller &caller = start();
    RecordingListener listener;
    const int id = caller.attach(listener);
    for (const QString &group : {u"a"_s, u"b"_s}) {
        QVERIFY(caller.create(group));
        (void)caller.join(id, group, u"ann"_s);
    }
    for (qint64 seq = 1; seq <= 5; ++seq) {
        QCOMPARE(caller.publish(u"a"_s, u"ann"_s, u"x"_s)->seq, seq);
        QVERIFY(!caller.publish(u"a"_s, u"bob"_s, u"refused"_s)); // takes no number
    }
    QCOMPARE(caller.publish(u"b"_s, u"ann"_s, u"x"_s)->seq, qint64(1));
}

void MessageBrokerTest::aListenerWithoutMembersHearsNothing()
{
    Caller &caller = start();
    RecordingListener inside;
    RecordingListener outside;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(inside), u"room"_s, u"ann"_s);
    (void)caller.attach(outside);
    QVERIFY(caller.publish(u"room"_s, u"ann"_s, u"hi"_s));
    QTRY_COMPARE(inside.messages.size(), std::size_t(1));
    (void)caller.groups(); // whatever was on its way has arrived
    QVERIFY(outside.messages.empty());
}

namespace {

// A listener in a thread of its own, which publishes there, many at once.
struct Participant
{
    Participant(MessageBroker &messageBroker, const QString &user)
        : broker(messageBroker)
        , userId(user)
    { }

    QCoro::Task<> publishAll(QString group, int count)
    {
        const int id = co_await broker.attach(&listener);
        (void)co_await broker.join(id, group, userId);
        joined.set_value();
        go.get_future().wait();
        for (int i = 0; i < count; ++i)
            publishOne(group, QString::number(i), count);
    }
    QCoro::Task<> publishOne(QString group, QString text, int count)
    {
        const auto receipt = co_await broker.publish(Caller::request(group, userId, text, userId % text));
        failed += receipt ? 0 : 1;
        if (++answered < count)
            co_return;
        for (QDeadlineTimer patience(20s); listener.messages.size() < expected && !patience.hasExpired();)
            co_await QCoro::sleepFor(5ms);
        done.set_value();
    }

    MessageBroker &broker;
    const QString userId;
    RecordingListener listener;
    std::size_t expected = 0; // messages to wait for before it is done
    int answered = 0;
    int failed = 0;
    std::promise<void> joined;
    std::promise<void> go;
    std::promise<void> done;
    std::unique_ptr<WorkerThread> thread = std::make_unique<WorkerThread>(QStringLiteral("participant"));
};

} // namespace

void MessageBrokerTest::allListenersSeeTheSameOrder()
{
    constexpr int count = 300;
    Caller &caller = start();
    QVERIFY(caller.create(u"room"_s));
    std::vector<std::unique_ptr<Participant>> all;
    for (const QString &user : {u"ann"_s, u"bob"_s, u"cid"_s}) {
        all.push_back(std::make_unique<Participant>(m_fixture->broker(), user));
        all.back()->expected = 3 * count;
        all.back()->thread->post([p = all.back().get()] { p->publishAll(u"room"_s, count); });
        all.back()->joined.get_future().wait();
    }
    for (const auto &one : all)
        one->go.set_value();
    for (const auto &one : all)
        one->done.get_future().wait();
    RecordingListener last;
    QCOMPARE(caller.join(caller.attach(last), u"room"_s, u"dan"_s).lastSeq, qint64(3 * count));
    for (const auto &one : all)
        one->thread->stop();
    m_fixture.reset(); // before the participants, which it may still want to tell something

    QCOMPARE(all[0]->listener.messages.size(), std::size_t(3 * count));
    qint64 seq = 0;
    for (const chat::Message &message : all[0]->listener.messages)
        QCOMPARE(message.seq, ++seq);
    for (const auto &one : all) {
        QCOMPARE(one->failed, 0);
        QVERIFY(one->listener.messages == all[0]->listener.messages);
    }
}

void MessageBrokerTest::everythingAboveTheJoinArrives()
{
    constexpr int count = 500;
    Caller &caller = start();
    QVERIFY(caller.create(u"room"_s));
    Participant sender(m_fixture->broker(), u"ann"_s);
    sender.thread->post([&sender] { sender.publishAll(u"room"_s, count); });
    sender.joined.get_future().wait();
    sender.go.set_value();

    std::vector<std::unique_ptr<RecordingListener>> listeners;
    std::vector<Joined> joins;
    for (int i = 0; i < 20; ++i) {
        listeners.push_back(std::make_unique<RecordingListener>());
        joins.push_back(caller.join(caller.attach(*listeners.back()), u"room"_s, QString::number(i)));
    }
    sender.done.get_future().wait();
    for (std::size_t i = 0; i < joins.size(); ++i) {
        const qint64 lastSeq = joins[i].lastSeq;
        QTRY_COMPARE(listeners[i]->of(u"room"_s, lastSeq).size(), static_cast<std::size_t>(count - lastSeq));
    }
    sender.thread->stop();
    m_fixture.reset();
}

void MessageBrokerTest::theSameClientIdIsOneMessage()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    const auto first = caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s).value(), first.value());
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"other"_s, u"id"_s).error().code, Error::Code::Conflict);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"next"_s)->seq, qint64(2));
    QTRY_COMPARE(listener.messages.size(), std::size_t(2));
}

void MessageBrokerTest::twiceAtTheSameTimeIsOneMessage()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    MessageBroker &broker = m_fixture->broker();
    // Not awaited in between: both are in one turn of the broker.
    auto first = broker.publish(Caller::request(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s));
    auto second = broker.publish(Caller::request(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s));
    auto third = broker.publish(Caller::request(u"room"_s, u"ann"_s, u"other"_s, u"id"_s));
    const auto receipt = QCoro::waitFor(first);
    QCOMPARE(QCoro::waitFor(second).value(), receipt.value());
    QCOMPARE(QCoro::waitFor(third).error().code, Error::Code::Conflict);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"next"_s)->seq, receipt->seq + 1);
}

void MessageBrokerTest::clientIdsCountPerSenderAndGroup()
{
    Caller &caller = start();
    RecordingListener listener;
    const int id = caller.attach(listener);
    for (const QString &group : {u"a"_s, u"b"_s}) {
        QVERIFY(caller.create(group));
        (void)caller.join(id, group, u"ann"_s);
        (void)caller.join(id, group, u"bob"_s);
    }
    QCOMPARE(caller.publish(u"a"_s, u"ann"_s, u"1"_s, u"id"_s)->seq, qint64(1));
    QCOMPARE(caller.publish(u"a"_s, u"bob"_s, u"2"_s, u"id"_s)->seq, qint64(2));
    QCOMPARE(caller.publish(u"b"_s, u"ann"_s, u"3"_s, u"id"_s)->seq, qint64(1));
}

void MessageBrokerTest::aClientIdIsForgottenAfterItsWindow()
{
    Caller &caller = start({.clientIdWindow = 100ms});
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s)->seq, qint64(1));
    QTRY_COMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s)->seq, qint64(2));
}

void MessageBrokerTest::aReceiptIsGivenAgainWithoutAPlace()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    const Joined joined = caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    const auto receipt = caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s);
    caller.leave(joined);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s).value(), receipt.value());
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"new"_s).error().code, Error::Code::NotMember);
}

void MessageBrokerTest::aConnectionThatIsNotJoinedOnlyGetsReceiptsAgain()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s); // her other connection has a place
    const auto first = caller.publish(u"room"_s, u"ann"_s, u"hi"_s, u"id-1"_s);
    QVERIFY(first);
    const auto again = [&](const QString &text, const QString &clientId) {
        PublishRequest request = Caller::request(u"room"_s, u"ann"_s, text, clientId);
        request.isJoined = false;
        return QCoro::waitFor(m_fixture->broker().publish(request));
    };
    QCOMPARE(again(u"hi"_s, u"id-1"_s).value(), *first);
    QCOMPARE(again(u"ho"_s, u"id-1"_s).error().code, Error::Code::Conflict);
    QCOMPARE(again(u"hi"_s, u"id-2"_s).error().code, Error::Code::NotMember);
    QCOMPARE(again(u"hi"_s, QString()).error().code, Error::Code::NotMember);
    QVERIFY(caller.publish(u"room"_s, u"ann"_s, u"last"_s));
    QTRY_VERIFY(!listener.messages.empty() && listener.messages.back().text == u"last"_s);
    QCOMPARE(listener.messages.size(), std::size_t(2));
}

void MessageBrokerTest::aLatePublishIsRefused()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    PublishRequest late = Caller::request(u"room"_s, u"ann"_s, u"hi"_s);
    late.notAfter = std::chrono::steady_clock::now() - 1ms;
    QCOMPARE(QCoro::waitFor(m_fixture->broker().publish(late)).error().code, Error::Code::Unavailable);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s)->seq, qint64(1));
}

void MessageBrokerTest::nastyTextsSurvive()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    const QStringList texts = nastyTexts();
    for (const QString &text : texts) {
        const QString clientId = text.left(64).isValidUtf16() ? text.left(64) : text.left(63);
        const auto receipt = caller.publish(u"room"_s, u"ann"_s, text, clientId);
        QVERIFY(receipt);
        QCOMPARE(caller.publish(u"room"_s, u"ann"_s, text, clientId).value(), receipt.value()); // found again
    }
    QTRY_COMPARE(listener.messages.size(), static_cast<std::size_t>(texts.size()));
    for (qsizetype i = 0; i < texts.size(); ++i)
        QCOMPARE(listener.messages[static_cast<std::size_t>(i)].text, texts[i]);
}

void MessageBrokerTest::nastyIdsSurvive()
{
    Caller &caller = start();
    RecordingListener listener;
    const int id = caller.attach(listener);
    const QStringList ids{u"\U0001F600"_s.repeated(32),
                          u"'; DROP TABLE chat_groups; --"_s,
                          u"%_?*[a]"_s,
                          u"\"quoted\\\""_s,
                          u"\u00e9"_s,
                          u"e\u0301"_s,
                          u"STRASSE"_s,
                          u"stra\u00dfe"_s,
                          u"\ufeffroom"_s,
                          u"room"_s,
                          u"\ufffe"_s,
                          u"\uffff"_s};
    for (const QString &nasty : ids) {
        QVERIFY(caller.create(nasty));
        (void)caller.join(id, nasty, nasty);
        QCOMPARE(caller.publish(nasty, nasty, u"hi"_s)->seq, qint64(1)); // each is a group of its own
        QCOMPARE(caller.members(nasty).value(), QStringList{nasty});
    }
    QStringList listed = caller.groups();
    QCOMPARE(QSet<QString>(listed.begin(), listed.end()), QSet<QString>(ids.begin(), ids.end()));
    QCOMPARE(caller.groups(u"%"_s), QStringList{ids[2]});
}

void MessageBrokerTest::sendTimesNeverGoBack()
{
    Caller &caller = start();
    RecordingListener listener;
    QVERIFY(caller.create(u"room"_s));
    (void)caller.join(caller.attach(listener), u"room"_s, u"ann"_s);
    chat::Timestamp last;
    for (int i = 0; i < 50; ++i) {
        const auto receipt = caller.publish(u"room"_s, u"ann"_s, u"x"_s);
        QVERIFY(receipt->sendTime >= last);
        last = receipt->sendTime;
    }
}

QTEST_GUILESS_MAIN(MessageBrokerTest)
#include "tst_messagebroker.moc"
