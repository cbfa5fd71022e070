// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QJsonDocument>
#include <QLoggingCategory>
#include <QTest>

#include <deque>
#include <random>

using namespace nextchat::test;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

namespace {

const QByteArray user = "alice";

// A client that comes back with what it had: version 2 of the handshake, ids, acknowledgements, replay.
class ResumingClient
{
public:
    explicit ResumingClient(HubServer &server, int version = 2)
        : m_port(server.port)
    {
        RawClient client(m_port);
        m_answer = client
                       .request(httpRequest(
                           "POST", "/next-chat/negotiate?negotiateVersion=1&useStatefulReconnect=true", user))
                       .json();
        m_query = "?id=" + m_answer.value(u"connectionToken").toString().toLatin1();
        m_hub = std::make_unique<RawHub>(m_port, user, false, m_query);
        m_hub->sendRecord(R"({"protocol":"json","version":)" + QByteArray::number(version) + '}');
        m_good = m_hub->isOpen() && m_hub->nextRecord() == "{}";
    }

    [[nodiscard]] bool isGood() const { return m_good; }
    [[nodiscard]] const QJsonObject &negotiated() const { return m_answer; }
    [[nodiscard]] const QByteArray &query() const { return m_query; }
    [[nodiscard]] RawHub &hub() { return *m_hub; }

    // Sends a message that counts.
    void send(const QByteArray &record)
    {
        m_unacknowledged.push_back({m_nextId++, record});
        m_hub->sendRecord(record);
    }

    void cut() { m_hub->wire().reset(); }

    // Comes back, sends its Sequence and what was not acknowledged. False when it may not.
    bool comeBack()
    {
        m_hub = std::make_unique<RawHub>(m_port, user, false, m_query);
        if (!m_hub->isOpen())
            return false;
        const qint64 first = m_unacknowledged.empty() ? m_nextId : m_unacknowledged.front().first;
        m_hub->sendRecord(R"({"type":9,"sequenceId":)" + QByteArray::number(first) + '}');
        QByteArray records;
        for (const auto &[id, record] : m_unacknowledged)
            records += record + recordSeparator;
        if (!records.isEmpty())
            m_hub->sendText(records);
        m_awaitsSequence = true;
        return true;
    }

    void acknowledge()
    {
        m_hub->sendRecord(R"({"type":8,"sequenceId":)" + QByteArray::number(m_latest) + '}');
    }

    // The next message that was not had before; empty when none comes.
    QByteArray next()
    {
        for (;;) {
            const QByteArray record = m_hub->nextRecord();
            if (record.isEmpty())
                return {};
            const QJsonObject message = QJsonDocument::fromJson(record).object();
            const int type = message.value(u"type").toInt();
            if (std::exchange(m_awaitsSequence, false) && type != 9)
                return "no Sequence, but " + record;
            if (type == 9) {
                sequenceId = message.value(u"sequenceId").toInteger();
                m_nextReceiving = sequenceId;
            } else if (type == 8) {
                const qint64 id = message.value(u"sequenceId").toInteger();
                while (!m_unacknowledged.empty() && m_unacknowledged.front().first <= id)
                    m_unacknowledged.pop_front();
                ++acknowledgements;
            } else if (type == 7 || m_nextReceiving++ > m_latest) {
                m_latest = m_nextReceiving - 1;
                return record;
            }
        }
    }

    qint64 sequenceId = 0; // the last that came
    int acknowledgements = 0; // that came

private:
    quint16 m_port;
    QJsonObject m_answer;
    QByteArray m_query;
    std::unique_ptr<RawHub> m_hub;
    bool m_good = false;
    std::deque<std::pair<qint64, QByteArray>> m_unacknowledged;
    qint64 m_nextId = 1;
    qint64 m_nextReceiving = 1;
    qint64 m_latest = 0;
    bool m_awaitsSequence = false;
};

QByteArray add(const QByteArray &id)
{
    return R"({"type":1,"invocationId":")" + id + R"(","target":"Add","arguments":[2,3]})";
}

QByteArray five(const QByteArray &id)
{
    return R"({"type":3,"invocationId":")" + id + R"(","result":5})";
}

} // namespace

// Stateful reconnect. The numbers are those of the conformance checks in docs/protocol.md.
class TestHubResume : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase() { QLoggingCategory::setFilterRules(QStringLiteral("nextchat.signalr.debug=false")); }
    void isGrantedWhenAskedFor10();
    void onlyForVersionTwo98();
    void nothingIsLostOverCuts99();
    void acknowledges100();
    void streamsWaitForAcknowledgements100();
    void sequencesComeFirst101();
    void badNumbersEndTheConnection101_data();
    void badNumbersEndTheConnection101();
    void callsSurvive102();
    void theNewTransportTakesThePlace103();
    void afterTheWindowItIsOver104();
    void afterACloseItIsOver104();
    void tooMuchMeanwhileEndsIt();

