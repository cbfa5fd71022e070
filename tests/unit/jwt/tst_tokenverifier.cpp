// SPDX-License-Identifier: MIT
#include "server/jwt/tokenissuer.h"
#include "tests/support/tokensigner.h"

#include <QJsonArray>
#include <QTest>

using namespace nextchat;
using namespace nextchat::jwt;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;
using test::TokenSigner;

namespace {

const QByteArray secret(64, 's');
constexpr qint64 noon = 1'800'000'000; // seconds since 1970

std::chrono::system_clock::time_point at(qint64 seconds)
{
    return std::chrono::system_clock::time_point(std::chrono::seconds(seconds));
}

QJsonObject claims(const QJsonObject &others = {})
{
    QJsonObject all{{u"sub"_s, u"ann"_s}, {u"exp"_s, noon + 3600}};
    for (auto each = others.begin(); each != others.end(); ++each)
        all.insert(each.key(), each.value());
    return all;
}

QByteArray base64(const QByteArray &bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

} // namespace

class TestTokenVerifier : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void goodTokensNameTheirUser_data();
    void goodTokensNameTheirUser();
    void badTokensAreRefused_data();
    void badTokensAreRefused();
    void everyChangedByteIsNoticed_data();
    void everyChangedByteIsNoticed();
    void rulesAreKept_data();
    void rulesAreKept();
    void timesAreKeptToTheSecond();
    void anyOfTheKeysWillDo();
    void aTokenOfItsOwnIsAccepted();
    void onlyASecretIssues();

private:
    [[nodiscard]] Expected<VerifiedToken> verify(const QByteArray &token, qint64 now = noon) const
    {
        return verifyToken(token, m_keys, m_rules, at(now));
    }

    const TokenSigner m_rsa{TokenSigner::Kind::Rsa};
    const TokenSigner m_ec{TokenSigner::Kind::P256};
    const TokenSigner m_otherRsa{TokenSigner::Kind::Rsa};
    const TokenSigner m_otherEc{TokenSigner::Kind::P256};
    const SigningKeys m_keys{*SigningKey::parse(secret), *SigningKey::parse(m_rsa.publicKey()),
                             *SigningKey::parse(m_ec.publicKey())};
    const TokenRules m_rules{.algorithms = {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512,
                                            Algorithm::RS256, Algorithm::ES256},
                             .isValidUser = [](const QString &user) { return user == u"ann"; }};
};

void TestTokenVerifier::goodTokensNameTheirUser_data()
{
    QTest::addColumn<QByteArray>("token");
    for (const char *algorithm : {"HS256", "HS384", "HS512"})
        QTest::newRow(algorithm) << TokenSigner::token(secret, claims(),
                                                       {{u"alg"_s, QLatin1String(algorithm)}});
    QTest::newRow("RS256") << m_rsa.token(claims());
    QTest::newRow("ES256") << m_ec.token(claims());
    QTest::newRow("type") << TokenSigner::token(secret, claims(), {{u"typ"_s, u"JWT"_s}});
    QTest::newRow("key id") << m_rsa.token(claims(), {{u"kid"_s, u"1"_s}});
    QTest::newRow("fraction of a second") << TokenSigner::token(secret, claims({{u"exp"_s, noon + 0.5}}));
    QTest::newRow("claims that nobody asked for") << TokenSigner::token(
        secret, claims({{u"iss"_s, u"x"_s}, {u"aud"_s, u"y"_s}, {u"nested"_s, QJsonObject{{u"a"_s, 1}}}}));
}

void TestTokenVerifier::goodTokensNameTheirUser()
{
    QFETCH(QByteArray, token);
    const auto verified = verify(token);
    QVERIFY2(verified, verified ? "" : qPrintable(verified.error().message));
    QCOMPARE(verified->userId, u"ann"_s);
}

