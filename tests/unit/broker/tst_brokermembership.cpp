// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "common/support/mailbox.h"

using namespace nextchat;
using namespace nextchat::broker;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What every broker does with groups, places and watchers, against the interface alone. Each test runs once
// per kind of broker.
class BrokerMembershipTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data();
    void init();
    void cleanup();

    void groupsAreListedInTheOrderOfTheirBytes();
    void groupsComeInPages();
    void groupsAreLimited();
    void placesCountUsers();
    void aPlaceOfALostConnectionIsKept();
    void aKeptPlaceExpires();
    void aReconnectFindsThePlace();
    void aLeaveEndsNoOtherJoin();
    void membersAreSortedByBytes();
    void watchersHearOfFirstJoinsAndLastLeaves();
    void watchersHearTyping();
    void aDetachedListenerHearsNothingMore();

private:
    Caller &start(BrokerSettings settings = {});

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<BrokerFixture> m_fixture;
    std::unique_ptr<Caller> m_caller;
};

void BrokerMembershipTest::initTestCase_data()
{
    QTest::addColumn<BrokerFactory>("factory");
    QTest::newRow("local") << BrokerFactory(&makeLocalBroker);
    QTest::newRow("redis") << BrokerFactory(&makeRedisBroker);
}

void BrokerMembershipTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
}

void BrokerMembershipTest::cleanup()
{
    m_caller.reset();
    m_fixture.reset();
    m_mailbox.reset();
}

Caller &BrokerMembershipTest::start(BrokerSettings settings)
{
    QFETCH_GLOBAL(const BrokerFactory, factory);
    m_fixture = factory(settings);
    m_caller = std::make_unique<Caller>(m_fixture->broker());
    return *m_caller;
}

void BrokerMembershipTest::groupsAreListedInTheOrderOfTheirBytes()
{
    Caller &caller = start();
    const QString emoji = u"\U0001F600"_s; // above U+FFFD in UTF-8, below it in UTF-16
    const QStringList sorted{u"A"_s, u"a"_s, u"a b"_s, u"aa"_s, u"\u00e9"_s, u"\ufffd"_s, emoji};
    for (const QString &group : {sorted[6], sorted[1], sorted[5], sorted[0], sorted[3], sorted[2], sorted[4]})
        QVERIFY(caller.create(group));
    QVERIFY(caller.create(u"a"_s)); // no error, no second one
    QCOMPARE(caller.groups(), sorted);
}

void BrokerMembershipTest::groupsComeInPages()
{
    Caller &caller = start();
    for (const QString &group : {u"a"_s, u"ba"_s, u"bb"_s, u"bc"_s, u"c"_s})
        QVERIFY(caller.create(group));
    QCOMPARE(caller.groups(u"b"_s), (QStringList{u"ba"_s, u"bb"_s, u"bc"_s}));
    QCOMPARE(caller.groups(u"b"_s, QString(), 2), (QStringList{u"ba"_s, u"bb"_s}));
    QCOMPARE(caller.groups(u"b"_s, u"bb"_s, 2), (QStringList{u"bc"_s}));
    QCOMPARE(caller.groups(u"b"_s, u"a"_s, 1), (QStringList{u"ba"_s}));
    QCOMPARE(caller.groups(u"b"_s, u"baa"_s, 0), (QStringList{u"bb"_s, u"bc"_s})); // need not exist
    QVERIFY(caller.groups(u"b"_s, u"c"_s, 0).isEmpty());
    QVERIFY(caller.groups(u"x"_s).isEmpty());
}

void BrokerMembershipTest::groupsAreLimited()
{
    Caller &caller = start({.maximumGroups = 2});
    QVERIFY(caller.create(u"a"_s));
    QVERIFY(caller.create(u"b"_s));
    QCOMPARE(caller.create(u"c"_s).error().code, Error::Code::LimitReached);
    QVERIFY(caller.create(u"a"_s));
}

