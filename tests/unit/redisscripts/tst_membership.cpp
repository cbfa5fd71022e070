// SPDX-License-Identifier: MIT
#include "deployment.h"

#include <QTest>

using namespace nextchat::test;
using Words = Deployment::Words;

// join, leave, members, renew, reap, assert, probe: design.md 5, "Membership".
class MembershipScriptsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_redis = std::make_unique<Deployment>();
        (void)m_redis->open();
        QCOMPARE(m_redis->create("room"), Words{"OK"});
        for (const char *server : {"00aa", "00bb"})
            (void)m_redis->renew(server);
    }
    void cleanup() { m_redis.reset(); }

    void joinsAreRefusedInOrder();
    void placesCountUsersOfAllServers();
    void aLeaveNamesItsJoin();
    void aKeptPlaceIsAPlace();
    void aKeptPlaceIsFreeWhenTheUserIsBackElsewhere();
    void renewingNamesTheDead();
    void notAllTheDeadAreNamedAtOnce();
    void anyonesRenewalCounts();
    void theDeadAreReapedInParts();
    void reapingLeavesWhatOthersHold();
    void nobodyIsReapedWithinAWholeLease();
    void placesAreAsserted();
    void anAssertionEndsWhatTheServerHeldBefore();
    void whoFindsNoRoomIsNamed();
    void anAssertionKnowsMoreOrAnotherEpoch();
    void aJoinFromBeforeAnAssertionIsLate();
    void aProbeTellsOfAllPartitions();

private:
    [[nodiscard]] QByteArray holds(const QByteArray &user)
    {
        return m_redis->field(m_redis->keys().members("room"), user);
    }
    void end(const QByteArray &server) // its lease
    {
        m_redis->redis().cli({"ZADD", m_redis->keys().servers(), "1", server});
        m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    }

    std::unique_ptr<Deployment> m_redis;
};

void MembershipScriptsTest::joinsAreRefusedInOrder()
{
    QCOMPARE(m_redis->join("00cc", "none", "ann", 1), Words{"NOGROUP"});
    QCOMPARE(m_redis->join("00cc", "room", "ann", 1), Words{"LEASE"});
    const QByteArray epoch = std::exchange(m_redis->epoch, "an old one");
    QCOMPARE(m_redis->join("00aa", "none", "ann", 1), (Words{"EPOCH", epoch}));
    m_redis->epoch = epoch;
    QCOMPARE(m_redis->assertPlaces("00aa", {}, 0, 50), Words{"OK"});
    m_redis->redis().cli({"ZREM", m_redis->keys().servers(), "00aa"});
    QCOMPARE(m_redis->join("00aa", "none", "ann", 49), Words{"LATE"}); // before the group, before the lease
    QCOMPARE(m_redis->join("00aa", "room", "ann", 50), Words{"LEASE"});
    QCOMPARE(m_redis->members("none"), Words{"NOGROUP"});
}

void MembershipScriptsTest::placesCountUsersOfAllServers()
{
    QCOMPARE(m_redis->join("00aa", "room", "ann", 1, 2).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->join("00bb", "room", "ann", 1, 2).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->join("00aa", "room", "bob", 2, 2).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->join("00bb", "room", "cid", 3, 2).value(0), QByteArray("NOROOM"));
    QCOMPARE(m_redis->join("00bb", "room", "bob", 4, 2).value(0), QByteArray("OK")); // has a place already
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"OK"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "ann", "bob"})); // on the other server
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 1), Words{"OK"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "bob"}));
}

void MembershipScriptsTest::aLeaveNamesItsJoin()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->join("00aa", "room", "ann", 2);
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"NONE"});
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 12), Words{"NONE"});
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 2), Words{"NONE"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "ann"}));
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 2), Words{"OK"});
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 2), Words{"NONE"});
    QCOMPARE(m_redis->redis().cli({"SCARD", m_redis->keys().held("00aa")}), QByteArray("0"));
}

void MembershipScriptsTest::aKeptPlaceIsAPlace()
{
    (void)m_redis->join("00aa", "room", "ann", 1, 1);
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1, "lost"), Words{"OK"});
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1, "lost"), Words{"OK"}); // said again
    QCOMPARE(holds("ann"), QByteArray("00aa:1k;"));
    QCOMPARE(m_redis->join("00bb", "room", "bob", 1, 1), (Words{"NOROOM", "0"}));
    QCOMPARE(m_redis->join("00aa", "room", "ann", 2, 1).value(0),
             QByteArray("OK")); // back on the same server
    QCOMPARE(holds("ann"), QByteArray("00aa:2;"));
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"NONE"}); // the time of the lost one is over
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 2, "lost"), Words{"OK"});
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 2), Words{"OK"});
    QCOMPARE(m_redis->members("room"), Words{"OK"});
    QCOMPARE(m_redis->join("00bb", "room", "bob", 1, 1).value(0), QByteArray("OK"));
}