void TestTokenVerifier::badTokensAreRefused_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::addColumn<QString>("word"); // of the complaint
    const auto row = [](const QByteArray &name, const QByteArray &token, const char *word) {
        QTest::newRow(name.constData()) << token << QString::fromLatin1(word);
    };
    const auto hs = [](const QJsonObject &others, const QJsonObject &header = {}) {
        return TokenSigner::token(secret, claims(others), header);
    };
    const QByteArray plain = R"({"sub":"ann","exp":1800003600})";

    row("empty", "", "no signed");
    row("a name", "ann", "no signed");
    row("two parts", hs({}).first(hs({}).lastIndexOf('.')), "no signed");
    row("four parts", hs({}) + ".x", "no signed");
    row("padding", hs({}) + '=', "no signed");
    row("blank", ' ' + hs({}), "no signed");
    row("zero byte", hs({}) + QByteArray(1, '\0'), "no signed");
    row("header is no JSON", TokenSigner::assembled("alg", plain, "x"), "not known");
    row("claims are no JSON", TokenSigner::assembled(R"({"alg":"HS256"})", "x", "x"), "no signature");
    row("no algorithm", TokenSigner::assembled("{}", plain, {}), "not known");

    // RFC 8725, 2.1 and 3.1
    for (const char *none : {"none", "None", "NONE", "nOnE", ""}) {
        const QByteArray header = R"({"typ":"JWT","alg":")" + QByteArray(none) + R"("})";
        const QByteArray name = QByteArray("unsigned: ") + none;
        row(name, TokenSigner::assembled(header, plain, {}), "not known");
        row(name + ", with a signature", TokenSigner::assembled(header, plain, "x"), "not known");
    }
    row("unsigned under another name", TokenSigner::assembled(R"({"alg":"HS256"})", plain, {}),
        "no signature");
    row("algorithm of another case", hs({}, {{u"alg"_s, u"hs256"_s}}), "not known");
    row("algorithm with a tail", hs({}, {{u"alg"_s, u"HS256 "_s}}), "not known");
    row("algorithm is a number", hs({}, {{u"alg"_s, 256}}), "not known");
    row("another algorithm", m_rsa.token(claims(), {{u"alg"_s, u"RS512"_s}}), "not known");
    row("two algorithms", TokenSigner::assembled(R"({"alg":"none","alg":"HS256"})", plain, "x"),
        "no signature");
    row("critical extension", hs({}, {{u"crit"_s, QJsonArray{u"exp"_s}}}), "extensions");

    // A public key is known to everybody: as a secret it would sign whatever they like.
    row("RSA key as the secret", TokenSigner::token(m_rsa.publicKey(), claims()), "no signature");
    row("EC key as the secret", TokenSigner::token(m_ec.publicKey(), claims()), "no signature");
    row("RSA key as the secret of HS512",
        TokenSigner::token(m_rsa.publicKey(), claims(), {{u"alg"_s, u"HS512"_s}}), "no signature");
    row("secret for RS256", hs({}, {{u"alg"_s, u"RS256"_s}}), "no signature");
    row("RSA for ES256", m_rsa.token(claims(), {{u"alg"_s, u"ES256"_s}}), "no signature");
    row("EC for RS256", m_ec.token(claims(), {{u"alg"_s, u"RS256"_s}}), "no signature");
    row("key in the header", m_otherRsa.token(claims(), {{u"jwk"_s, QJsonObject{{u"kty"_s, u"RSA"_s}}}}),
        "no signature");

    row("other secret", TokenSigner::token(QByteArray(64, 't'), claims()), "no signature");
    row("beginning of the secret", TokenSigner::token(secret.first(32), claims()), "no signature");
    row("empty secret", TokenSigner::token(QByteArray(), claims()), "no signature");
    row("other RSA key", m_otherRsa.token(claims()), "no signature");
    row("other EC key", m_otherEc.token(claims()), "no signature");
    row("EC signature of zeros", TokenSigner::assembled(R"({"alg":"ES256"})", plain, QByteArray(64, '\0')),
        "no signature"); // CVE-2022-21449
    row("HS256 signature for HS512",
        TokenSigner::token(secret, claims())
            .replace(base64(R"({"alg":"HS256"})"), base64(R"({"alg":"HS512"})")),
        "no signature");

    row("no exp", TokenSigner::token(secret, {{u"sub"_s, u"ann"_s}}), "expires");
    row("exp is a text", hs({{u"exp"_s, QString::number(noon + 3600)}}), "expires");
    row("exp is null", hs({{u"exp"_s, QJsonValue()}}), "expires");
    row("exp is a list", hs({{u"exp"_s, QJsonArray{noon + 3600}}}), "expires");
    row("exp is negative", hs({{u"exp"_s, -1}}), "expires");
    row("exp is beyond all time", hs({{u"exp"_s, 1e300}}), "expires");
    row("expired", hs({{u"exp"_s, noon - 61}}), "expired");
    row("not before 2508, behind the clock's end", hs({{u"nbf"_s, 17e9}}), "not valid yet");
    row("not yet", hs({{u"nbf"_s, noon + 61}}), "not valid yet");
    row("nbf is a text", hs({{u"nbf"_s, QString::number(noon)}}), "not valid yet");
    row("no user", TokenSigner::token(secret, {{u"exp"_s, noon + 3600}}), "user");
    row("user is a number", hs({{u"sub"_s, 1}}), "user");
    row("user is empty", hs({{u"sub"_s, QString()}}), "user");
    row("user that is not valid", hs({{u"sub"_s, u"bob"_s}}), "user");
    row("zero in a claim", hs({{u"sub"_s, u"ann\u0000x"_s}}), "no signature"); // the library can't read it
}