void BrokerMembershipTest::placesCountUsers()
{
    Caller &caller = start({.maximumMembers = 2});
    RecordingListener listener;
    const int id = caller.attach(listener);
    QVERIFY(caller.create(u"room"_s));
    const Joined first = caller.join(id, u"room"_s, u"ann"_s);
    const Joined second = caller.join(id, u"room"_s, u"ann"_s);
    const Joined bob = caller.join(id, u"room"_s, u"bob"_s);
    QCOMPARE(caller.join(id, u"room"_s, u"cid"_s).result, chat::GroupJoinResult::NoRoom);
    QCOMPARE(caller.join(id, u"room"_s, u"bob"_s).result, chat::GroupJoinResult::Ok); // has a place already
    caller.leave(first);
    QCOMPARE(caller.join(id, u"room"_s, u"cid"_s).result, chat::GroupJoinResult::NoRoom);
    caller.leave(second);
    QCOMPARE(caller.join(id, u"room"_s, u"cid"_s).result, chat::GroupJoinResult::Ok);
    QCOMPARE(caller.members(u"room"_s).value(), (QStringList{u"bob"_s, u"cid"_s}));
    QCOMPARE(bob.result, chat::GroupJoinResult::Ok);
}

void BrokerMembershipTest::aPlaceOfALostConnectionIsKept()
{
    Caller &caller = start({.maximumMembers = 1});
    RecordingListener listener;
    const int id = caller.attach(listener);
    QVERIFY(caller.create(u"room"_s));
    caller.leave(caller.join(id, u"room"_s, u"ann"_s), LeaveReason::Lost);
    QCOMPARE(caller.join(id, u"room"_s, u"bob"_s).result, chat::GroupJoinResult::NoRoom);
    QCOMPARE(caller.members(u"room"_s).value(), QStringList{u"ann"_s});
}

void BrokerMembershipTest::aKeptPlaceExpires()
{
    Caller &caller = start({.maximumMembers = 1, .leaseDuration = 100ms});
    RecordingListener listener;
    const int id = caller.attach(listener);
    QVERIFY(caller.create(u"room"_s));
    QVERIFY(caller.watch(id, u"room"_s, true));
    caller.leave(caller.join(id, u"room"_s, u"ann"_s), LeaveReason::Lost);
    QTRY_COMPARE(listener.events, (QStringList{u"+room/ann"_s, u"-room/ann"_s}));
    QCOMPARE(caller.join(id, u"room"_s, u"bob"_s).result, chat::GroupJoinResult::Ok);
    QCOMPARE(caller.publish(u"room"_s, u"ann"_s, u"hi"_s).error().code, Error::Code::NotMember);
}

void BrokerMembershipTest::aReconnectFindsThePlace()
{
    Caller &caller = start({.maximumMembers = 1, .leaseDuration = 200ms});
    RecordingListener listener;
    const int id = caller.attach(listener);
    QVERIFY(caller.create(u"room"_s));
    QVERIFY(caller.create(u"clock"_s));
    QVERIFY(caller.watch(id, u"room"_s, true));
    QVERIFY(caller.watch(id, u"clock"_s, true));
    caller.leave(caller.join(id, u"room"_s, u"ann"_s), LeaveReason::Lost);
    const Joined again = caller.join(id, u"room"_s, u"ann"_s);
    QCOMPARE(again.result, chat::GroupJoinResult::Ok);
    // A place lost later has expired, so the one of before would have, too.
    caller.leave(caller.join(id, u"clock"_s, u"x"_s), LeaveReason::Lost);
    QTRY_VERIFY(listener.events.contains(u"-clock/x"_s));
    QVERIFY(!listener.events.contains(u"-room/ann"_s));
    caller.leave(again);
    QTRY_VERIFY(listener.events.contains(u"-room/ann"_s)); // at once: nothing is kept any more
    QVERIFY(caller.members(u"room"_s)->isEmpty());
}