private:
    static QByteArray counted(const QByteArray &outcome, int count)
    {
        return "\nnextchat_signalr_reconnects_total{outcome=\"" + outcome + "\"} " + QByteArray::number(count)
            + '\n';
    }
};

void TestHubResume::isGrantedWhenAskedFor10()
{
    HubServer server;
    ResumingClient client(server);
    QVERIFY(client.isGood());
    QCOMPARE(client.negotiated().value(u"useStatefulReconnect").toBool(), true);
    RawClient raw(server.port);
    QVERIFY(!raw.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", user))
                 .json()
                 .contains(u"useStatefulReconnect"));
    HubOptions options;
    options.statefulReconnect = false;
    HubServer without(options);
    ResumingClient refused(without);
    QVERIFY(refused.isGood()); // as any connection
    QVERIFY(!refused.negotiated().contains(u"useStatefulReconnect"));
    QVERIFY(!refused.comeBack());
}

void TestHubResume::onlyForVersionTwo98()
{
    HubServer server;
    ResumingClient client(server, 1);
    QVERIFY(client.isGood());
    QVERIFY(!client.comeBack());
    QTRY_COMPARE(server.journal.lost, 1);
}

void TestHubResume::nothingIsLostOverCuts99()
{
    constexpr int count = 100'000;
    HubServer server;
    ResumingClient client(server);
    QVERIFY(client.isGood());
    std::mt19937 random(99);
    std::uniform_int_distribution<int> nextCut(500, 4000);
    client.send(R"({"type":4,"invocationId":"e","target":"StreamEcho","arguments":[],"streamIds":["u"]})");
    int sent = 0;
    int received = 0;
    int cuts = 0;
    for (int untilCut = nextCut(random); received < count; --untilCut) {
        while (sent < count && sent - received < 500) {
            client.send(R"({"type":2,"invocationId":"u","item":)" + QByteArray::number(sent) + '}');
            ++sent;
        }
        const QByteArray expected =
            R"({"type":2,"invocationId":"e","item":)" + QByteArray::number(received) + '}';
        QCOMPARE(client.next(), expected);
        ++received;
        if (received % 200 == 0)
            client.acknowledge();
        if (untilCut <= 0) {
            if (cuts++ % 2 == 0)
                client.cut(); // else the old transport is still there
            QVERIFY(client.comeBack());
            untilCut = nextCut(random);
        }
    }
    QVERIFY2(cuts > 20, qPrintable(QString::number(cuts)));
    client.send(R"({"type":3,"invocationId":"u"})");
    QCOMPARE(client.next(), QByteArray(R"({"type":3,"invocationId":"e"})"));
    QCOMPARE(server.journal.connected, 1);
    QCOMPARE(server.journal.disconnected(), 0);
}

void TestHubResume::acknowledges100()
{
    HubServer server;
    ResumingClient client(server);
    client.send(add("1"));
    QCOMPARE(client.next(), five("1"));
    client.send(R"({"type":1,"invocationId":"2","target":"Slow","arguments":[2500,1]})");
    QCOMPARE(client.next(), QByteArray(R"({"type":3,"invocationId":"2","result":1})"));
    QVERIFY(client.acknowledgements >= 1);
}

void TestHubResume::streamsWaitForAcknowledgements100()
{
    HubOptions options;
    options.statefulReconnectBytes = 50'000;
    HubServer server(options);
    ResumingClient client(server);
    client.send(R"({"type":4,"invocationId":"e","target":"Endless","arguments":[1000]})");
    for (int i = 0; i < 45; ++i)
        QVERIFY(!client.next().isEmpty());
    client.send(add("1")); // other things go on
    QByteArray record;
    while ((record = client.next()) != five("1"))
        QVERIFY(record.contains(R"("invocationId":"e")"));
    const int sent = server.journal.streamed;
    QVERIFY2(sent < 60, qPrintable(QString::number(sent)));
    client.acknowledge();
    QTRY_VERIFY(server.journal.streamed > sent + 20);
}

void TestHubResume::sequencesComeFirst101()
{
    HubServer server;
    ResumingClient client(server);
    client.cut();
    QVERIFY(client.comeBack());
    client.send(add("1"));
    QCOMPARE(client.next(), five("1"));
    QCOMPARE(client.sequenceId, 1);
    client.cut();
    QVERIFY(client.comeBack()); // not acknowledged: it comes again, and is not had again
    client.send(add("2"));
    QCOMPARE(client.next(), five("2"));
    QCOMPARE(client.sequenceId, 1);
    client.acknowledge();
    client.send(add("3"));
    QCOMPARE(client.next(), five("3"));
    client.cut();
    QVERIFY(client.comeBack());
    client.send(add("4"));
    QCOMPARE(client.next(), five("4"));
    QCOMPARE(client.sequenceId, 3);
}