void TestTokenVerifier::badTokensAreRefused()
{
    QFETCH(QByteArray, token);
    QFETCH(QString, word);
    const auto verified = verify(token);
    QVERIFY(!verified);
    QCOMPARE(verified.error().code, Error::Code::Unauthorized);
    QVERIFY2(verified.error().message.contains(word), qPrintable(verified.error().message));
    for (const QByteArray &part : token.split('.'))
        QVERIFY(part.size() < 5 || !verified.error().message.contains(QString::fromLatin1(part)));
}

void TestTokenVerifier::everyChangedByteIsNoticed_data()
{
    QTest::addColumn<QByteArray>("token");
    QTest::newRow("HS256") << TokenSigner::token(secret, claims());
    QTest::newRow("RS256") << m_rsa.token(claims());
    QTest::newRow("ES256") << m_ec.token(claims());
}

// Header, claims and signature: a token with one character changed, removed or added is no token.
void TestTokenVerifier::everyChangedByteIsNoticed()
{
    QFETCH(QByteArray, token);
    QVERIFY(verify(token));
    for (qsizetype i = 0; i < token.size(); ++i) {
        QByteArray changed = token;
        changed[i] = token[i] == 'A' ? 'B' : 'A';
        QVERIFY2(!verify(changed), changed.constData());
        QVERIFY2(!verify(QByteArray(token).remove(i, 1)), QByteArray::number(i).constData());
        QVERIFY2(!verify(QByteArray(token).insert(i, 'A')), QByteArray::number(i).constData());
    }
    // The last character has bits that no byte needs.
    const QByteArray alphabet = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
    for (const char other : alphabet) {
        QByteArray changed = token;
        changed.back() = other;
        QCOMPARE(verify(changed).has_value(), other == token.back());
    }
}

void TestTokenVerifier::rulesAreKept_data()
{
    QTest::addColumn<QJsonObject>("own");
    QTest::addColumn<QString>("word"); // of the complaint; empty: accepted
    const QString iss = u"https://issuer"_s;
    const auto row = [](const char *name, const QJsonValue &issuer, const QJsonValue &audience,
                        const char *word) {
        QTest::newRow(name) << QJsonObject{{u"iss"_s, issuer}, {u"aud"_s, audience}, {u"mail"_s, u"ann"_s}}
                            << QString::fromLatin1(word);
    };
    row("as asked", iss, u"chat"_s, "");
    row("one of the audiences", iss, QJsonArray{u"shop"_s, u"chat"_s}, "");
    row("other issuer", u"https://issuer/"_s, u"chat"_s, "issuer");
    row("no issuer", QJsonValue::Undefined, u"chat"_s, "issuer");
    row("issuer is a list", QJsonArray{iss}, u"chat"_s, "issuer");
    row("other audience", iss, u"chatter"_s, "audience");
    row("other audiences", iss, QJsonArray{u"shop"_s}, "audience");
    row("no audience", iss, QJsonValue::Undefined, "audience");
    row("audience is an object", iss, QJsonObject{{u"chat"_s, u"chat"_s}}, "audience");
}

