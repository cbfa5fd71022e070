// SPDX-License-Identifier: MIT
#include "server/signalr/originpolicy.h"

#include <QTest>

using namespace nextchat;
using signalr::OriginPolicy;

namespace {

net::HttpRequest requestFrom(const QByteArray &origin, const QByteArray &host = "chat.example.com")
{
    net::HttpRequest request;
    request.headers = {{"host", host}};
    if (!origin.isNull())
        request.headers.emplace_back("origin", origin);
    return request;
}

QByteArray headerOf(const net::HttpResponse &response, const QByteArray &name)
{
    for (const auto &[key, value] : response.headers) {
        if (key == name)
            return value;
    }
    return {};
}

} // namespace

class TestOriginPolicy : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judges_data();
    void judges();
    void starAllowsAll();
    void letsThePageRead();
    void answersPreflights();
};

void TestOriginPolicy::judges_data()
{
    QTest::addColumn<QByteArray>("origin");
    QTest::addColumn<bool>("allowed");
    QTest::newRow("no browser") << QByteArray() << true;
    QTest::newRow("same origin") << QByteArray("https://chat.example.com") << true;
    QTest::newRow("same origin, other case") << QByteArray("https://Chat.Example.com") << true;
    QTest::newRow("same host behind a proxy that ends TLS") << QByteArray("http://chat.example.com") << true;
    QTest::newRow("same host, other port") << QByteArray("https://chat.example.com:8443") << false;
    QTest::newRow("listed") << QByteArray("https://app.example.com") << true;
    QTest::newRow("listed, other scheme") << QByteArray("http://app.example.com") << false;
    QTest::newRow("listed, other port") << QByteArray("https://app.example.com:444") << false;
    QTest::newRow("listed is a suffix") << QByteArray("https://evil-app.example.com") << false;
    QTest::newRow("listed is a prefix") << QByteArray("https://app.example.com.evil.org") << false;
    QTest::newRow("own host is a prefix") << QByteArray("https://chat.example.com.evil.org") << false;
    QTest::newRow("own host as user") << QByteArray("https://chat.example.com@evil.org") << false;
    QTest::newRow("null") << QByteArray("null") << false;
    QTest::newRow("no scheme") << QByteArray("chat.example.com") << false;
    QTest::newRow("nothing behind the scheme") << QByteArray("https://") << false;
}

void TestOriginPolicy::judges()
{
    QFETCH(QByteArray, origin);
    const OriginPolicy policy({QStringLiteral("https://App.example.com")});
    QTEST(policy.allows(requestFrom(origin)), "allowed");
    QCOMPARE(policy.allows(requestFrom(QByteArray("https://"), "")), false);
}

void TestOriginPolicy::starAllowsAll()
{
    const OriginPolicy policy({QStringLiteral("*")});
    QVERIFY(policy.allows(requestFrom("https://anyone.example.org")));
    QVERIFY(policy.allows(requestFrom("null")));
}

void TestOriginPolicy::letsThePageRead() // check 15
{
    const OriginPolicy policy({QStringLiteral("https://app.example.com")});
    net::HttpResponse response;
    policy.addHeaders(requestFrom("https://app.example.com"), response);
    QCOMPARE(headerOf(response, "Access-Control-Allow-Origin"), QByteArray("https://app.example.com"));
    QCOMPARE(headerOf(response, "Access-Control-Allow-Credentials"), QByteArray("true"));
    QCOMPARE(headerOf(response, "Vary"), QByteArray("Origin"));
    net::HttpResponse plain;
    policy.addHeaders(requestFrom({}), plain);
    QVERIFY(plain.headers.empty());
}

void TestOriginPolicy::answersPreflights()
{
    const OriginPolicy policy({QStringLiteral("https://app.example.com")});
    net::HttpRequest request = requestFrom("https://app.example.com");
    QVERIFY(
        headerOf(policy.preflight(request), "Access-Control-Allow-Headers").contains("X-SignalR-User-Agent"));
    request.headers.emplace_back("access-control-request-headers", "x-own,x-requested-with");
    const net::HttpResponse response = policy.preflight(request);
    QCOMPARE(response.status, 204);
    QCOMPARE(headerOf(response, "Access-Control-Allow-Headers"), QByteArray("x-own,x-requested-with"));
    QVERIFY(headerOf(response, "Access-Control-Allow-Methods").contains("POST"));
    QCOMPARE(headerOf(response, "Access-Control-Allow-Origin"), QByteArray("https://app.example.com"));
}

QTEST_GUILESS_MAIN(TestOriginPolicy)
#include "tst_originpolicy.moc"
