// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QJsonArray>
#include <QRegularExpression>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// Named by the checks of signalr-notes.md 2.
class NegotiateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void check01_withoutVersion();
    void check02_versionOne();
    void check03_higherVersion();
    void check04_noInteger_data();
    void check04_noInteger();
    void check07_transports();
    void check08_headers();
    void check09_identifiersAreUniqueAndUrlSafe();
    void check10_noStatefulReconnect();
    void check13_userInHeaderOrQuery_data();
    void check13_userInHeaderOrQuery();
    void check13_aTokenBelongsToItsUser();
    void check14_noTokenInTheLog();
    void check16_afterUse();
    void check17_connectionIdInPlaceOfTheToken();
    void aTokenHoldsOverARestartWithTheSameSecret();

private:
    [[nodiscard]] QJsonObject negotiate(const QByteArray &query, const QByteArray &user = "ann")
    {
        RawClient client(m_server.port());
        const HttpAnswer answer = client.request(httpRequest("POST", "/next-chat/negotiate" + query, user));
        return answer.status == 200 ? answer.json() : QJsonObject{{u"status"_s, answer.status}};
    }
    [[nodiscard]] QByteArray newToken(const QByteArray &user = "ann")
    {
        return negotiate("?negotiateVersion=1", user).value(u"connectionToken").toString().toUtf8();
    }

    ServerProcess m_server{{u"--set"_s, u"limits.connectionsPerUser=0"_s, u"--set"_s,
                            u"server.tokenSecret=0123456789abcdef0123456789abcdef"_s}};
};

void NegotiateTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void NegotiateTest::check01_withoutVersion()
{
    const QJsonObject answer = negotiate({});
    QCOMPARE(answer.value(u"negotiateVersion"), QJsonValue(0));
    QVERIFY(!answer.value(u"connectionId").toString().isEmpty());
    QVERIFY(!answer.contains(u"connectionToken"));
    RawHub hub(m_server.port(), "ann", true, "?id=" + answer.value(u"connectionId").toString().toUtf8());
    QVERIFY(hub.isOpen());
}

void NegotiateTest::check02_versionOne()
{
    const QJsonObject answer = negotiate("?negotiateVersion=1");
    QCOMPARE(answer.value(u"negotiateVersion"), QJsonValue(1));
    const QString token = answer.value(u"connectionToken").toString();
    QVERIFY(!token.isEmpty());
    QVERIFY(token != answer.value(u"connectionId").toString());
    RawHub hub(m_server.port(), "ann", true, "?id=" + token.toUtf8());
    QVERIFY(hub.isOpen());
    QCOMPARE(negotiate("?NEGOTIATEVERSION=1").value(u"negotiateVersion"), QJsonValue(1));
}

void NegotiateTest::check03_higherVersion()
{
    QCOMPARE(negotiate("?negotiateVersion=99").value(u"negotiateVersion"), QJsonValue(1));
}

void NegotiateTest::check04_noInteger_data()
{
    QTest::addColumn<QByteArray>("version");
    QTest::newRow("letters") << QByteArray("abc");
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("fraction") << QByteArray("1.5");
    QTest::newRow("too large") << QByteArray("99999999999999");
}

void NegotiateTest::check04_noInteger()
{
    QFETCH(QByteArray, version);
    const QJsonObject answer = negotiate("?negotiateVersion=" + version);
    QCOMPARE(answer, (QJsonObject{{u"error"_s, u"The client requested a non-integer protocol version."_s}}));
}

void NegotiateTest::check07_transports()
{
    const QJsonArray text{u"Text"_s};
    const QJsonArray both{u"Text"_s, u"Binary"_s};
    const QJsonObject formats{
        {u"WebSockets"_s, both}, {u"ServerSentEvents"_s, text}, {u"LongPolling"_s, both}};
    const QJsonArray transports = negotiate("?negotiateVersion=1").value(u"availableTransports").toArray();
    QStringList names;
    for (const auto &transport : transports) {
        names.append(transport[u"transport"].toString());
        QCOMPARE(transport[u"transferFormats"], formats.value(names.last()));
    }
    QVERIFY(names.contains(u"WebSockets"_s));
    QCOMPARE(names.removeDuplicates(), 0);
}

void NegotiateTest::check08_headers()
{
    RawClient client(m_server.port());
    const HttpAnswer answer =
        client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann"));
    QCOMPARE(answer.header("content-type"), QByteArray("application/json"));
    QCOMPARE(answer.header("content-length").toLongLong(), answer.body.size());
    QVERIFY(!answer.json().isEmpty());
}

void NegotiateTest::check09_identifiersAreUniqueAndUrlSafe()
{
    static const QRegularExpression urlSafe(u"^[A-Za-z0-9_.~-]+$"_s);
    QSet<QString> seen;
    RawClient client(m_server.port());
    constexpr int count = 2000;
    for (int i = 0; i < count; ++i) {
        const QJsonObject answer =
            client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann")).json();
        for (const auto &name : {u"connectionId"_s, u"connectionToken"_s}) {
            const QString id = answer.value(name).toString();
            QVERIFY2(urlSafe.match(id).hasMatch(), qPrintable(id));
            QVERIFY(id.size() >= 22); // 16 bytes, base64url
            seen.insert(id);
        }
    }
    QCOMPARE(seen.size(), 2 * count);
}

