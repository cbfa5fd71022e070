// SPDX-License-Identifier: MIT
#include "common/chat/types.h"
#include "common/signalr/jsonhubprotocol.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::chat;
using signalr::Convert;
using signalr::Value;

namespace {

const signalr::JsonHubProtocol json;

// The JSON text of a value, and a value from its JSON text, through the wire.
QByteArray toJson(const Value &value)
{
    const QByteArray record = *json.encode(signalr::StreamItem{u"1"_qs, value});
    return record.mid(36, record.size() - 36 - 2);
}

std::optional<Value> fromJson(const QByteArray &text)
{
    const QByteArray record = "{\"type\":2,\"invocationId\":\"1\",\"item\":" + text + "}\x1E";
    const auto decoded = json.decode(record, 0);
    if (!decoded)
        return std::nullopt;
    return std::get<signalr::StreamItem>(*decoded->message).item;
}

const Timestamp sentAt =
    std::chrono::sys_days(std::chrono::year(2024) / 5 / 6) + std::chrono::microseconds(7);

Message message(qint64 seq)
{
    return {u"g"_qs, u"anna"_qs, u"hi"_qs, sentAt, seq, u"e1"_qs, u"c-1"_qs};
}

const QByteArray messageJson =
    R"({"groupId":"g","authorId":"anna","text":"hi","sendTime":)"
    R"("2024-05-06T00:00:00.000007+00:00","seq":3,"epoch":"e1","clientMessageId":"c-1"})";

} // namespace

class ChatTypesTest : public QObject
{
    Q_OBJECT

private:
    template <typename T> static void goesBothWays(const T &shape, const QByteArray &text)
    {
        const Value value = Convert<T>::to(shape);
        QCOMPARE(toJson(value), text);
        QVERIFY(Convert<T>::from(value) == shape); // never encoded
        QVERIFY(Convert<T>::from(*fromJson(text)) == shape);
    }

private Q_SLOTS:
    void shapesAreAsInTheContract()
    {
        goesBothWays(Group{u"g"_qs}, R"({"groupId":"g"})");
        goesBothWays(message(3), messageJson);
        Message anonymous = message(4);
        anonymous.clientMessageId = QString();
        goesBothWays(anonymous,
                     R"({"groupId":"g","authorId":"anna","text":"hi","sendTime":)"
                     R"("2024-05-06T00:00:00.000007+00:00","seq":4,"epoch":"e1","clientMessageId":null})");
        goesBothWays(MessageReceipt{u"g"_qs, 9007199254740991, u"e1"_qs, sentAt},
                     R"({"groupId":"g","seq":9007199254740991,"epoch":"e1","sendTime":)"
                     R"("2024-05-06T00:00:00.000007+00:00"})");
        goesBothWays(HistoryPage{{message(3)}, true, false},
                     "{\"messages\":[" + messageJson + "],\"hasMore\":true,\"complete\":false}");
        goesBothWays(SearchPage{{}, false, {}}, R"({"messages":[],"hasMore":false,"nextBeforeSeq":null})");
        goesBothWays(SearchPage{{}, true, 12}, R"({"messages":[],"hasMore":true,"nextBeforeSeq":12})");
        goesBothWays(
            ResumeResult{GroupJoinResult::NoRoom, false, true, false, u"e"_qs, {}},
            R"({"result":1,"recovered":false,"complete":true,"hasMore":false,"epoch":"e","messages":[]})");
        goesBothWays(GroupJoinResult::Ok, "0");
    }

    void readsMessages_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<bool>("good");
        const auto row = [](const char *name, QByteArray text, bool good) {
            QTest::newRow(name) << text << good;
        };
        const auto changed = [](const char *from, const char *to) {
            return QByteArray(messageJson).replace(from, to);
        };
        row("as written", messageJson, true);
        row("PascalCase", changed("groupId", "GroupId").replace("seq", "Seq"), true);
        row("unknown members", changed("{", R"({"more":[{}],)"), true);
        row("no client message id", changed(R"(,"clientMessageId":"c-1")", ""), true);
        row("other time zone", changed("00:00:00.000007+00:00", "02:00:00.000007+02:00"), true);
        row("nanoseconds", changed("000007+00:00", "000007999Z"), true);
        row("no text", changed(R"("text":"hi",)", ""), false);
        row("no epoch", changed(R"(,"epoch":"e1")", ""), false);
        row("null text", changed(R"("hi")", "null"), false);
        row("text is a number", changed(R"("hi")", "5"), false);
        row("seq is a string", changed("3,", R"("3",)"), false);
        row("seq is a fraction", changed("3,", "3.0,"), false);
        row("client message id is a number", changed(R"("c-1")", "1"), false);
        row("time is a number", changed(R"("2024-05-06T00:00:00.000007+00:00")", "1"), false);
        row("time without offset", changed("+00:00", ""), false);
        row("null", "null", false);
        row("array", "[]", false);
        row("string", R"("hi")", false);
    }

    void readsMessages()
    {
        QFETCH(QByteArray, text);
        QFETCH(bool, good);
        const auto value = fromJson(text);
        QVERIFY(value);
        const auto read = Convert<Message>::from(*value);
        QCOMPARE(read.has_value(), good);
        if (read) {
            QCOMPARE(read->seq, 3);
            QVERIFY(read->sendTime == sentAt);
        }
    }

    void readsJoinResults_data()
    {
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<int>("number");
        QTest::newRow("0") << QByteArray("0") << 0;
        QTest::newRow("1") << QByteArray("1") << 1;
        QTest::newRow("2") << QByteArray("2") << -1;
        QTest::newRow("-1") << QByteArray("-1") << -1;
        QTest::newRow("name") << QByteArray(R"("NoRoom")") << 1;
        QTest::newRow("name in lower case") << QByteArray(R"("ok")") << 0;
        QTest::newRow("other name") << QByteArray(R"("Full")") << -1;
        QTest::newRow("null") << QByteArray("null") << -1;
    }

    void readsJoinResults()
    {
        QFETCH(QByteArray, text);
        QFETCH(int, number);
        const auto result = Convert<GroupJoinResult>::from(*fromJson(text));
        QCOMPARE(result ? static_cast<int>(*result) : -1, number);
    }

    void readsDateTimeOffsetPairs()
    {
        using namespace std::chrono_literals;
        const auto pair = [](Value clock, Value offset) {
            return Convert<Timestamp>::from(Value::Array{std::move(clock), std::move(offset)});
        };
        QVERIFY(pair(sentAt, 0) == sentAt);
        QVERIFY(pair(sentAt + 2h, 120) == sentAt);
        QVERIFY(pair(sentAt - 90min, -90) == sentAt);
        QVERIFY(!pair(sentAt, 15 * 60));
        QVERIFY(!pair(5, 0));
        QVERIFY(!pair(sentAt, Value()));
        QVERIFY(!Convert<Timestamp>::from(Value::Array{Value(sentAt)}));
        QVERIFY(!pair(Value(sentAt), std::numeric_limits<qint64>::min()));
        QVERIFY(!pair(Value(Timestamp::max()), -1));
        QVERIFY(!pair(Value(Timestamp::min()), 1));
    }
};

QTEST_GUILESS_MAIN(ChatTypesTest)

#include "tst_chattypes.moc"
