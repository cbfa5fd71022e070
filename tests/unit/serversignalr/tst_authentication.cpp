// SPDX-License-Identifier: MIT
#include "server/signalr/authentication.h"

#include <QTest>

using namespace nextchat;

class TestAuthentication : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void trusts_data();
    void trusts();
    void asksWhetherTheIdIsValid();
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
    QCOMPARE(authenticate(request).value_or(QString()), user);
}

void TestAuthentication::asksWhetherTheIdIsValid()
{
    const auto authenticate = signalr::trustedAuthenticator([](const QString &id) { return id.size() < 4; });
    QVERIFY(authenticate({.headers = {{"authorization", "bob"}}}));
    QVERIFY(!authenticate({.headers = {{"authorization", "alice"}}}));
}

QTEST_GUILESS_MAIN(TestAuthentication)
#include "tst_authentication.moc"