void MembershipScriptsTest::aKeptPlaceIsFreeWhenTheUserIsBackElsewhere()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1, "lost"), Words{"OK"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "ann"}));
    (void)m_redis->join("00bb", "room", "ann", 1);
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 1), Words{"OK"});
    QCOMPARE(m_redis->members("room"), Words{"OK"}); // nothing is kept any more
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"NONE"});
}

void MembershipScriptsTest::renewingNamesTheDead()
{
    QCOMPARE(m_redis->renew("00aa").size(), 2);
    QCOMPARE(m_redis->renew("00cc", 1).value(0), QByteArray("EXPIRED")); // new
    QTest::qWait(20);
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    const Words renewed = m_redis->renew("00aa");
    QCOMPARE(renewed.value(0), QByteArray("OK"));
    QCOMPARE(renewed.mid(2), Words{"00cc"});
    QCOMPARE(m_redis->renew("00cc", 1000).value(0), QByteArray("EXPIRED")); // it is alive again
    QCOMPARE(m_redis->reap("00cc"), Words{"ALIVE"});
}

void MembershipScriptsTest::notAllTheDeadAreNamedAtOnce()
{
    Words command{"ZADD", m_redis->keys().servers()};
    for (int i = 0; i < 250; ++i)
        command << QByteArray::number(1 + i) << QByteArray::number(i, 16).rightJustified(4, '0');
    m_redis->redis().cli(command);
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    const Words renewed = m_redis->renew("00ffff");
    QCOMPARE(renewed.value(0), QByteArray("EXPIRED"));
    QCOMPARE(renewed.size(), 2 + 100);
    QCOMPARE(renewed.value(2), QByteArray("0000")); // who is dead for longest
    QCOMPARE(m_redis->reap("0000"), (Words{"DONE", "0"}));
    QCOMPARE(m_redis->renew("00ffff").value(2), QByteArray("0001"));
}

void MembershipScriptsTest::anyonesRenewalCounts()
{
    // The time without any renewal, in Redis' clock: a lease, and a little less.
    const auto renewedBefore = [this](qint64 microseconds) {
        const QByteArrayList time = m_redis->redis().ask({"TIME"}).toList();
        const qint64 now = time.value(0).toLongLong() * 1'000'000 + time.value(1).toLongLong();
        m_redis->redis().cli(
            {"HSET", m_redis->keys().meta(), "renewed", QByteArray::number(now - microseconds)});
    };
    end("00aa");
    renewedBefore(20'000'000);
    QCOMPARE(m_redis->renew("00bb").mid(2), Words{"00aa"});
    renewedBefore(31'000'000);
    QCOMPARE(m_redis->renew("00bb").mid(2), Words());
    QCOMPARE(m_redis->renew("00bb").mid(2), Words()); // grace lasts
    QCOMPARE(m_redis->reap("00aa"), Words{"ALIVE"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "grace", "0"});
    QCOMPARE(m_redis->renew("00bb").mid(2), Words{"00aa"});
}

void MembershipScriptsTest::reapingLeavesWhatOthersHold()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->join("00bb", "room", "ann", 2);
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 2, "lost"), Words{"OK"});
    (void)m_redis->join("00aa", "room", "bob", 3);
    QCOMPARE(m_redis->assertPlaces("00aa", {}, 0, 9), Words{"OK"});
    m_redis->redis().cli({"HDEL", m_redis->keys().members("room"), "bob"}); // someone tampers
    end("00aa");
    QCOMPARE(m_redis->reap("00aa"), (Words{"DONE", "0"}));
    QCOMPARE(holds("ann"), QByteArray("00bb:2k;"));
    QCOMPARE(m_redis->redis().cli({"EXISTS", m_redis->keys().held("00aa")}), QByteArray("0"));
    QCOMPARE(m_redis->field(m_redis->keys().meta(), "fence:00aa"), QByteArray());
}

void MembershipScriptsTest::theDeadAreReapedInParts()
{
    for (const char *user : {"ann", "bob", "cid"})
        (void)m_redis->join("00aa", "room", user, 1);
    (void)m_redis->join("00bb", "room", "bob", 1);
    end("00aa");
    QCOMPARE(m_redis->reap("00aa").value(0), QByteArray("MORE")); // two at once
    QCOMPARE(m_redis->reap("00aa").value(0), QByteArray("DONE"));
    QCOMPARE(m_redis->members("room"), (Words{"OK", "bob"})); // whom another server holds, too
    QCOMPARE(m_redis->redis().cli({"ZSCORE", m_redis->keys().servers(), "00aa"}), QByteArray("(nil)"));
    QCOMPARE(m_redis->reap("never there"), (Words{"DONE", "0"}));
}

