// SPDX-License-Identifier: MIT
#include "common/signalr/handshake.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;

namespace {

QByteArray record(const QByteArray &json)
{
    return json + char(0x1E);
}

const QString general = u"An unexpected error occurred during connection handshake."_qs;

} // namespace

class HandshakeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writes()
    {
        QCOMPARE(write(HandshakeRequest{u"json"_qs, 1}), record(R"({"protocol":"json","version":1})"));
        QCOMPARE(write(HandshakeResponse{}), record("{}"));
        QCOMPARE(write(HandshakeResponse{u"no"_qs}), record(R"({"error":"no"})"));
    }

    void readsRequests_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<int>("version");
        QTest::newRow("plain") << QByteArray(R"({"protocol":"json","version":1})") << u"json"_qs << 1;
        QTest::newRow("other order") << QByteArray(R"( {"version":2, "protocol":"messagepack"} )")
                                     << u"messagepack"_qs << 2;
        QTest::newRow("more properties")
            << QByteArray(R"({"protocol":"json","x":{"y":[1]},"version":1})") << u"json"_qs << 1;
        QTest::newRow("unknown") << QByteArray(R"({"protocol":"dummy","version":7})") << u"dummy"_qs << 7;
    }

    void readsRequests()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, protocol);
        QFETCH(int, version);
        const QByteArray whole = record(json);
        for (qsizetype size = 0; size < whole.size(); ++size) {
            const auto part = readHandshakeRequest(QByteArrayView(whole).first(size));
            QVERIFY(part && !part->record && part->consumed == 0);
        }
        const auto read = readHandshakeRequest(QByteArray(whole + record(R"({"type":6})")));
        QVERIFY(read && read->record);
        QCOMPARE(read->consumed, whole.size());
        QCOMPARE(read->record->protocol, protocol);
        QCOMPARE(read->record->version, version);
    }

    void refusesRequests_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("detailed");
        const auto row = [](const char *name, const QByteArray &json, const QString &detail) {
            QTest::newRow(name) << record(json) << QString(general % u" InvalidDataException: " % detail);
        };
        row("empty", "", u"Error reading JSON."_qs);
        row("garbage", "foo", u"Error reading JSON."_qs);
        row("binary", "\x01\xff\x02", u"Error reading JSON."_qs);
        row("not an object", "[]", u"Unexpected JSON Token Type 'Array'. Expected a JSON Object."_qs);
        row("no protocol", R"({"version":1})",
            uR"(Missing required property 'protocol'. Message content: {"version":1})"_qs);
        row("no version", R"({"protocol":"json"})",
            uR"(Missing required property 'version'. Message content: {"protocol":"json"})"_qs);
        row("protocol", R"({"protocol":1,"version":1})",
            uR"(Expected 'protocol' to be of type String. Message content: {"protocol":1,"version":1})"_qs);
        row("version", R"({"protocol":"json","version":"1"})",
            uR"(Expected 'version' to be of type Number. Message content: {"protocol":"json","version":"1"})"_qs);
        row("fraction", R"({"protocol":"json","version":1.5})",
            uR"(Expected 'version' to be of type Number. Message content: {"protocol":"json","version":1.5})"_qs);
        row("huge version", R"({"protocol":"json","version":99999999999})",
            uR"(Expected 'version' to be of type Number. Message content: {"protocol":"json","version":99999999999})"_qs);
    }

    void refusesRequests()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, detailed);
        const auto read = readHandshakeRequest(bytes);
        QVERIFY(!read);
        QCOMPARE(read.error().code, Error::Code::Protocol);
        QCOMPARE(handshakeErrorText(read.error(), false), general);
        QCOMPARE(handshakeErrorText(read.error(), true), detailed);
    }

    void endsOverlongRequests()
    {
        QVERIFY(readHandshakeRequest(QByteArray(maximumHandshakeSize - 1, ' ')));
        for (qsizetype size : {maximumHandshakeSize, maximumHandshakeSize + 5}) {
            const auto read = readHandshakeRequest(QByteArray(size, ' '));
            QVERIFY(!read);
            QCOMPARE(handshakeErrorText(read.error(), false), u"Handshake was canceled."_qs);
        }
        // What follows a good request may be as long as it likes.
        QVERIFY(readHandshakeRequest(
                    QByteArray(record(R"({"protocol":"json","version":1})") + QByteArray(100'000, 'x')))
                    ->record);
    }

    void choosesProtocols_data()
    {
        QTest::addColumn<QString>("protocol");
        QTest::addColumn<int>("version");
        QTest::addColumn<QString>("refusal");
        QTest::newRow("json 1") << u"json"_qs << 1 << QString();
        QTest::newRow("json 2") << u"json"_qs << 2 << QString();
        QTest::newRow("json 0") << u"json"_qs << 0 << QString();
        QTest::newRow("json 3") << u"json"_qs << 3
                                << u"The server does not support version 3 of the 'json' protocol."_qs;
        QTest::newRow("dummy") << u"dummy"_qs << 1 << u"The protocol 'dummy' is not supported."_qs;
        QTest::newRow("empty") << u""_qs << 1 << u"The protocol '' is not supported."_qs;
    }

    void choosesProtocols()
    {
        QFETCH(QString, protocol);
        QFETCH(int, version);
        QFETCH(QString, refusal);
        const auto chosen = chooseProtocol({protocol, version}, false);
        QCOMPARE(chosen.has_value(), refusal.isNull());
        if (chosen)
            QCOMPARE(QString::fromUtf8((*chosen)->name()), protocol);
        else
            QCOMPARE(handshakeErrorText(chosen.error(), false), refusal);
    }

    void readsResponses_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("error");
        QTest::newRow("accepted") << QByteArray("{}") << QString();
        QTest::newRow("more") << QByteArray(R"({"minorVersion":0,"x":[]})") << QString();
        QTest::newRow("null error") << QByteArray(R"({"error":null})") << QString();
        QTest::newRow("refused") << QByteArray(R"({"error":"no"})") << u"no"_qs;
        QTest::newRow("refused without words")
            << QByteArray(R"({"error":""})") << u"The server refused the handshake without a reason."_qs;
    }

    void readsResponses()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, error);
        const auto read = readHandshakeResponse(QByteArray(record(json) + "rest"));
        QVERIFY(read && read->record);
        QCOMPARE(read->consumed, json.size() + 1);
        QCOMPARE(read->record->error, error);
        QCOMPARE(read->record->error.isNull(), error.isNull());
        QVERIFY(!readHandshakeResponse(json)->record);
    }

    void refusesResponses_data()
    {
        QTest::addColumn<QByteArray>("bytes");
        QTest::addColumn<QString>("message");
        QTest::newRow("a hub message")
            << record(R"({"type":6})") << u"Expected a handshake response from the server."_qs;
        QTest::newRow("garbage") << record("<html>") << u"Error reading JSON."_qs;
        QTest::newRow("too long") << QByteArray(maximumHandshakeSize, ' ')
                                  << u"The server's handshake response is too long."_qs;
    }

    void refusesResponses()
    {
        QFETCH(QByteArray, bytes);
        QFETCH(QString, message);
        const auto read = readHandshakeResponse(bytes);
        QVERIFY(!read);
        QCOMPARE(read.error().code, Error::Code::Protocol);
        QCOMPARE(read.error().message, message);
    }
};

QTEST_GUILESS_MAIN(HandshakeTest)

#include "tst_handshake.moc"
