// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P2, P3: what was accepted is in the database once, in its order.
class HistoryStoredTest : public StoredCrowd
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void everythingIsStoredOnce();
};

void HistoryStoredTest::everythingIsStoredOnce()
{
    begin();
    m_crowd->talk(2s);
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
    QCOMPARE(m_rows->count(u"chat_groups"_s), Crowd::groups);
    QCOMPARE(metric("nextchat_history_stored_total"), double(m_rows->count(u"messages"_s)));
    QTRY_COMPARE(metric("nextchat_history_backlog", 0), 0.0);
    QCOMPARE(readiness(u"history"_s), u"ok"_s);
    // The servers share the work.
    for (int i = 0; i < Crowd::servers; ++i)
        QTRY_VERIFY(metric("nextchat_history_partitions", i) >= 4);
}

QTEST_GUILESS_MAIN(HistoryStoredTest)
#include "tst_historystored.moc"
