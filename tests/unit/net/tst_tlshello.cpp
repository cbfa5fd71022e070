// SPDX-License-Identifier: MIT
#include "server/net/tlshello.h"

#include <QByteArray>
#include <QTest>
#include <QtEndian>

using namespace nextchat::net;

namespace {

constexpr qsizetype most = TlsHello::mostBytes;

QByteArray record(char type, const QByteArray &body)
{
    QByteArray bytes(5, '\0');
    bytes[0] = type;
    bytes[1] = 3;
    bytes[2] = 1;
    qToBigEndian(static_cast<quint16>(body.size()), bytes.data() + 3);
    return bytes + body;
}

// The first bytes of a message that says it has `size`.
QByteArray message(char type, qsizetype size, qsizetype sent)
{
    QByteArray bytes(4, '\0');
    qToBigEndian(static_cast<quint32>(size), bytes.data());
    bytes[0] = type;
    return bytes + QByteArray(sent, 'm');
}

} // namespace

class TestTlsHello : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judges_data();
    void judges();
};

void TestTlsHello::judges_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<bool>("isGood");
    QTest::addColumn<bool>("isOver");
    const auto row = [](const char *name, const QByteArray &bytes, bool isGood, bool isOver = false) {
        QTest::newRow(name) << bytes << isGood << isOver;
    };
    const QByteArray hello = message(1, 500, 500);
    const QByteArray cipher = record(20, "\1");
    const QByteArray encrypted = record(22, QByteArray(40, '\xff'));
    row("a hello", record(22, hello), true);
    row("the largest", record(22, message(1, most, 1)), true);
    row("too large", record(22, message(1, most + 1, 1)), false);
    row("far too large", record(22, message(1, 0xffffff, 0)), false);
    row("in pieces", record(22, hello.first(3)) + record(22, hello.sliced(3)), true);
    row("too large, its header in pieces",
        record(22, message(1, 120'000, 0).first(2)) + record(22, {})
            + record(22, message(1, 120'000, 0).sliced(2)),
        false);
    row("second of a record", record(22, hello + message(1, 120'000, 0)), false);
    row("second hello", record(22, hello) + record(22, hello), true);
    row("second hello, too large", record(22, hello) + cipher + record(22, message(1, 120'000, 0)), false);
    row("empty messages", record(22, message(0, 0, 0) + message(0, 0, 0)), true);
    row("TLS 1.2", record(22, hello) + record(22, message(16, 70, 70)) + cipher + encrypted, true, true);
    row("TLS 1.3", record(22, hello) + cipher + record(23, QByteArray(40, '\xff')) + encrypted, true, true);
    row("an alert", record(21, QByteArray(2, '\xff')) + record(22, hello), true);
    row("HTTP", "GET / HTTP/1.1\r\n\r\n", true, true);
}

void TestTlsHello::judges()
{
    QFETCH(QByteArray, bytes);
    for (const qsizetype step : {qsizetype(1), qsizetype(3), bytes.size()}) {
        TlsHello hello;
        bool isGood = true;
        for (qsizetype at = 0; at < bytes.size() && isGood; at += step) {
            const QByteArray piece = bytes.mid(at, step);
            isGood = hello.take({reinterpret_cast<const unsigned char *>(piece.constData()),
                                 static_cast<std::size_t>(piece.size())});
        }
        QTEST(isGood, "isGood");
        QTEST(hello.isOver(), "isOver");
    }
}

QTEST_GUILESS_MAIN(TestTlsHello)
#include "tst_tlshello.moc"
