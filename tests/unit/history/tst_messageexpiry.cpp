// SPDX-License-Identifier: MIT
#include "server/history/messageexpiry.h"
#include "tests/unit/history/historydatabase.h"

#include <QLoggingCategory>
#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What is too old goes, and nothing else; numbers go on.
class MessageExpiryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { HistoryDatabase::addRows(); }
    void init();
    void cleanup();

    void whatIsTooOldGoes();
    void itGoesOnForEver();
    void severalShareTheWork();
    void aDatabaseThatIsAwayIsTriedAgain();

private:
    // `count` messages, the first `old` of them sent an hour ago.
    void fill(const QString &group, int count, int old);
    [[nodiscard]] std::unique_ptr<MessageExpiry> expiry()
    {
        return std::make_unique<MessageExpiry>(MessageExpiry::Options{.database = m_database->url(),
                                                                      .retention = 10min,
                                                                      .batchSize = 50,
                                                                      .pause = 1ms,
                                                                      .interval = 50ms},
                                               m_metrics);
    }
    [[nodiscard]] qint64 number(const QString &sql)
    {
        const auto rows = m_database->writing().select(sql);
        return rows && !rows->empty() ? rows->front()[0].toLongLong() : -1;
    }
    [[nodiscard]] qint64 countOf(const QString &group)
    {
        return number(u"SELECT COUNT(*) FROM messages WHERE group_id = '%1'"_s.arg(group));
    }
    [[nodiscard]] quint64 expired()
    {
        return m_metrics.counter("nextchat_history_expired_total", {}).value();
    }

    std::unique_ptr<HistoryDatabase> m_database;
    MetricsRegistry m_metrics;
};

void MessageExpiryTest::init()
{
    QFETCH_GLOBAL(sqlmigrate::DatabaseUrl::System, system);
    m_database = HistoryDatabase::make(system);
    QVERIFY(m_database);
}

void MessageExpiryTest::cleanup()
{
    m_database.reset();
}

void MessageExpiryTest::fill(const QString &group, int count, int old)
{
    const auto now =
        std::chrono::time_point_cast<std::chrono::microseconds>(std::chrono::system_clock::now());
    QList<chat::Message> messages;
    for (int i = 1; i <= count; ++i) {
        messages.append({.groupId = group,
                         .authorId = u"ann"_s,
                         .text = u"text"_s,
                         .sendTime = now - (i <= old ? 1h : 0h) + std::chrono::microseconds(i),
                         .seq = i,
                         .epoch = u"e"_s,
                         .clientMessageId = {}});
    }
    if (!messages.isEmpty())
        m_database->add(messages);
    QVERIFY(m_database->writing().execute(
        u"INSERT INTO chat_groups (group_id, created_at, last_seq, last_time) VALUES ('%1', 0, 0, 0)"_s.arg(
            group)));
}

void MessageExpiryTest::whatIsTooOldGoes()
{
    fill(u"empty"_s, 0, 0);
    fill(u"all"_s, 120, 120);
    fill(u"even"_s, 150, 100);
    fill(u"none"_s, 60, 0);
    fill(u"some"_s, 200, 133);
    for (int i = 0; i < 250; ++i) // more groups than are read at once
        fill(u"group-%1"_s.arg(i), 2, 1);
    const quint64 before = expired();
    const auto running = expiry();
    QTRY_COMPARE_WITH_TIMEOUT(expired() - before, quint64(120 + 100 + 133 + 250), 30'000);
    QCOMPARE(countOf(u"all"_s), 0);
    QCOMPARE(countOf(u"even"_s), 50);
    QCOMPARE(countOf(u"none"_s), 60);
    QCOMPARE(countOf(u"some"_s), 67);
    QCOMPARE(number(u"SELECT MIN(seq) FROM messages WHERE group_id = 'some'"_s), 134);
    QCOMPARE(number(u"SELECT COUNT(*) FROM messages WHERE group_id LIKE 'group-%'"_s), 250);
    QCOMPARE(number(u"SELECT last_seq FROM chat_groups WHERE group_id = 'all'"_s), 120);
    QCOMPARE(number(u"SELECT last_seq FROM chat_groups WHERE group_id = 'some'"_s), 133);
    QCOMPARE(number(u"SELECT last_seq FROM chat_groups WHERE group_id = 'none'"_s), 0);
}

void MessageExpiryTest::itGoesOnForEver()
{
    const auto running = expiry();
    for (int i = 0; i < 3; ++i) {
        const QString group = u"later-%1"_s.arg(i);
        fill(group, 10, 5);
        QTRY_COMPARE(countOf(group), 5);
    }
}

void MessageExpiryTest::severalShareTheWork()
{
    fill(u"room"_s, 3000, 2500);
    const quint64 before = expired();
    const auto first = expiry();
    const auto second = expiry();
    const auto third = expiry();
    QTRY_COMPARE_WITH_TIMEOUT(countOf(u"room"_s), 500, 30'000);
    QTRY_COMPARE(expired() - before, quint64(2500)); // each by one alone
}

void MessageExpiryTest::aDatabaseThatIsAwayIsTriedAgain()
{
    fill(u"room"_s, 10, 5);
    QVERIFY(m_database->writing().execute(u"ALTER TABLE messages RENAME TO hidden"_s));
    QLoggingCategory::setFilterRules(u"nextchat.history=false"_s); // warnings are fatal
    const auto running = expiry();
    QTest::qWait(200);
    QVERIFY(m_database->writing().execute(u"ALTER TABLE hidden RENAME TO messages"_s));
    QTRY_COMPARE(countOf(u"room"_s), 5);
}

QTEST_GUILESS_MAIN(MessageExpiryTest)
#include "tst_messageexpiry.moc"
