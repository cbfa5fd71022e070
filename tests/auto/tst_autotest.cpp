// SPDX-License-Identifier: MIT
#include "tests/support/redisserver.h"
#include "tests/support/serverprocess.h"
#include "tests/support/testconfiguration.h"

#include <QProcess>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// Runs nextchat-autotest as an operator would.
class AutotestTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void passesAgainstAServer_data();
    void passesAgainstAServer();
    void signsTokensForAServerThatAsksForThem();
    void failsWithoutAServer();
    void refusesWrongUsage_data();
    void refusesWrongUsage();

private:
    static int run(const QStringList &arguments, QByteArray *said)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat-autotest", arguments);
        const bool ended = process.waitForFinished(90'000);
        *said = process.readAll();
        return ended && process.exitStatus() == QProcess::NormalExit ? process.exitCode() : -1;
    }
};

void AutotestTest::passesAgainstAServer_data()
{
    QTest::addColumn<bool>("hasRedis");
    QTest::newRow("alone") << false;
    QTest::newRow("over Redis") << true;
}

void AutotestTest::signsTokensForAServerThatAsksForThem()
{
    QTemporaryDir folder;
    QFile key(folder.filePath(u"key"_s));
    QVERIFY(key.open(QIODevice::WriteOnly));
    key.write(QByteArray(40, 'k'));
    key.close();
    ServerProcess server({u"--auth"_s, u"jwt"_s, u"--set"_s, u"auth.jwt.keys="_s + key.fileName(), u"--set"_s,
                          u"auth.jwt.issuer=me"_s, u"--set"_s, u"auth.jwt.audience=chat"_s});
    QVERIFY2(server.start(), server.standardError().constData());
    const QStringList arguments{u"--url"_s,     server.url().toString(), u"--token-key"_s,
                                key.fileName(), u"--token-issuer"_s,     u"me"_s};
    QByteArray said;
    QVERIFY2(run(arguments + QStringList{u"--token-audience"_s, u"chat"_s}, &said) == 0, said.constData());
    QCOMPARE(run(arguments, &said), 1);
}

void AutotestTest::passesAgainstAServer()
{
    QFETCH(bool, hasRedis);
    RedisServer redis;
    QString url = TestConfiguration::instance().redisUrl;
    if (hasRedis && url.isEmpty()) {
        QVERIFY(redis.start());
        url = redis.url();
    }
    const QString prefix = u"redis.prefix=auto-" % QString::number(QCoreApplication::applicationPid());
    ServerProcess server(hasRedis ? QStringList{u"--redis"_s, url, u"--set"_s, prefix} : QStringList());
    QVERIFY2(server.start(), server.standardError().constData());
    // Twice: a run leaves nothing behind that disturbs the next.
    for (int i = 0; i < 2; ++i) {
        QByteArray said;
        const int code = run({u"--url"_s, server.url().toString(), u"--user-prefix"_s, u"try"_s}, &said);
        QVERIFY2(code == 0, said.constData());
        QVERIFY2(said.contains("\nTotals: ") && said.trimmed().endsWith(" passed, 0 failed"),
                 said.constData());
    }
}

void AutotestTest::failsWithoutAServer()
{
    ServerProcess server;
    QVERIFY(server.start());
    const QString url = server.url().toString();
    server.kill9();
    QByteArray said;
    QCOMPARE(run({u"--url"_s, url}, &said), 1);
    QVERIFY2(said.contains("Totals: 0 passed"), said.constData());
}

void AutotestTest::refusesWrongUsage_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("nothing") << QStringList();
    QTest::newRow("unknown option") << QStringList{u"--what"_s};
    QTest::newRow("bad URL") << QStringList{u"--url"_s, u"file:///"_s};
    QTest::newRow("long prefix") << QStringList{u"--url"_s, u"http://h"_s, u"--user-prefix"_s,
                                                QString(21, u'p')};
}

void AutotestTest::refusesWrongUsage()
{
    QFETCH(QStringList, arguments);
    QByteArray said;
    QCOMPARE(run(arguments, &said), 2);
    QCOMPARE(said.count('\n'), 1);
}

QTEST_GUILESS_MAIN(AutotestTest)
#include "tst_autotest.moc"