void MembershipScriptsTest::nobodyIsReapedWithinAWholeLease()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    m_redis->redis().cli({"ZADD", m_redis->keys().servers(), "1", "00aa"});
    m_redis->redis().cli({"HSET", m_redis->keys().meta(), "renewed", "1"}); // Redis was away for long
    QCOMPARE(m_redis->renew("00bb").size(), 2); // nobody is named
    QCOMPARE(m_redis->reap("00aa"), Words{"ALIVE"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "ann"}));
}

void MembershipScriptsTest::placesAreAsserted()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->join("00bb", "room", "ann", 8);
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "5", "0", "room", "bob", "6", "0"}), Words{"OK"});
    QCOMPARE(m_redis->members("room"), (Words{"OK", "ann", "bob"}));
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 1), Words{"NONE"});
    QCOMPARE(m_redis->leave("00aa", "room", "ann", 5), Words{"OK"});
    QCOMPARE(m_redis->leave("00bb", "room", "ann", 8), Words{"OK"});
    QCOMPARE(m_redis->leave("00aa", "room", "bob", 6), Words{"OK"});
    QCOMPARE(m_redis->assertPlaces("00dd", {}), Words{"OK"}); // renews the lease
    QCOMPARE(m_redis->join("00dd", "room", "dan", 100).value(0), QByteArray("OK"));
}

void MembershipScriptsTest::anAssertionEndsWhatTheServerHeldBefore()
{
    (void)m_redis->join("00aa", "room", "ann", 1);
    (void)m_redis->leave("00aa", "room", "ann", 1, "lost");
    (void)m_redis->join("00bb", "room", "bob", 2);
    (void)m_redis->leave("00bb", "room", "bob", 2, "lost");
    m_redis->redis().cli({"HSET", m_redis->keys().seq(), "room", "4 1700000000000000"});
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "5", "4", "room", "bob", "6", "3"}), Words{"OK"});
    QCOMPARE(holds("ann"), QByteArray("00aa:5;"));
    QCOMPARE(holds("bob"), QByteArray("00bb:2k;00aa:6;")); // what others keep ends with their time
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "5", "4"}), Words{"OK"}); // twice is once
    QCOMPARE(holds("ann"), QByteArray("00aa:5;"));
    QCOMPARE(m_redis->redis().cli({"SCARD", m_redis->keys().held("00aa")}), QByteArray("2"));
}

void MembershipScriptsTest::whoFindsNoRoomIsNamed()
{
    (void)m_redis->join("00bb", "room", "bob", 1, 1);
    const Words asserted = m_redis->assertPlaces(
        "00aa", {"room", "ann", "1", "0", "room", "bob", "2", "0", "room", "cid", "3", "0"}, 1);
    QCOMPARE(asserted, (Words{"OK", "0", "2"}));
    QCOMPARE(m_redis->redis().cli({"SCARD", m_redis->keys().held("00aa")}), QByteArray("1"));
    QCOMPARE(m_redis->members("room"), (Words{"OK", "bob"}));
}

void MembershipScriptsTest::anAssertionKnowsMoreOrAnotherEpoch()
{
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "1", "4"}), (Words{"BEHIND", "room"}));
    QCOMPARE(m_redis->assertPlaces("00aa", {"lost", "ann", "1", "0"}), (Words{"BEHIND", "lost"}));
    QCOMPARE(m_redis->members("room"), Words{"OK"}); // nothing was written
    const QByteArray epoch = std::exchange(m_redis->epoch, "an old one");
    QCOMPARE(m_redis->assertPlaces("00aa", {"room", "ann", "1", "0"}), (Words{"EPOCH", epoch}));
}

void MembershipScriptsTest::aJoinFromBeforeAnAssertionIsLate()
{
    QCOMPARE(m_redis->assertPlaces("00aa", {}, 0, 50), Words{"OK"});
    QCOMPARE(m_redis->join("00aa", "room", "ann", 49), Words{"LATE"});
    QCOMPARE(m_redis->join("00aa", "room", "ann", 50).value(0), QByteArray("OK"));
    QCOMPARE(m_redis->join("00bb", "room", "bob", 1).value(0), QByteArray("OK")); // each server has its own
}

void MembershipScriptsTest::aProbeTellsOfAllPartitions()
{
    const Words probed =
        m_redis->run(m_redis->scripts().probe,
                     {m_redis->keys().meta(), m_redis->keys().log(), "{test:1}:meta", "{test:1}:log"}, {});
    QCOMPARE(probed.size(), 10);
    QVERIFY(probed.value(1).toLongLong() > 1'700'000'000'000'000);
    QCOMPARE(probed.mid(2), (Words{m_redis->epoch, "2", "0", "2", "", "0", "0", ""}));
}

QTEST_GUILESS_MAIN(MembershipScriptsTest)
#include "tst_membership.moc"
