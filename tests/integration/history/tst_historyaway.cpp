// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"
#include "tests/support/rawhub.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P4: while the database is away, however that looks, chat goes on; after it is back, history is whole.
class HistoryAwayTest : public StoredCrowd
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { end(); }

    void awayAtTheStart();
    void awayForAWhile();
    void killedInItsTransactions();
    void untilTheBacklogIsFull();
    void hanging();
    void serversEndWhileItHangs();
};

void HistoryAwayTest::awayAtTheStart()
{
    prepare();
    m_mariaDb->kill();
    enter();
    expectHistory(u"degraded"_s);
    m_crowd->talk(1s);
    QTRY_VERIFY(metric("nextchat_history_lag_seconds", 0) > 1);
    QVERIFY(m_mariaDb->start());
    expectStored();
    expectHistory(u"ok"_s);
}

void HistoryAwayTest::awayForAWhile()
{
    begin();
    for (int i = 0; i < 2; ++i) {
        m_mariaDb->stop();
        m_crowd->talk(3s);
        expectHistory(u"degraded"_s);
        QVERIFY(m_mariaDb->start());
        m_crowd->talk(1s);
    }
    expectStored();
    expectHistory(u"ok"_s);
}

void HistoryAwayTest::killedInItsTransactions()
{
    begin();
    for (int i = 0; i < 5; ++i) {
        m_crowd->talk(std::chrono::milliseconds(300 + 41 * i));
        m_mariaDb->kill();
        m_crowd->talk(100ms);
        QVERIFY(m_mariaDb->start());
        QTRY_COMPARE_WITH_TIMEOUT(readiness(u"history"_s), u"ok"_s, 30'000);
    }
    expectStored();
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

// What was accepted is there in the end; the rest was certainly refused.
void HistoryAwayTest::untilTheBacklogIsFull()
{
    begin({u"redis.maxBacklog=200"_s});
    m_mariaDb->stop();
    RawHub hub(m_crowd->server(0).port(), "ann");
    const QString group = u"backlog"_s;
    QCOMPARE(hub.errorOf(u"CreateGroup"_s, {group}), QString());
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {group}), QString());
    QString error;
    int accepted = 0;
    for (int i = 0; i < 400 && error.isEmpty(); ++i) {
        error = hub.errorOf(u"SendMessage"_s, {group, QString::number(i)});
        accepted += error.isEmpty() ? 1 : 0;
    }
    QVERIFY2(error.endsWith(u" Messaging is temporarily unavailable; try again."_s), qPrintable(error));
    QVERIFY2(accepted > 100 && accepted <= 200, qPrintable(QString::number(accepted)));
    QVERIFY(m_mariaDb->start());
    QVERIFY(QTest::qWaitFor(
        [&] {
            return hub.errorOf(u"SendMessage"_s, {group, QString::number(accepted)}).isEmpty();
        },
        30'000));
    expectStored();
    const QList<chat::Message> messages = m_rows->of(group);
    QCOMPARE(messages.size(), accepted + 1);
    for (int i = 0; i < messages.size(); ++i)
        QCOMPARE(messages[i].text, QString::number(i));
}

// Longer than the leases last, and any statement waits.
void HistoryAwayTest::hanging()
{
    begin();
    m_mariaDb->pause();
    m_crowd->talk(12s);
    expectHistory(u"degraded"_s);
    m_mariaDb->resume();
    expectStored();
    expectHistory(u"ok"_s);
    QCOMPARE(m_rows->count(u"dead_letters"_s), 0);
}

void HistoryAwayTest::serversEndWhileItHangs()
{
    begin();
    m_mariaDb->pause();
    m_crowd->talk(1s);
    for (int i = 0; i < Crowd::servers; ++i) {
        QCOMPARE(m_crowd->server(i).terminate(), 0);
        QVERIFY(m_crowd->server(i).restart()); // it starts all the same
    }
    m_mariaDb->resume();
    expectStored();
}

QTEST_GUILESS_MAIN(HistoryAwayTest)
#include "tst_historyaway.moc"
