// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// Named by the checks of signalr-notes.md 2.
class HandshakeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check47_answerIsExact();
    void check48_accepts_data();
    void check48_accepts();
    void check48_check49_refuses_data();
    void check48_check49_refuses();
    void check49_binaryBytes();
    void check50_timeLimit();
    void check50_trickledBytesDoNotExtendIt();
    void check51_tooLong();
    void detailedErrorsNameTheCause();

private:
    ServerProcess m_server{{u"--set"_s, u"limits.connectionsPerUser=0"_s}};
};

namespace {

const QString garbled = u"An unexpected error occurred during connection handshake."_s;
const QString canceled = u"Handshake was canceled."_s;

} // namespace

void HandshakeTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void HandshakeTest::check47_answerIsExact()
{
    RawHub hub(m_server.port(), "ann", false);
    hub.sendRecord(QByteArray("{\"protocol\":\"json\",\"version\":1}"));
    const auto frame = hub.wire().readFrame();
    QVERIFY(frame);
    QCOMPARE(frame->payload, QByteArray("{}\x1e"));
}

void HandshakeTest::check48_accepts_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::newRow("version 1") << QByteArray("{\"protocol\":\"json\",\"version\":1}");
    QTest::newRow("version 2") << QByteArray("{\"protocol\":\"json\",\"version\":2}");
    QTest::newRow("another order") << QByteArray("{\"version\":1,\"protocol\":\"json\"}");
    QTest::newRow("blanks") << QByteArray(" {\n\"protocol\" : \"json\" ,\t\"version\" : 1 } ");
    QTest::newRow("52 extra properties")
        << QByteArray("{\"x\":{\"y\":[1,{}]},\"protocol\":\"json\",\"version\":1,\"z\":null}");
}

void HandshakeTest::check48_accepts()
{
    QFETCH(QByteArray, record);
    RawHub hub(m_server.port(), "ann", false);
    hub.sendRecord(record);
    QCOMPARE(hub.nextRecord(), QByteArray("{}"));
    QCOMPARE(hub.errorOf(u"ListGroups"_s), QString());
}

void HandshakeTest::check48_check49_refuses_data()
{
    QTest::addColumn<QByteArray>("record");
    QTest::addColumn<QString>("error");
    const auto row = [](const char *name, const QByteArray &record, const QString &error) {
        QTest::newRow(name) << record << error;
    };
    row("unknown protocol", "{\"protocol\":\"xml\",\"version\":1}",
        u"The protocol 'xml' is not supported."_s);
    row("version 3", "{\"protocol\":\"json\",\"version\":3}",
        u"The server does not support version 3 of the 'json' protocol."_s);
    row("missing protocol", "{\"version\":1}", garbled);
    row("missing version", "{\"protocol\":\"json\"}", garbled);
    row("empty object", "{}", garbled);
    row("no object", "[1]", garbled);
    row("a number", "1", garbled);
    row("nothing", "", garbled);
    row("garbage", "hello", garbled);
    row("cut off", "{\"protocol\":\"json\",\"version\":1", garbled);
    row("version is a string", "{\"protocol\":\"json\",\"version\":\"1\"}", garbled);
    row("protocol is a number", "{\"protocol\":1,\"version\":1}", garbled);
    row("protocol is null", "{\"protocol\":null,\"version\":1}", garbled);
    row("an invocation instead", "{\"type\":1,\"target\":\"ListGroups\",\"arguments\":[]}", garbled);
    row("deeply nested", QByteArray(5000, '[') + QByteArray(5000, ']'), garbled);
}

void HandshakeTest::check48_check49_refuses()
{
    QFETCH(QByteArray, record);
    QFETCH(QString, error);
    RawHub hub(m_server.port(), "ann", false);
    hub.sendRecord(record);
    const QJsonObject answer = hub.next();
    QCOMPARE(answer, (QJsonObject{{u"error"_s, error}}));
    QVERIFY(hub.waitForClose());
}

void HandshakeTest::check49_binaryBytes()
{
    RawHub hub(m_server.port(), "ann", false);
    QByteArray bytes;
    for (int i = 0; i < 256; ++i)
        bytes.append(static_cast<char>(i));
    hub.wire().send(WebSocketFrame{.opcode = WebSocketFrame::Binary, .payload = bytes}.encode());
    QCOMPARE(hub.next().value(u"error").toString(), garbled);
    QVERIFY(hub.waitForClose());
}

void HandshakeTest::check50_timeLimit()
{
    ServerProcess server({u"--set"_s, u"signalr.handshakeTimeout=1s"_s});
    QVERIFY(server.start());
    RawHub hub(server.port(), "ann", false);
    QCOMPARE(hub.next().value(u"error").toString(), canceled);
    QVERIFY(hub.waitForClose());
}

void HandshakeTest::check50_trickledBytesDoNotExtendIt()
{
    ServerProcess server({u"--set"_s, u"signalr.handshakeTimeout=1s"_s});
    QVERIFY(server.start());
    RawHub hub(server.port(), "ann", false);
    for (int i = 0; i < 300; ++i) {
        hub.sendText(" ");
        if (hub.wire().waitForEnd(std::chrono::milliseconds(100)) || hub.wire().unread().contains("canceled"))
            break;
    }
    QCOMPARE(hub.next().value(u"error").toString(), canceled);
}

void HandshakeTest::check51_tooLong()
{
    RawHub hub(m_server.port(), "ann", false);
    hub.sendText("{\"protocol\":\"" + QByteArray(33 * 1024, 'x'));
    QCOMPARE(hub.next().value(u"error").toString(), canceled);
    QVERIFY(hub.waitForClose());
}

void HandshakeTest::detailedErrorsNameTheCause()
{
    ServerProcess server({u"--set"_s, u"signalr.detailedErrors=true"_s});
    QVERIFY(server.start());
    RawHub hub(server.port(), "ann", false);
    hub.sendRecord(QByteArray("{\"version\":1}"));
    const QString error = hub.next().value(u"error").toString();
    QVERIFY2(error.startsWith(garbled % u" InvalidDataException: Missing required property 'protocol'."),
             qPrintable(error));
}

QTEST_GUILESS_MAIN(HandshakeTest)
#include "tst_handshake.moc"
