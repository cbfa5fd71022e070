// SPDX-License-Identifier: MIT
#include "common/chat/tokenbearer.h"

#include <QTest>

using namespace nextchat::chat;

namespace {

QString token(const QByteArray &claims)
{
    constexpr auto options = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;
    return QString::fromLatin1("eyJhbGciOiJIUzI1NiJ9." + claims.toBase64(options) + ".c2lnbmF0dXJl");
}

} // namespace

class TokenBearerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void tellsWhomATokenIsFor_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("bearer");
        QTest::addColumn<bool>("isForAnn");
        QTest::newRow("ann's") << token(R"({"sub":"ann","exp":1})") << u"ann"_qs << true;
        QTest::newRow("ben's") << token(R"({"sub":"ben","exp":1})") << u"ben"_qs << false;
        QTest::newRow("other letters") << token(R"({"sub":"Zoë ✓?"})") << u"Zoë ✓?"_qs << false;
        QTest::newRow("the case counts") << token(R"({"sub":"Ann"})") << u"Ann"_qs << false;
        QTest::newRow("her name in another claim")
            << token(R"({"sub":"7f3b","preferred_username":"ann"})") << u"7f3b"_qs << true;
        QTest::newRow("no subject") << token(R"({"name":"ben"})") << QString() << true;
        QTest::newRow("a subject that is no text") << token(R"({"sub":7})") << QString() << true;
        QTest::newRow("no claims") << token("[]") << QString() << true;
        QTest::newRow("no base64") << u"a.?.c"_qs << QString() << true;
        QTest::newRow("no JSON Web Token") << u"ben"_qs << QString() << true;
        QTest::newRow("none") << QString() << QString() << true;
    }

    void tellsWhomATokenIsFor()
    {
        QFETCH(QString, text);
        QTEST(bearerOf(text), "bearer");
        QTEST(!isForAnother(text, u"ann"_qs), "isForAnn");
    }
};

QTEST_GUILESS_MAIN(TokenBearerTest)
#include "tst_tokenbearer.moc"