void BrokerMembershipTest::aLeaveEndsNoOtherJoin()
{
    Caller &caller = start();
    RecordingListener listener;
    const int id = caller.attach(listener);
    QVERIFY(caller.create(u"room"_s));
    const Joined old = caller.join(id, u"room"_s, u"ann"_s);
    caller.leave(old);
    const Joined current = caller.join(id, u"room"_s, u"ann"_s);
    caller.leave(old); // late, or twice
    QCOMPARE(caller.members(u"room"_s).value(), QStringList{u"ann"_s});
    caller.leave(old, LeaveReason::Lost);
    caller.leave(current);
    QVERIFY(caller.members(u"room"_s)->isEmpty());
}

void BrokerMembershipTest::membersAreSortedByBytes()
{
    Caller &caller = start();
    RecordingListener listener;
    const int id = caller.attach(listener);
    QVERIFY(caller.create(u"room"_s));
    const QStringList sorted{u"Z"_s, u"a"_s, u"\ufffd"_s, u"\U0001F600"_s};
    for (const QString &user : {sorted[3], sorted[1], sorted[2], sorted[0]})
        (void)caller.join(id, u"room"_s, user);
    QCOMPARE(caller.members(u"room"_s).value(), sorted);
}

void BrokerMembershipTest::watchersHearOfFirstJoinsAndLastLeaves()
{
    Caller &caller = start();
    RecordingListener watcher;
    RecordingListener other;
    const int id = caller.attach(watcher);
    const int otherId = caller.attach(other);
    QVERIFY(caller.create(u"room"_s));
    QVERIFY(caller.watch(id, u"room"_s, true));
    QVERIFY(caller.watch(id, u"room"_s, true)); // once is enough
    const Joined first = caller.join(otherId, u"room"_s, u"ann"_s);
    const Joined second = caller.join(id, u"room"_s, u"ann"_s);
    caller.leave(first);
    caller.leave(second);
    QTRY_COMPARE(watcher.events, (QStringList{u"+room/ann"_s, u"-room/ann"_s}));
    QVERIFY(caller.watch(id, u"room"_s, false));
    (void)caller.join(id, u"room"_s, u"bob"_s);
    (void)caller.groups();
    QCOMPARE(watcher.events.size(), 2);
    QVERIFY(other.events.isEmpty());
}

void BrokerMembershipTest::watchersHearTyping()
{
    Caller &caller = start();
    RecordingListener watcher;
    const int id = caller.attach(watcher);
    QVERIFY(caller.create(u"room"_s));
    QVERIFY(caller.watch(id, u"room"_s, true));
    QVERIFY(caller.type(u"room"_s, u"ann"_s));
    QTRY_COMPARE(watcher.events, QStringList{u"~room/ann"_s});
}

void BrokerMembershipTest::aDetachedListenerHearsNothingMore()
{
    Caller &caller = start();
    QVERIFY(caller.create(u"room"_s));
    RecordingListener staying;
    const int id = caller.attach(staying);
    (void)caller.join(id, u"room"_s, u"bob"_s);
    auto leaving = std::make_unique<RecordingListener>();
    const int leavingId = caller.attach(*leaving);
    (void)caller.join(leavingId, u"room"_s, u"ann"_s);
    QVERIFY(caller.watch(leavingId, u"room"_s, true));
    caller.detach(leavingId);
    leaving.reset(); // a call would be found by AddressSanitizer
    (void)caller.join(id, u"room"_s, u"cid"_s);
    QVERIFY(caller.publish(u"room"_s, u"bob"_s, u"hi"_s));
    QTRY_COMPARE(staying.messages.size(), std::size_t(1));
    // Its members count as lost: their places are kept for a lease.
    QCOMPARE(caller.members(u"room"_s).value(), (QStringList{u"ann"_s, u"bob"_s, u"cid"_s}));
}

QTEST_GUILESS_MAIN(BrokerMembershipTest)
#include "tst_brokermembership.moc"
