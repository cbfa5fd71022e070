// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/unit/serversignalr/hubserver.h"
#include "tests/unit/serversignalr/matrix.h"

#include <QLoggingCategory>

#include <deque>
#include <random>

using namespace nextchat::test;
using namespace nextchat::test::matrix;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using nextchat::signalr::HubOptions;

namespace {

const QByteArray user = "alice";

// A client that comes back with what it had: version 2 of the handshake, ids, acknowledgements, replay.
class ResumingClient
{
public:
    explicit ResumingClient(HubServer &server, int version = 2)
        : m_link(server.port, user, currentKind(), true, version, true)
    { }

    [[nodiscard]] bool isGood() const { return m_link.isOpen(); }
    [[nodiscard]] HubLink &link() { return m_link; }

    // Sends a message that counts.
    void send(const QJsonObject &message)
    {
        m_unacknowledged.push_back({m_nextId++, message});
        m_link.send(message);
    }

    void cut() { m_link.cut(); }

    // Comes back, sends its Sequence and what was not acknowledged. False when it may not.
    bool comeBack()
    {
        if (!m_link.reopen())
            return false;
        const qint64 first = m_unacknowledged.empty() ? m_nextId : m_unacknowledged.front().first;
        m_link.send(numbered(9, first));
        QByteArray records;
        for (const auto &[id, message] : m_unacknowledged)
            records += encoded(m_link.kind().encoding, message);
        if (!records.isEmpty())
            m_link.sendBytes(records);
        m_awaitsSequence = true;
        return true;
    }

    void acknowledge() { m_link.send(numbered(8, m_latest)); }

    // The next message that was not had before; empty when none comes.
    QJsonObject next()
    {
        for (;;) {
            const QJsonObject message = m_link.next();
            if (message.isEmpty())
                return {};
            const int type = message.value(u"type").toInt();
            if (std::exchange(m_awaitsSequence, false) && type != 9)
                return {{u"no Sequence, but"_s, message}};
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
                return message;
            }
        }
    }

    static QJsonObject numbered(int type, qint64 id) { return {{u"type"_s, type}, {u"sequenceId"_s, id}}; }

    qint64 sequenceId = 0; // the last that came
    int acknowledgements = 0; // that came

private:
    HubLink m_link;
    std::deque<std::pair<qint64, QJsonObject>> m_unacknowledged;
    qint64 m_nextId = 1;
    qint64 m_nextReceiving = 1;
    qint64 m_latest = 0;
    bool m_awaitsSequence = false;
};

QJsonObject add(const QString &id)
{
    return call(id, u"Add"_s, {2, 3});
}

QJsonObject five(const QString &id)
{
    return result(id, 5);
}

} // namespace

// Stateful reconnect. The numbers are those of the conformance checks in docs/protocol.md.
class TestHubResume : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase_data() { addKinds(LinkTransport::WebSockets); }
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
    QCOMPARE(client.link().negotiated().value(u"useStatefulReconnect").toBool(), true);
    RawClient raw(server.port);
    QVERIFY(!raw.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", user))
                 .json()
                 .contains(u"useStatefulReconnect"));
    HubOptions options;
    options.statefulReconnect = false;
    HubServer without(options);
    ResumingClient refused(without);
    QVERIFY(refused.isGood()); // as any connection
    QVERIFY(!refused.link().negotiated().contains(u"useStatefulReconnect"));
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
    client.send(stream(u"e"_s, u"StreamEcho"_s, {}, {u"u"_s}));
    int sent = 0;
    int received = 0;
    int cuts = 0;
    for (int untilCut = nextCut(random); received < count; --untilCut) {
        while (sent < count && sent - received < 500) {
            client.send(item(u"u"_s, sent));
            ++sent;
        }
        QCOMPARE(client.next(), item(u"e"_s, received));
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
    client.send(completion(u"u"_s));
    QCOMPARE(client.next(), completion(u"e"_s));
    QCOMPARE(server.journal.connected, 1);
    QCOMPARE(server.journal.disconnected(), 0);
}

void TestHubResume::acknowledges100()
{
    HubServer server;
    ResumingClient client(server);
    client.send(add(u"1"_s));
    QCOMPARE(client.next(), five(u"1"_s));
    client.send(call(u"2"_s, u"Slow"_s, {2500, 1}));
    QCOMPARE(client.next(), result(u"2"_s, 1));
    QVERIFY(client.acknowledgements >= 1);
}

