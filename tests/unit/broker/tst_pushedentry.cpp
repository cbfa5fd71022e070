// SPDX-License-Identifier: MIT
#include "server/broker/partitiontail.h"
#include "server/broker/pushedentry.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::broker;
using namespace Qt::StringLiterals;

namespace {

const QByteArrayList fields{"1700000000000-3", "1",  "room", "9007199254740991",
                            "abc-1",           "17", "ann",  "1700000000123456"};

QByteArray payload(const QByteArray &clientId, const QByteArray &text, const QByteArrayList &head = fields)
{
    return head.join('\x1f') + '\x1f' + QByteArray::number(clientId.size()) + '\x1f' + clientId + text;
}

std::optional<LogEntry> read(const QByteArray &bytes)
{
    return pushedEntryOf({bytes.constData(), std::size_t(bytes.size())});
}

QByteArrayList with(qsizetype index, const QByteArray &value)
{
    QByteArrayList head = fields;
    head[index] = value;
    return head;
}

// Nobody asks it for anything.
class Silent final : public TailOutput
{
public:
    void deliver(chat::Message, const TraceContext &) override { }
    void epochBegan(const QString &, const QString &) override { }
    void missed(const QString &) override { }
    void fill(const QString &, qint64) override { }
    void compareCounters() override { }
    void unreadable(LogId) override { }
    void contradicts(const QString &, LogId) override { }
};

} // namespace

class PushedEntryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aMessageIsReadWhole_data();
    void aMessageIsReadWhole();
    void aTraceIsReadToo();
    void whatIsNoneIsRefused_data();
    void whatIsNoneIsRefused();
    void onlyTheNextOfTheLogIsTaken_data();
    void onlyTheNextOfTheLogIsTaken();
};

void PushedEntryTest::aMessageIsReadWhole_data()
{
    QTest::addColumn<QString>("clientId");
    QTest::addColumn<QString>("text");
    QTest::newRow("plain") << u"id"_s << u"hello"_s;
    QTest::newRow("no client id") << QString() << u"hello"_s;
    QTest::newRow("separators") << u"\x1f\x1f"_s
                                << u"\x1f"
                                   "1\x1f"_s;
    QTest::newRow("digits") << u"12"_s << u"345"_s;
    QTest::newRow("more bytes than characters") << u"\u00e4\U0001F600"_s << u"\U0001F600\ufeff"_s;
    QTest::newRow("NUL") << u"a"_s << QString(u"a"_s % QChar(0) % u'b');
}

void PushedEntryTest::aMessageIsReadWhole()
{
    QFETCH(QString, clientId);
    QFETCH(QString, text);
    const QByteArray bytes = payload(clientId.toUtf8(), text.toUtf8());
    const auto entry = read(bytes);
    QVERIFY(entry);
    QCOMPARE(entry->id, (LogId{1700000000000, 3}));
    QCOMPARE(entry->number, qint64(17));
    const auto message = entry->message(u"room"_s);
    QVERIFY(message);
    QCOMPARE(message->seq, qint64(9007199254740991));
    QCOMPARE(message->epoch, u"abc-1"_s);
    QCOMPARE(message->authorId, u"ann"_s);
    QCOMPARE(message->text, text);
    QCOMPARE(message->clientMessageId, clientId);
    QCOMPARE(message->sendTime.time_since_epoch().count(), qint64(1700000000123456));
}

void PushedEntryTest::aTraceIsReadToo()
{
    const QByteArray bytes = fields.join('\x1f')
        + "\x1f"
          "2 00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01\x1fidhello";
    const auto entry = read(bytes);
    QVERIFY(entry);
    QCOMPARE(entry->trace().traceId(), u"4bf92f3577b34da6a3ce929d0e0e4736"_s);
    QCOMPARE(entry->message(u"room"_s)->clientMessageId, u"id"_s);
    QCOMPARE(entry->message(u"room"_s)->text, u"hello"_s);
    QVERIFY(read(payload("id", "hello"))->trace().isNone());
}

void PushedEntryTest::whatIsNoneIsRefused_data()
{
    QTest::addColumn<QByteArray>("bytes");
    const QByteArray whole = payload("id", "hello");
    for (qsizetype length = 0; length < whole.lastIndexOf('\x1f') + 3; ++length)
        QTest::addRow("cut after %d", int(length)) << whole.left(length);
    QTest::newRow("no id") << payload("id", "hello", with(0, "x"));
    QTest::newRow("half an id") << payload("id", "hello", with(0, "1-"));
    QTest::newRow("another version") << payload("id", "hello", with(1, "2"));
    QTest::newRow("no seq") << payload("id", "hello", with(3, ""));
    QTest::newRow("negative seq") << payload("id", "hello", with(3, "-1"));
    QTest::newRow("no epoch") << payload("id", "hello", with(4, ""));
    QTest::newRow("number too large") << payload("id", "hello", with(5, "99999999999999999999"));
    const QByteArray head = fields.join('\x1f') + '\x1f';
    QTest::newRow("length of the client id too large") << QByteArray(head + "6\x1fhello");
    QTest::newRow("length far too large") << QByteArray(head + "18446744073709551616\x1fhello");
    QTest::newRow("negative length") << QByteArray(head + "-1\x1fhello");
    QTest::newRow("length with a blank") << QByteArray(head + "1 \x1fhello");
}

void PushedEntryTest::whatIsNoneIsRefused()
{
    QFETCH(QByteArray, bytes);
    QVERIFY(!read(bytes));
}

void PushedEntryTest::onlyTheNextOfTheLogIsTaken_data()
{
    QTest::addColumn<QByteArray>("id");
    QTest::addColumn<QByteArray>("epoch");
    QTest::addColumn<QByteArray>("number");
    QTest::addColumn<bool>("isNext");
    const QByteArray later = "1700000000000-4";
    QTest::newRow("next") << later << QByteArray("e1") << QByteArray("11") << true;
    QTest::newRow("that one again") << QByteArray("1700000000000-3") << QByteArray("e1") << QByteArray("11")
                                    << false;
    QTest::newRow("one is missing") << later << QByteArray("e1") << QByteArray("12") << false;
    QTest::newRow("an earlier one") << later << QByteArray("e1") << QByteArray("10") << false;
    QTest::newRow("another epoch") << later << QByteArray("e2") << QByteArray("11") << false;
}

// design.md 5, "Tail": everything else is read from the log.
void PushedEntryTest::onlyTheNextOfTheLogIsTaken()
{
    QFETCH(QByteArray, id);
    QFETCH(QByteArray, epoch);
    QFETCH(QByteArray, number);
    Silent silent;
    PartitionTail tail(silent);
    tail.start({1700000000000, 3}, 10, u"e1"_s);
    QByteArrayList head = with(0, id);
    head[4] = epoch;
    head[5] = number;
    const QByteArray bytes = payload("id", "hello", head);
    QTEST(tail.isNext(*read(bytes)), "isNext");
}

QTEST_APPLESS_MAIN(PushedEntryTest)
#include "tst_pushedentry.moc"