void TestTokenVerifier::rulesAreKept()
{
    QFETCH(QJsonObject, own);
    QFETCH(QString, word);
    TokenRules rules = m_rules;
    rules.algorithms = {Algorithm::RS256};
    rules.issuer = u"https://issuer"_s;
    rules.audience = u"chat"_s;
    rules.userClaim = u"mail"_s;
    own.insert(u"exp"_s, noon + 3600);
    const auto verified = verifyToken(m_rsa.token(own), m_keys, rules, at(noon));

    QCOMPARE(verified.has_value(), word.isEmpty());
    QVERIFY(verified || verified.error().message.contains(word));
    // The algorithm is pinned, whatever there is a key for.
    const auto other = verifyToken(TokenSigner::token(secret, own), m_keys, rules, at(noon));
    QVERIFY(!other && other.error().message.contains(u"not allowed"));
}

void TestTokenVerifier::timesAreKeptToTheSecond()
{
    const QByteArray token = TokenSigner::token(secret, claims({{u"nbf"_s, noon}, {u"exp"_s, noon + 10}}));
    QVERIFY(!verify(token, noon - 61)); // the skew is a minute
    QVERIFY(verify(token, noon - 60));
    QVERIFY(verify(token, noon + 69));
    QVERIFY(!verify(token, noon + 70));
    QVERIFY(verify(token)->expires == at(noon + 70));
    QVERIFY(verify(token, noon + 69)->expires == at(noon + 70)); // it is late, and stays as long as it may
}

void TestTokenVerifier::anyOfTheKeysWillDo()
{
    const SigningKeys keys{*SigningKey::parse(m_rsa.publicKey()), *SigningKey::parse(m_otherRsa.publicKey())};
    for (const TokenSigner *signer : {&m_rsa, &m_otherRsa})
        QVERIFY(verifyToken(signer->token(claims()), keys, m_rules, at(noon)));
    QVERIFY(!verifyToken(m_rsa.token(claims()), {}, m_rules, at(noon)));
}

void TestTokenVerifier::aTokenOfItsOwnIsAccepted()
{
    for (const Algorithm algorithm : {Algorithm::HS256, Algorithm::HS384, Algorithm::HS512}) {
        TokenRules rules = m_rules;
        rules.algorithms = {Algorithm::RS256, algorithm};
        rules.issuer = u"me"_s;
        rules.audience = u"chat"_s;
        rules.userClaim = u"name"_s;
        const auto token = issueToken(u"ann"_s, m_keys, rules, 1h, at(noon));
        QVERIFY2(token, token ? "" : qPrintable(token.error().message));
        const auto verified = verifyToken(*token, m_keys, rules, at(noon));
        QVERIFY2(verified, verified ? "" : qPrintable(verified.error().message));
        QCOMPARE(verified->userId, u"ann"_s);
        QVERIFY(verified->expires == at(noon + 3600) + rules.clockSkew);
    }
}

void TestTokenVerifier::onlyASecretIssues()
{
    TokenRules rules = m_rules;
    rules.algorithms = {Algorithm::RS256, Algorithm::ES256};
    QVERIFY(!issueToken(u"ann"_s, m_keys, rules, 1h, at(noon)));
    rules.algorithms = {Algorithm::HS256};
    QVERIFY(!issueToken(u"ann"_s, {m_keys[1]}, rules, 1h, at(noon)));
}

QTEST_GUILESS_MAIN(TestTokenVerifier)
#include "tst_tokenverifier.moc"