void NegotiateTest::check10_noStatefulReconnect()
{
    QVERIFY(!negotiate("?negotiateVersion=1").contains(u"useStatefulReconnect"));
}

void NegotiateTest::check13_userInHeaderOrQuery_data()
{
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QByteArray>("header");
    QTest::addColumn<QString>("user");
    QTest::newRow("header") << QByteArray() << QByteArray("ann") << u"ann"_s;
    QTest::newRow("bearer") << QByteArray() << QByteArray("Bearer ann") << u"ann"_s;
    QTest::newRow("query") << QByteArray("?access_token=ann") << QByteArray() << u"ann"_s;
    QTest::newRow("encoded query") << QByteArray("?access_token=a%20b%C3%A9%2B") << QByteArray()
                                   << u"a bé+"_s;
    QTest::newRow("header before query") << QByteArray("?access_token=ben") << QByteArray("ann") << u"ann"_s;
    QTest::newRow("blanks within") << QByteArray() << QByteArray("Ann of Kent") << u"Ann of Kent"_s;
    QTest::newRow("UTF-8") << QByteArray() << QByteArray("Ann\xc3\xa9") << u"Anné"_s;
}

void NegotiateTest::check13_userInHeaderOrQuery()
{
    QFETCH(QByteArray, query);
    QFETCH(QByteArray, header);
    RawHub hub(m_server.port(), header, true, query);
    QVERIFY(hub.isOpen());
    const QString group = u"who-"_s + QString::fromLatin1(QTest::currentDataTag());
    QCOMPARE(hub.errorOf(u"CreateGroup"_s, {group}), QString());
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {group}), QString());
    QTEST(hub.invoke(u"ListMembers"_s, {group}).value(u"result")[0].toString(), "user");
}

void NegotiateTest::check13_aTokenBelongsToItsUser()
{
    const QByteArray token = newToken("ann");
    RawClient client(m_server.port());
    QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + token, "ben")).status, 404);
    QByteArray forged = token;
    forged[forged.size() / 2] = forged[forged.size() / 2] == 'A' ? 'B' : 'A';
    QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + forged, "ann")).status, 404);
    QCOMPARE(client.request(upgradeRequest("/next-chat?id=" + token, "ann")).status, 101);
}

void NegotiateTest::check14_noTokenInTheLog()
{
    ServerProcess server({u"--set"_s, u"log.level=debug"_s});
    QVERIFY(server.start());
    {
        RawHub hub(server.port(), {}, true, "?access_token=very-secret-user");
        QVERIFY(hub.isOpen());
        (void)hub.errorOf(u"SendMessage"_s, {u"nowhere"_s, u"very-secret-text"_s});
        RawClient client(server.port());
        (void)client.request(httpRequest("GET", "/next-chat?id=1&access_token=very-secret-user", {}));
    }
    QCOMPARE(server.terminate(), 0);
    QVERIFY2(!server.standardError().contains("access_token=very-secret"),
             server.standardError().constData());
    QVERIFY2(!server.standardError().contains("very-secret-text"), server.standardError().constData());
    QVERIFY(!server.standardOutput().contains("very-secret"));
}

void NegotiateTest::check16_afterUse()
{
    const QByteArray token = newToken();
    {
        RawHub hub(m_server.port(), "ann", true, "?id=" + token);
        QVERIFY(hub.isOpen());
        hub.wire().send(closeFrame(1000));
        QVERIFY(hub.waitForClose());
    }
    RawClient client(m_server.port());
    QTRY_COMPARE(client.request(httpRequest("POST", "/next-chat?id=" + token, "ann")).status, 404);
    QCOMPARE(client.request(httpRequest("DELETE", "/next-chat?id=" + token, "ann")).status, 404);
}

void NegotiateTest::check17_connectionIdInPlaceOfTheToken()
{
    const QByteArray id = negotiate("?negotiateVersion=1").value(u"connectionId").toString().toUtf8();
    RawClient client(m_server.port());
    const HttpAnswer answer = client.request(upgradeRequest("/next-chat?id=" + id, "ann"));
    QCOMPARE(answer.status, 404);
    QCOMPARE(answer.body, QByteArray("No Connection with that ID"));
}

// P8 within one machine: a token leaves no state behind in the process that issued it.
void NegotiateTest::aTokenHoldsOverARestartWithTheSameSecret()
{
    const QByteArray token = newToken();
    QVERIFY(m_server.restart());
    RawHub hub(m_server.port(), "ann", true, "?id=" + token);
    QVERIFY(hub.isOpen());
}

QTEST_GUILESS_MAIN(NegotiateTest)
#include "tst_negotiate.moc"
