// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedserver.h"

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

// history.retention: what is too old is deleted, and counts as never having been; the rest, and the numbers,
// go on.
class HistoryRetentionTest : public StoredServer
{
    Q_OBJECT

private Q_SLOTS:
    void oldMessagesAreDeleted();
    void withoutRedis();

private:
    // Of the messages that GetHistory gives.
    [[nodiscard]] static QList<qint64> seqs(RawHub &hub)
    {
        const QJsonObject page =
            hub.invoke(u"GetHistory"_s, {u"room"_s, QJsonValue(), 100}).value(u"result").toObject();
        QList<qint64> list;
        for (const auto message : page.value(u"messages").toArray())
            list.append(message.toObject().value(u"seq").toInteger());
        return page.value(u"complete").toBool() ? list : QList<qint64>();
    }
    static void enter(RawHub &hub, int messages)
    {
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"room"_s}), QString());
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"room"_s}), QString());
        for (int i = 0; i < messages; ++i)
            QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"room"_s, u"text"_s}), QString());
    }
};

void HistoryRetentionTest::oldMessagesAreDeleted()
{
    start({u"history.retention=10m"_s, u"redis.retention=1s"_s});
    {
        RawHub hub = connect("ann");
        enter(hub, 10);
        QTRY_VERIFY(isAllStored());
    }
    QVERIFY(m_rows->execute(u"UPDATE messages SET send_time = send_time - 3600000000 WHERE seq <= 7"_s));
    QVERIFY(m_server->restart());
    QTRY_COMPARE_WITH_TIMEOUT(m_rows->count(u"messages"_s), 3, 20'000);
    RawHub hub = connect("ann");
    enter(hub, 1);
    // The log may still have what the database has deleted.
    QTRY_COMPARE_WITH_TIMEOUT(seqs(hub), (QList<qint64>{8, 9, 10, 11}), 20'000);
}

void HistoryRetentionTest::withoutRedis()
{
    QFETCH_GLOBAL(bool, isMySql);
    if (isMySql)
        QSKIP("there it is SQLite");
    ServerProcess server({u"--set"_s, u"history.retention=10m"_s});
    QVERIFY(server.start());
    {
        RawHub hub(server.port(), "ann");
        enter(hub, 10);
    }
    const HistoryRows rows(u"sqlite://"_s + server.dataDirectory() + u"/next-chat.sqlite");
    QVERIFY(rows.execute(u"UPDATE messages SET send_time = send_time - 3600000000 WHERE seq <= 7"_s));
    QVERIFY(server.restart());
    QTRY_COMPARE_WITH_TIMEOUT(rows.count(u"messages"_s), 3, 20'000);
    RawHub hub(server.port(), "ann");
    enter(hub, 1);
    QCOMPARE(seqs(hub), (QList<qint64>{8, 9, 10, 11}));
    QVERIFY(rows.execute(u"UPDATE messages SET send_time = send_time - 3600000000"_s));
    QVERIFY(server.restart());
    QTRY_COMPARE_WITH_TIMEOUT(rows.count(u"messages"_s), 0, 20'000);
    RawHub later(server.port(), "ann");
    enter(later, 1);
    QCOMPARE(seqs(later), QList<qint64>{12});
}

QTEST_GUILESS_MAIN(HistoryRetentionTest)
#include "tst_historyretention.moc"
