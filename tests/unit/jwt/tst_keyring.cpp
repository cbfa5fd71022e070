// SPDX-License-Identifier: MIT
#include "server/jwt/keyring.h"
#include "tests/support/testauthority.h"
#include "tests/support/tokensigner.h"

#include <QFile>
#include <QTest>

using namespace nextchat;
using namespace nextchat::jwt;
using namespace Qt::StringLiterals;
using test::TokenSigner;
using Kind = TokenSigner::Kind;

class TestKeyRing : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void keysAreForTheirAlgorithms_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QList<int>>("algorithms");
        const auto row = [](const char *name, const QByteArray &content,
                            const std::vector<Algorithm> &fitting) {
            QList<int> algorithms;
            for (const Algorithm algorithm : fitting)
                algorithms.push_back(static_cast<int>(algorithm));
            QTest::newRow(name) << content << algorithms;
        };
        using enum Algorithm;
        row("32 characters", QByteArray(32, 'k'), {HS256});
        row("32 characters in a line", QByteArray(32, 'k') + '\n', {HS256});
        row("47 characters in a line", QByteArray(47, 'k') + "\r\n", {HS256});
        row("48 characters", QByteArray(48, 'k'), {HS256, HS384});
        row("64 characters", QByteArray(64, 'k'), {HS256, HS384, HS512});
        row("RSA", TokenSigner(Kind::Rsa).publicKey(), {RS256});
        row("P-256", TokenSigner(Kind::P256).publicKey(), {ES256});
        test::TestAuthority authority;
        QFile certificate(authority.file());
        QVERIFY(certificate.open(QIODevice::ReadOnly));
        row("certificate", certificate.readAll(), {ES256});
    }
    void keysAreForTheirAlgorithms()
    {
        QFETCH(QByteArray, content);
        QFETCH(QList<int>, algorithms);
        const auto key = SigningKey::parse(content);
        QVERIFY2(key, key ? "" : qPrintable(key.error().message));
        using enum Algorithm;
        for (const Algorithm algorithm : {HS256, HS384, HS512, RS256, ES256})
            QCOMPARE(key->fits(algorithm), algorithms.contains(static_cast<int>(algorithm)));
    }

    void whatIsNoKeyIsRefused_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("word");
        QTest::newRow("empty") << QByteArray() << u"at least 32"_s;
        QTest::newRow("short") << QByteArray(31, 'k') << u"at least 32"_s;
        QTest::newRow("short with a line break")
            << QByteArray(QByteArray(31, 'k') + '\n') << u"at least 32"_s;
        QTest::newRow("private") << TokenSigner(Kind::Rsa).privateKey() << u"private"_s;
        QTest::newRow("small RSA") << TokenSigner(Kind::SmallRsa).publicKey() << u"2048"_s;
        QTest::newRow("another curve") << TokenSigner(Kind::P384).publicKey() << u"P-256"_s;
        const QByteArray one = TokenSigner(Kind::P256).publicKey();
        QTest::newRow("two keys") << QByteArray(one + one) << u"more than one"_s;
        QTest::newRow("cut") << one.first(one.size() / 2) << u"no public key"_s;
        QTest::newRow("PEM of nothing")
            << QByteArray("-----BEGIN PUBLIC KEY-----\nAAAA\n-----END PUBLIC KEY-----\n")
            << u"no public key"_s;
    }
    void whatIsNoKeyIsRefused()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, word);
        const auto key = SigningKey::parse(content);
        QVERIFY(!key);
        QVERIFY2(key.error().message.contains(word), qPrintable(key.error().message));
        QVERIFY(content.isEmpty() || !key.error().message.contains(QString::fromLatin1(content.left(31))));
    }

    void everyAlgorithmNeedsAKeyAndEveryKeyAnAlgorithm()
    {
        const SigningKey secret = *SigningKey::parse(QByteArray(32, 'k'));
        const SigningKey rsa = *SigningKey::parse(TokenSigner(Kind::Rsa).publicKey());
        using enum Algorithm;
        QVERIFY(checkKeys({secret}, {HS256}));
        QVERIFY(checkKeys({secret, rsa}, {RS256, HS256}));
        QVERIFY(!checkKeys({secret}, {HS256, RS256}));
        QVERIFY(!checkKeys({secret}, {HS512})); // too short for it
        QVERIFY(!checkKeys({secret, rsa}, {RS256}));
    }

    void keysChangeWithTheirFiles()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(u"key"_s);
        write(file, QByteArray(32, 'a'));
        KeyRing ring({file}, *readKeys({file}), {Algorithm::HS256});
        const auto before = ring.keys();
        QCOMPARE(*ring.refresh(), false);
        write(file, QByteArray(32, 'b'));
        QCOMPARE(*ring.refresh(), true);
        QCOMPARE(ring.keys()->front().bytes(), QByteArray(32, 'b'));
        QCOMPARE(before->front().bytes(), QByteArray(32, 'a')); // whoever uses them may go on
    }

    // As a mounted Kubernetes secret changes: the link to the folder with the files is replaced.
    void keysChangeBehindASymbolicLink()
    {
        QTemporaryDir folder;
        for (const QString &name : {u"one"_s, u"two"_s}) {
            QVERIFY(QDir(folder.path()).mkdir(name));
            write(folder.filePath(name + u"/key"_s), QByteArray(32, name.front().toLatin1()));
        }
        QVERIFY(QFile::link(u"one"_s, folder.filePath(u"data"_s)));
        const QString file = folder.filePath(u"data/key"_s);
        KeyRing ring({file}, *readKeys({file}), {Algorithm::HS256});
        QVERIFY(QFile::remove(folder.filePath(u"data"_s)));
        QVERIFY(QFile::link(u"two"_s, folder.filePath(u"data"_s)));
        QCOMPARE(*ring.refresh(), true);
        QCOMPARE(ring.keys()->front().bytes(), QByteArray(32, 't'));
    }

    void whatCannotBeUsedLeavesTheKeysInForce()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(u"key"_s);
        write(file, QByteArray(32, 'a'));
        KeyRing ring({file}, *readKeys({file}), {Algorithm::HS256});
        const QByteArrayList wrong{QByteArray(), QByteArray(31, 'b'), TokenSigner(Kind::Rsa).publicKey()};
        for (const QByteArray &content : wrong) {
            write(file, content);
            QVERIFY(!ring.refresh());
            QCOMPARE(ring.keys()->front().bytes(), QByteArray(32, 'a'));
        }
        QVERIFY(QFile::remove(file));
        const auto refreshed = ring.refresh();
        QVERIFY(!refreshed && refreshed.error().message.contains(file));
        QCOMPARE(ring.keys()->front().bytes(), QByteArray(32, 'a'));
    }

private:
    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
    }
};

QTEST_GUILESS_MAIN(TestKeyRing)
#include "tst_keyring.moc"
