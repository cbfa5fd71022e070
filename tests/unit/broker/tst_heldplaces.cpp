// SPDX-License-Identifier: MIT
#include "server/broker/heldplaces.h"

#include <QTest>

using namespace nextchat::broker;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

using State = HeldPlaces::State;

Membership join(quint64 id, int listener = 1)
{
    return {u"room"_s, u"ann"_s, id, listener};
}

Hold hold(quint64 id)
{
    return {u"room"_s, u"ann"_s, id};
}

} // namespace

// design.md 5, "Membership": places count users, a leave names the join that it ends.
class HeldPlacesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aConfirmedJoinReplacesTheHold();
    void aRefusedJoinLeavesTheEarlierHold();
    void theLastLeaveNamesEveryHoldThatRedisMayHave();
    void aJoinOfUnknownOutcomeIsToBeForgotten();
    void whoComesBackBeforeTheLeaveIsAnsweredStays();
    void aLostPlaceIsKeptAndExpires();
    void aKeptPlaceThatIsTakenUpAgainDoesNotExpire();
    void aDroppedListenerKeepsItsPlaces();
    void anEvictedUserHoldsNothing();
    void listenersAreCountedPerGroup();
};

void HeldPlacesTest::aConfirmedJoinReplacesTheHold()
{
    HeldPlaces places;
    places.begin(join(1));
    places.confirm(hold(1));
    places.begin(join(2));
    QCOMPARE(places.holds(u"room"_s, u"ann"_s), (std::vector{hold(1), hold(2)}));
    places.confirm(hold(2));
    QCOMPARE(places.holds(u"room"_s, u"ann"_s), std::vector{hold(2)});
    QCOMPARE(places.end(join(2), std::nullopt), State::Joined); // the other connection is still there
    QCOMPARE(places.current(), std::vector{hold(2)});
    QCOMPARE(places.end(join(1), std::nullopt), State::None);
    QVERIFY(places.current().empty());
    QCOMPARE(places.obsolete(), std::vector{hold(2)});
    places.forget(hold(2));
    QVERIFY(places.obsolete().empty());
}

void HeldPlacesTest::aRefusedJoinLeavesTheEarlierHold()
{
    HeldPlaces places;
    places.begin(join(1));
    places.confirm(hold(1));
    places.begin(join(2));
    places.refuse(join(2));
    QCOMPARE(places.current(), std::vector{hold(1)});
    places.begin({u"room"_s, u"bob"_s, 3, 1});
    places.refuse({u"room"_s, u"bob"_s, 3, 1});
    QCOMPARE(places.state(u"room"_s, u"bob"_s), State::None);
    QVERIFY(places.obsolete().empty());
}

void HeldPlacesTest::theLastLeaveNamesEveryHoldThatRedisMayHave()
{
    HeldPlaces places;
    places.begin(join(1));
    places.confirm(hold(1));
    places.begin(join(2)); // its answer never comes
    (void)places.end(join(2), std::nullopt);
    (void)places.end(join(1), std::nullopt);
    QCOMPARE(places.obsolete(), (std::vector{hold(1), hold(2)}));
}

void HeldPlacesTest::aJoinOfUnknownOutcomeIsToBeForgotten()
{
    HeldPlaces places;
    places.begin(join(1));
    QCOMPARE(places.end(join(1), std::nullopt), State::None);
    QCOMPARE(places.obsolete(), std::vector{hold(1)});
}

void HeldPlacesTest::whoComesBackBeforeTheLeaveIsAnsweredStays()
{
    HeldPlaces places;
    places.begin(join(1));
    places.confirm(hold(1));
    (void)places.end(join(1), std::nullopt);
    places.begin(join(2));
    QVERIFY(places.obsolete().empty());
    QCOMPARE(places.current(), std::vector{hold(2)});
    places.forget(hold(1)); // the answer to the leave
    QCOMPARE(places.current(), std::vector{hold(2)});
}

void HeldPlacesTest::aLostPlaceIsKeptAndExpires()
{
    HeldPlaces places;
    const auto now = HeldPlaces::Clock::now();
    places.begin(join(1));
    places.confirm(hold(1));
    QCOMPARE(places.end(join(1), now + 30s), State::Kept);
    QVERIFY(places.nextExpiry() == now + 30s);
    QVERIFY(!places.hasListeners(u"room"_s));
    QCOMPARE(places.current(), std::vector{hold(1)});
    QVERIFY(places.expire(now + 29s).empty());
    QCOMPARE(places.expire(now + 30s), (std::vector{std::pair(u"room"_s, u"ann"_s)}));
    QCOMPARE(places.obsolete(), std::vector{hold(1)});
    QVERIFY(!places.nextExpiry());
}

void HeldPlacesTest::aKeptPlaceThatIsTakenUpAgainDoesNotExpire()
{
    HeldPlaces places;
    const auto now = HeldPlaces::Clock::now();
    places.begin(join(1));
    (void)places.end(join(1), now + 30s);
    places.begin(join(2));
    QVERIFY(places.expire(now + 31s).empty());
    QCOMPARE(places.state(u"room"_s, u"ann"_s), State::Joined);
    (void)places.end(join(2), now + 60s);
    QVERIFY(places.expire(now + 59s).empty());
    QCOMPARE(places.expire(now + 60s).size(), std::size_t(1));
}

void HeldPlacesTest::aDroppedListenerKeepsItsPlaces()
{
    HeldPlaces places;
    const auto now = HeldPlaces::Clock::now();
    places.begin(join(1, 1));
    places.begin({u"room"_s, u"bob"_s, 2, 2});
    places.dropListener(1, now + 30s);
    QCOMPARE(places.state(u"room"_s, u"ann"_s), State::Kept);
    QCOMPARE(places.state(u"room"_s, u"bob"_s), State::Joined);
    QCOMPARE(places.expire(now + 30s).size(), std::size_t(1));
}

void HeldPlacesTest::anEvictedUserHoldsNothing()
{
    HeldPlaces places;
    places.begin(join(1));
    places.evict(u"room"_s, u"ann"_s);
    QVERIFY(places.current().empty());
    QVERIFY(places.obsolete().empty());
    QVERIFY(!places.hasListeners(u"room"_s));
    QCOMPARE(places.end(join(1), std::nullopt), State::None); // its connection ends afterwards
}

void HeldPlacesTest::listenersAreCountedPerGroup()
{
    HeldPlaces places;
    places.begin(join(1, 1));
    places.begin({u"room"_s, u"bob"_s, 2, 1});
    places.begin({u"room"_s, u"cid"_s, 3, 2});
    std::vector<int> listeners;
    const auto keep = [&listeners](int listener) { listeners.push_back(listener); };
    places.forEachListener(u"room"_s, keep);
    QCOMPARE(listeners, (std::vector{1, 2}));
    (void)places.end(join(1), std::nullopt);
    (void)places.end({u"room"_s, u"bob"_s, 2, 1}, std::nullopt);
    listeners.clear();
    places.forEachListener(u"room"_s, keep);
    QCOMPARE(listeners, std::vector{2});
    QVERIFY(!places.hasListeners(u"other"_s));
}

QTEST_GUILESS_MAIN(HeldPlacesTest)
#include "tst_heldplaces.moc"
