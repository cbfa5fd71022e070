// SPDX-License-Identifier: MIT
#include "server/signalr/authentication.h"
#include "server/signalr/failedattempts.h"

#include <QTest>

using namespace nextchat;

class TestAuthentication : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void trusts_data();
    void trusts();
    void asksWhetherTheIdIsValid();
    void bearsTokens_data();
    void bearsTokens();
    void failuresAreCountedByAddressAndWindow();
};

// contract.md 2
void TestAuthentication::trusts_data()
{
    QTest::addColumn<QByteArray>("header"); // null: absent
    QTest::addColumn<QByteArray>("query");
    QTest::addColumn<QString>("user"); // null: refused
    const auto user = [](const char *text) { return QString::fromUtf8(text); };
    QTest::newRow("none") << QByteArray() << QByteArray() << QString();
    QTest::newRow("header") << QByteArray("alice") << QByteArray() << user("alice");
    QTest::newRow("the whole header") << QByteArray("Basic abc def") << QByteArray() << user("Basic abc def");
    QTest::newRow("bearer") << QByteArray("Bearer alice") << QByteArray() << user("alice");
    QTest::newRow("bearer twice") << QByteArray("Bearer Bearer alice") << QByteArray()
                                  << user("Bearer alice");
    QTest::newRow("only bearer") << QByteArray("Bearer ") << QByteArray() << QString();
    QTest::newRow("query") << QByteArray() << QByteArray("id=1&access_token=alice%20b") << user("alice b");
    QTest::newRow("header before query")
        << QByteArray("alice") << QByteArray("access_token=bob") << user("alice");
    QTest::newRow("empty header before query")
        << QByteArray("") << QByteArray("access_token=bob") << QString();
    QTest::newRow("UTF-8") << QByteArray("\xC3\xA9lise") << QByteArray() << user("\xC3\xA9lise");
    QTest::newRow("begins with U+FEFF")
        << QByteArray("\xEF\xBB\xBFx") << QByteArray() << QStringLiteral(u"\uFEFFx");
    QTest::newRow("not UTF-8") << QByteArray("alice\xFF") << QByteArray() << QString();
    QTest::newRow("UTF-8 cut at the end") << QByteArray("alice\xC3") << QByteArray() << QString();
    QTest::newRow("query not UTF-8") << QByteArray() << QByteArray("access_token=%FF") << QString();
}

void TestAuthentication::trusts()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, query);
    QFETCH(QString, user);
    net::HttpRequest request{.query = query};
    if (!header.isNull())
        request.headers.emplace_back("authorization", header);
    const auto authenticate = signalr::trustedAuthenticator([](const QString &id) { return !id.isEmpty(); });
    const auto identity = authenticate(request);
    QCOMPARE(identity ? identity->userId : QString(), user);
    QVERIFY(!identity || !identity->expires);
}

void TestAuthentication::asksWhetherTheIdIsValid()
{
    const auto authenticate = signalr::trustedAuthenticator([](const QString &id) { return id.size() < 4; });
    QVERIFY(authenticate({.headers = {{"authorization", "bob"}}}));
    QVERIFY(!authenticate({.headers = {{"authorization", "alice"}}}));
}

void TestAuthentication::bearsTokens_data()
{
    QTest::addColumn<QByteArray>("header"); // null: absent
    QTest::addColumn<QByteArray>("accept"); // websocket: an upgrade
    QTest::addColumn<QByteArray>("token"); // that is looked at; null: none
    const QByteArray query = "from-the-query";
    QTest::newRow("header") << QByteArray("Bearer abc") << QByteArray() << QByteArray("abc");
    QTest::newRow("scheme in any case") << QByteArray("bEARER abc") << QByteArray() << QByteArray("abc");
    QTest::newRow("blanks") << QByteArray("Bearer   abc") << QByteArray() << QByteArray("abc");
    QTest::newRow("header before query")
        << QByteArray("Bearer abc") << QByteArray("websocket") << QByteArray("abc");
    QTest::newRow("other header before query")
        << QByteArray("Basic abc") << QByteArray("websocket") << QByteArray();
    QTest::newRow("empty header") << QByteArray("") << QByteArray("websocket") << QByteArray();
    QTest::newRow("scheme alone") << QByteArray("Bearer") << QByteArray() << QByteArray();
    QTest::newRow("query of a WebSocket") << QByteArray() << QByteArray("websocket") << query;
    QTest::newRow("query of events") << QByteArray() << QByteArray("text/event-stream") << query;
    QTest::newRow("query of another request") << QByteArray() << QByteArray("*/*") << QByteArray();
}

void TestAuthentication::bearsTokens()
{
    QFETCH(QByteArray, header);
    QFETCH(QByteArray, accept);
    QFETCH(QByteArray, token);
    net::HttpRequest request{.query = "access_token=from-the-query"};
    if (!header.isNull())
        request.headers.emplace_back("authorization", header);
    if (accept == "websocket")
        request.headers.insert(request.headers.end(), {{"upgrade", "websocket"}, {"connection", "Upgrade"}});
    else
        request.headers.emplace_back("accept", accept);
    QByteArray seen;
    const auto authenticate = signalr::bearerAuthenticator([&seen](QByteArrayView given) {
        seen = given.toByteArray();
        return signalr::Identity{QStringLiteral("ann")};
    });
    QCOMPARE(authenticate(request).has_value(), !token.isNull());
    QCOMPARE(seen, token);
}

void TestAuthentication::failuresAreCountedByAddressAndWindow()
{
    using signalr::FailedAttempts;
    FailedAttempts attempts;
    const FailedAttempts::Clock::time_point begin(std::chrono::hours(1));
    QCOMPARE(attempts.add("a", begin), 1);
    QCOMPARE(attempts.add("a", begin + FailedAttempts::window / 2), 2);
    QCOMPARE(attempts.add("b", begin), 1);
    QCOMPARE(attempts.add("a", begin + FailedAttempts::window), 1);
    for (qsizetype i = 1; i < FailedAttempts::maximumAddresses; ++i)
        attempts.add(QByteArray::number(i), begin + FailedAttempts::window);
    QCOMPARE(attempts.add("new", begin + FailedAttempts::window), 1);
    QCOMPARE(attempts.add("newer", begin + FailedAttempts::window), 2);
    QCOMPARE(attempts.add("a", begin + FailedAttempts::window), 2);
}

QTEST_GUILESS_MAIN(TestAuthentication)
#include "tst_authentication.moc"