void TestHubResume::badNumbersEndTheConnection101_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("Sequence 0") << QByteArray(R"({"type":9,"sequenceId":0})");
    QTest::newRow("Sequence -1") << QByteArray(R"({"type":9,"sequenceId":-1})");
    QTest::newRow("Sequence with a gap") << QByteArray(R"({"type":9,"sequenceId":3})");
    QTest::newRow("Sequence far away") << QByteArray(R"({"type":9,"sequenceId":9223372036854775807})");
    QTest::newRow("Ack 0") << QByteArray(R"({"type":8,"sequenceId":0})");
    QTest::newRow("Ack -1") << QByteArray(R"({"type":8,"sequenceId":-1})");
    QTest::newRow("Ack of what was not sent") << QByteArray(R"({"type":8,"sequenceId":2})");
}

void TestHubResume::badNumbersEndTheConnection101()
{
    QFETCH(QByteArray, record);
    HubServer server;
    ResumingClient client(server);
    client.send(add("1"));
    QCOMPARE(client.next(), five("1"));
    client.hub().sendRecord(record);
    QVERIFY(client.next().contains("Connection closed with an error."));
    QTRY_COMPARE(server.journal.lost, 1);
}

void TestHubResume::callsSurvive102()
{
    HubServer server;
    ResumingClient client(server);
    client.send(R"({"type":1,"invocationId":"1","target":"Slow","arguments":[300,7]})");
    client.send(R"({"type":4,"invocationId":"2","target":"Counter","arguments":[3,100]})");
    client.cut();
    QVERIFY(client.comeBack());
    QList<QByteArray> records;
    for (int i = 0; i < 5; ++i)
        records.append(client.next());
    QVERIFY(records.removeOne(R"({"type":3,"invocationId":"1","result":7})"));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(records[i], R"({"type":2,"invocationId":"2","item":)" + QByteArray::number(i) + '}');
    QCOMPARE(records[3], QByteArray(R"({"type":3,"invocationId":"2"})"));
    QCOMPARE(server.journal.connected, 1);
}

void TestHubResume::theNewTransportTakesThePlace103()
{
    HubServer server;
    ResumingClient client(server);
    RawHub newer(server.port, user, false, client.query());
    QVERIFY(newer.isOpen());
    QVERIFY(client.hub().wire().waitForEnd());
    QCOMPARE(newer.nextRecord(), QByteArray(R"({"type":9,"sequenceId":1})"));
    QCOMPARE(server.connections(), std::size_t(1));
    QVERIFY(server.metrics().contains(counted("resumed", 1)));
    QVERIFY(server.metrics().contains("\nnextchat_signalr_connections{transport=\"websockets\"} 1\n"));
}

void TestHubResume::afterTheWindowItIsOver104()
{
    HubOptions options;
    options.disconnectTimeout = 100ms;
    HubServer server(options);
    ResumingClient client(server);
    client.cut();
    QTRY_COMPARE(server.journal.lost, 1);
    QVERIFY(server.metrics().contains(counted("timed_out", 1)));
    QVERIFY(server.metrics().contains(counted("resumed", 0)));
    RawClient raw(server.port);
    QCOMPARE(raw.request(upgradeRequest("/next-chat" + client.query(), user)).status, 404);
    QCOMPARE(raw.request(upgradeRequest("/next-chat?id=x", user)).status, 404);
}

void TestHubResume::afterACloseItIsOver104()
{
    HubServer server;
    ResumingClient client(server);
    client.send(R"({"type":1,"target":"Abort","arguments":[]})");
    QVERIFY(client.next().contains(R"({"type":7})"));
    QVERIFY(!client.comeBack());
    QTRY_COMPARE(server.journal.endedInOrder, 1);
}

void TestHubResume::tooMuchMeanwhileEndsIt()
{
    HubOptions options;
    options.outboundBytes = 10'000;
    options.statefulReconnectBytes = 10'000;
    HubServer server(options);
    ResumingClient client(server);
    QVERIFY(client.isGood());
    client.cut();
    server.settle();
    RawHub other(server.port, "bob");
    QCOMPARE(other.errorOf(QStringLiteral("ToAll"), {20'000}), QString());
    QTRY_COMPARE(server.journal.lost, 1);
    QVERIFY(!client.comeBack());
    QVERIFY(server.metrics().contains(counted("overflowed", 1)));
    QVERIFY(server.metrics().contains(counted("resumed", 0)));
}

QTEST_GUILESS_MAIN(TestHubResume)
#include "tst_hubresume.moc"
