// SPDX-License-Identifier: MIT
#include "server/net/payload.h"
#include "server/net/websocketframe.h"

#include <QTest>

using namespace nextchat::net;

class TestWebSocketFrame : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void usesTheShortestLength_data();
    void usesTheShortestLength();
    void carriesCloseCodes();
    void answersTheKeyOfTheRfc();
    void makesThePayloadsFrameOnce();
};

void TestWebSocketFrame::usesTheShortestLength_data()
{
    QTest::addColumn<qsizetype>("size");
    QTest::addColumn<QByteArray>("head");
    const auto row = [](qsizetype size, const char *head) {
        QTest::addRow("%lld", static_cast<long long>(size)) << size << QByteArray::fromHex(head);
    };
    row(0, "8100");
    row(1, "8101");
    row(125, "817d");
    row(126, "817e007e");
    row(255, "817e00ff");
    row(65535, "817effff");
    row(65536, "817f0000000000010000");
    row(1'000'000, "817f00000000000f4240");
}

void TestWebSocketFrame::usesTheShortestLength()
{
    QFETCH(qsizetype, size);
    QFETCH(QByteArray, head);
    const QByteArray payload(size, 'x');
    QCOMPARE(webSocketFrame(WebSocketOpcode::Text, payload), head + payload);
}

void TestWebSocketFrame::carriesCloseCodes()
{
    QCOMPARE(webSocketCloseFrame(WebSocketCloseCode::Normal), QByteArray::fromHex("880203e8"));
    QCOMPARE(webSocketCloseFrame(WebSocketCloseCode::ProtocolError), QByteArray::fromHex("880203ea"));
    QCOMPARE(webSocketFrame(WebSocketOpcode::Ping, {}), QByteArray::fromHex("8900"));
    QCOMPARE(webSocketFrame(WebSocketOpcode::Pong, "hi"), QByteArray::fromHex("8a026869"));
}

void TestWebSocketFrame::answersTheKeyOfTheRfc() // RFC 6455 1.3
{
    QCOMPARE(webSocketAccept("dGhlIHNhbXBsZSBub25jZQ=="), QByteArray("s3pPLMBiTxaQ9kYGzzhZRbK+xOo="));
}

void TestWebSocketFrame::makesThePayloadsFrameOnce()
{
    const Payload text("{}\x1e", false);
    QCOMPARE(text.webSocketFrame(), QByteArray("\x81\x03{}\x1e"));
    QCOMPARE(static_cast<const void *>(text.webSocketFrame().constData()),
             static_cast<const void *>(text.webSocketFrame().constData()));
    QCOMPARE(Payload(QByteArray("\x02\x91\x06"), true).webSocketFrame(), QByteArray("\x82\x03\x02\x91\x06"));
}

QTEST_GUILESS_MAIN(TestWebSocketFrame)
#include "tst_websocketframe.moc"
