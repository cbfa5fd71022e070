// SPDX-License-Identifier: MIT
#include "server/signalr/connectiontoken.h"

#include <QTest>

#include <algorithm>
#include <array>
#include <vector>

using namespace nextchat::signalr;
using namespace std::chrono_literals;

namespace {

const QString alice = QStringLiteral("alice");
const std::chrono::system_clock::time_point noon{std::chrono::seconds(1'700'000'000)};

} // namespace

class TestConnectionToken : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesBackTheConnectionId();
    void idsAreUniqueAndUrlSafe();
    void isRefusedWhenAnyByteDiffers();
    void isRefusedInAnyOtherForm_data();
    void isRefusedInAnyOtherForm();
    void isForItsUser_data();
    void isForItsUser();
    void isForItsSecret();
    void aLaterSecretLetsTheOneBeforeBeGood();
    void opensAConnectionForAWhile11_data();
    void opensAConnectionForAWhile11();
};

void TestConnectionToken::givesBackTheConnectionId()
{
    const ConnectionTokens tokens("secret");
    const QByteArray id = randomConnectionId();
    const QByteArray token = tokens.issue(id, alice, noon);
    QCOMPARE(tokens.verify(token, alice, noon)->connectionId, id);
    QCOMPARE(ConnectionTokens("secret").verify(token, alice, noon)->connectionId, id); // P8: any replica
    QVERIFY(token != id);
}

void TestConnectionToken::idsAreUniqueAndUrlSafe() // check 9
{
    std::vector<std::array<char, 22>> ids(1'000'000); // a generator with 32 bits of state would repeat itself
    const auto isUrlSafe = [](char c) { return isalnum(c) || c == '-' || c == '_'; };
    for (auto &kept : ids) {
        const QByteArray id = randomConnectionId();
        if (id.size() != qsizetype(kept.size()) || !std::all_of(id.begin(), id.end(), isUrlSafe))
            QFAIL(id.constData());
        std::copy(id.begin(), id.end(), kept.begin());
    }
    std::sort(ids.begin(), ids.end());
    QVERIFY(std::adjacent_find(ids.begin(), ids.end()) == ids.end());
}

void TestConnectionToken::isRefusedWhenAnyByteDiffers()
{
    const ConnectionTokens tokens("secret");
    const QByteArray token = tokens.issue(randomConnectionId(), alice, noon);
    for (qsizetype at = 0; at < token.size(); ++at) {
        for (const char other : {'A', 'z', '-', '\0', '=', ' '}) {
            QByteArray tampered = token;
            tampered[at] = other;
            if (tampered != token)
                QVERIFY(!tokens.verify(tampered, alice, noon));
        }
    }
}

void TestConnectionToken::isRefusedInAnyOtherForm_data()
{
    QTest::addColumn<QByteArray>("form");
    const QByteArray token = ConnectionTokens("secret").issue(QByteArray(22, 'A'), alice, noon);
    QTest::newRow("empty") << QByteArray();
    QTest::newRow("padded") << QByteArray(token + '=');
    QTest::newRow("longer") << QByteArray(token + "AAAA");
    QTest::newRow("shorter") << token.chopped(1);
    QTest::newRow("line end") << QByteArray(token + '\n');
    QTest::newRow("twice") << token.repeated(2);
    QTest::newRow("the id alone") << token.left(22);
    // 56 bytes fill 75 characters with two bits to spare: these must be zero.
    QByteArray spare = token;
    QTest::newRow("spare bits") << (spare.back() = static_cast<char>(spare.back() + 1), spare);
    QTest::newRow("large") << QByteArray(100'000, 'A');
}

void TestConnectionToken::isRefusedInAnyOtherForm()
{
    QFETCH(QByteArray, form);
    QVERIFY(!ConnectionTokens("secret").verify(form, alice, noon));
}

void TestConnectionToken::isForItsUser_data()
{
    QTest::addColumn<QString>("user");
    for (const char *user : {"", "bob", "Alice", "alice ", "alic", "alicee"})
        QTest::newRow(user) << QString::fromLatin1(user);
}

void TestConnectionToken::isForItsUser()
{
    QFETCH(QString, user);
    const ConnectionTokens tokens("secret");
    QVERIFY(!tokens.verify(tokens.issue(randomConnectionId(), alice, noon), user, noon));
}

void TestConnectionToken::isForItsSecret()
{
    const QByteArray token = ConnectionTokens("secret").issue(randomConnectionId(), alice, noon);
    QVERIFY(!ConnectionTokens("Secret").verify(token, alice, noon));
    const ConnectionTokens random{QByteArray()};
    QVERIFY(random.verify(random.issue(randomConnectionId(), alice, noon), alice, noon));
    const ConnectionTokens otherRandom{QByteArray()};
    QVERIFY(!otherRandom.verify(random.issue(randomConnectionId(), alice, noon), alice, noon));
}

void TestConnectionToken::aLaterSecretLetsTheOneBeforeBeGood()
{
    ConnectionTokens tokens({}, ConnectionTokens::Secret::GivenLater);
    QVERIFY(!tokens.isReady());
    const ConnectionTokens guess("");
    QVERIFY(!tokens.verify(guess.issue(randomConnectionId(), alice, noon), alice, noon));
    QByteArrayList issued;
    for (const char *secret : {"first", "second", "second", "third"}) {
        tokens.setSecret(secret);
        issued.append(tokens.issue(randomConnectionId(), alice, noon));
        QVERIFY(ConnectionTokens(secret).verify(issued.last(), alice, noon));
    }
    QVERIFY(!tokens.verify(issued[0], alice, noon));
    for (int i : {1, 2, 3})
        QVERIFY(tokens.verify(issued[i], alice, noon));
}

void TestConnectionToken::opensAConnectionForAWhile11_data()
{
    QTest::addColumn<int>("age"); // seconds
    QTest::addColumn<bool>("isFresh");
    QTest::newRow("at once") << 0 << true;
    QTest::newRow("last moment") << 120 << true;
    QTest::newRow("late") << 121 << false;
    QTest::newRow("a year late") << 31'536'000 << false;
    QTest::newRow("from a replica whose clock is ahead") << -60 << true;
    QTest::newRow("from the future") << -121 << false;
}

void TestConnectionToken::opensAConnectionForAWhile11()
{
    QFETCH(int, age);
    const ConnectionTokens tokens("secret");
    const QByteArray token = tokens.issue(randomConnectionId(), alice, noon);
    const auto known = tokens.verify(token, alice, noon + std::chrono::seconds(age));
    QVERIFY(known); // a connection that is open is known by it for good
    QTEST(known->isFresh, "isFresh");
}

QTEST_GUILESS_MAIN(TestConnectionToken)
#include "tst_connectiontoken.moc"