void TestHubResume::streamsWaitForAcknowledgements100()
{
    HubOptions options;
    options.statefulReconnectBytes = 50'000;
    HubServer server(options);
    ResumingClient client(server);
    client.send(stream(u"e"_s, u"Endless"_s, {1000}));
    for (int i = 0; i < 45; ++i)
        QVERIFY(!client.next().isEmpty());
    client.send(add(u"1"_s)); // other things go on
    QJsonObject message;
    while ((message = client.next()) != five(u"1"_s))
        QCOMPARE(message.value(u"invocationId").toString(), u"e"_s);
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
    client.send(add(u"1"_s));
    QCOMPARE(client.next(), five(u"1"_s));
    QCOMPARE(client.sequenceId, 1);
    client.cut();
    QVERIFY(client.comeBack()); // not acknowledged: it comes again, and is not had again
    client.send(add(u"2"_s));
    QCOMPARE(client.next(), five(u"2"_s));
    QCOMPARE(client.sequenceId, 1);
    client.acknowledge();
    client.send(add(u"3"_s));
    QCOMPARE(client.next(), five(u"3"_s));
    client.cut();
    QVERIFY(client.comeBack());
    client.send(add(u"4"_s));
    QCOMPARE(client.next(), five(u"4"_s));
    QCOMPARE(client.sequenceId, 3);
}

void TestHubResume::badNumbersEndTheConnection101_data()
{
    QTest::addColumn<QJsonObject>("message");
    QTest::newRow("Sequence 0") << ResumingClient::numbered(9, 0);
    QTest::newRow("Sequence -1") << ResumingClient::numbered(9, -1);
    QTest::newRow("Sequence with a gap") << ResumingClient::numbered(9, 3);
    QTest::newRow("Sequence far away") << ResumingClient::numbered(9, std::numeric_limits<qint64>::max());
    QTest::newRow("Ack 0") << ResumingClient::numbered(8, 0);
    QTest::newRow("Ack -1") << ResumingClient::numbered(8, -1);
    QTest::newRow("Ack of what was not sent") << ResumingClient::numbered(8, 2);
}

void TestHubResume::badNumbersEndTheConnection101()
{
    QFETCH(QJsonObject, message);
    HubServer server;
    ResumingClient client(server);
    client.send(add(u"1"_s));
    QCOMPARE(client.next(), five(u"1"_s));
    client.link().send(message);
    QCOMPARE(client.next().value(u"error").toString(), u"Connection closed with an error."_s);
    QTRY_COMPARE(server.journal.lost, 1);
}

void TestHubResume::callsSurvive102()
{
    HubServer server;
    ResumingClient client(server);
    client.send(call(u"1"_s, u"Slow"_s, {300, 7}));
    client.send(stream(u"2"_s, u"Counter"_s, {3, 100}));
    client.cut();
    QVERIFY(client.comeBack());
    QList<QJsonObject> messages;
    for (int i = 0; i < 5; ++i)
        messages.append(client.next());
    QVERIFY(messages.removeOne(result(u"1"_s, 7)));
    for (int i = 0; i < 3; ++i)
        QCOMPARE(messages[i], item(u"2"_s, i));
    QCOMPARE(messages[3], completion(u"2"_s));
    QCOMPARE(server.journal.connected, 1);
}

void TestHubResume::theNewTransportTakesThePlace103()
{
    HubServer server;
    ResumingClient client(server);
    RawClient newer(server.port);
    QCOMPARE(newer.request(upgradeRequest(client.link().target(), user)).status, 101);
    QVERIFY(client.link().waitForEnd());
    const auto frame = newer.readFrame();
    QVERIFY(frame);
    QByteArray bytes = frame->payload;
    const WireEncoding encoding = currentKind().encoding;
    QCOMPARE(decoded(encoding, takeRecord(encoding, bytes).value_or(QByteArray())),
             ResumingClient::numbered(9, 1));
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
    QCOMPARE(raw.request(upgradeRequest(client.link().target(), user)).status, 404);
    QCOMPARE(raw.request(upgradeRequest("/next-chat?id=x", user)).status, 404);
}

void TestHubResume::afterACloseItIsOver104()
{
    HubServer server;
    ResumingClient client(server);
    client.send(call({}, u"Abort"_s));
    QCOMPARE(client.next(), (QJsonObject{{u"type"_s, 7}}));
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
