// SPDX-License-Identifier: MIT
#include "common/signalr/negotiation.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;

Q_DECLARE_METATYPE(nextchat::signalr::NegotiateResponse)

class NegotiationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goesBothWays_data()
    {
        QTest::addColumn<NegotiateResponse>("response");
        QTest::addColumn<QByteArray>("json");
        const QList<NegotiateResponse::Transport> webSockets{{u"WebSockets"_qs, {u"Text"_qs, u"Binary"_qs}}};
        const QByteArray list =
            R"("availableTransports":[{"transferFormats":["Text","Binary"],"transport":"WebSockets"}])";
        QTest::newRow("version 0") << NegotiateResponse{0, u"c"_qs, {}, webSockets}
                                   << QByteArray("{" + list + R"(,"connectionId":"c","negotiateVersion":0})");
        QTest::newRow("version 1")
            << NegotiateResponse{1, u"c"_qs, u"t"_qs, webSockets}
            << QByteArray("{" + list + R"(,"connectionId":"c","connectionToken":"t","negotiateVersion":1})");
        QTest::newRow("stateful")
            << NegotiateResponse{1, u"c"_qs, u"t"_qs, {}, true}
            << QByteArray(R"({"availableTransports":[],"connectionId":"c","connectionToken":"t",)"
                          R"("negotiateVersion":1,"useStatefulReconnect":true})");
        NegotiateResponse redirect;
        redirect.url = u"https://example.org/hub"_qs;
        redirect.accessToken = u"a"_qs;
        QTest::newRow("redirect") << redirect
                                  << QByteArray(
                                         "{\"accessToken\":\"a\",\"url\":\"https://example.org/hub\"}");
        NegotiateResponse error;
        error.error = u"no"_qs;
        QTest::newRow("error") << error << QByteArray(R"({"error":"no"})");
    }

    void goesBothWays()
    {
        QFETCH(NegotiateResponse, response);
        QFETCH(QByteArray, json);
        QCOMPARE(write(response), json);
        const auto read = readNegotiateResponse(json);
        QVERIFY(read);
        QVERIFY(*read == response);
    }

    void refuses_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QString>("text");
        QTest::newRow("empty") << QByteArray() << u"The answer to negotiate is not a JSON object."_qs;
        QTest::newRow("page") << QByteArray("<html>") << u"The answer to negotiate is not a JSON object."_qs;
        QTest::newRow("array") << QByteArray("[]") << u"The answer to negotiate is not a JSON object."_qs;
        QTest::newRow("no id") << QByteArray(R"({"availableTransports":[]})")
                               << u"Missing required property 'connectionId'."_qs;
        QTest::newRow("id") << QByteArray(R"({"connectionId":123,"availableTransports":[]})")
                            << u"Expected 'connectionId' to be of type String."_qs;
        QTest::newRow("no transports") << QByteArray(R"({"connectionId":"c"})")
                                       << u"Missing required property 'availableTransports'."_qs;
        QTest::newRow("no token") << QByteArray(
            R"({"connectionId":"c","negotiateVersion":1,"availableTransports":[]})")
                                  << u"Missing required property 'connectionToken'."_qs;
        QTest::newRow("version") << QByteArray(
            R"({"connectionId":"c","negotiateVersion":"1","availableTransports":[]})")
                                 << u"Expected 'negotiateVersion' to be of type Number."_qs;
    }

    void refuses()
    {
        QFETCH(QByteArray, json);
        QFETCH(QString, text);
        const auto read = readNegotiateResponse(json);
        QVERIFY(!read);
        QCOMPARE(read.error().code, Error::Code::Protocol);
        QCOMPARE(read.error().message, text);
    }
};

QTEST_GUILESS_MAIN(NegotiationTest)

#include "tst_negotiation.moc"
