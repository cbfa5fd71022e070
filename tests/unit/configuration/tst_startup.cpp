// SPDX-License-Identifier: MIT
#include "server/broker/redis/tls.h"
#include "server/configurationrules.h"
#include "server/startup.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class StartUpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void withoutArgumentsTheDefaultsHold()
    {
        const StartUp result = run({});
        QVERIFY2(!result.exitCode, qPrintable(result.complaint));
        QCOMPARE(result.configuration.server.listen, u"127.0.0.1:5000"_s);
        QCOMPARE(result.configuration.server.dataDir, u"/home/ann/.local/share/nextchat"_s);
        QVERIFY(result.warnings.isEmpty());
    }

    void theDataDirectoryFollowsXdg_data()
    {
        QTest::addColumn<Environment>("environment");
        QTest::addColumn<QString>("directory"); // null: refused
        QTest::newRow("home") << Environment{{u"HOME"_s, u"/h"_s}} << u"/h/.local/share/nextchat"_s;
        QTest::newRow("xdg") << Environment{{u"HOME"_s, u"/h"_s}, {u"XDG_DATA_HOME"_s, u"/x"_s}}
                             << u"/x/nextchat"_s;
        QTest::newRow("relative") << Environment{{u"HOME"_s, u"/h"_s}, {u"XDG_DATA_HOME"_s, u"x"_s}}
                                  << u"/h/.local/share/nextchat"_s;
        QTest::newRow("neither") << Environment{} << QString();
        QTest::newRow("given") << Environment{{u"NEXTCHAT_SERVER_DATADIR"_s, u"rel/dir"_s}} << u"rel/dir"_s;
    }
    void theDataDirectoryFollowsXdg()
    {
        QFETCH(Environment, environment);
        QFETCH(QString, directory);
        const StartUp result = startUp({u"nextchat-server"_s}, environment);
        QCOMPARE(result.exitCode.has_value(), directory.isNull());
        if (!directory.isNull())
            QCOMPARE(result.configuration.server.dataDir, directory);
    }

    void flagsSetTheirKeys()
    {
        const StartUp result =
            run({u"--listen"_s, u"127.0.0.1:0"_s, u"--data-dir=/d"_s, u"--auth"_s, u"trusted"_s, u"--set"_s,
                 u"log.format=json"_s, u"--set=limits.groups=7"_s});
        QVERIFY2(!result.exitCode, qPrintable(result.complaint));
        QCOMPARE(result.configuration.server.listen, u"127.0.0.1:0"_s);
        QCOMPARE(result.configuration.server.dataDir, u"/d"_s);
        QCOMPARE(result.configuration.log.format, LogFormat::Json);
        QCOMPARE(result.configuration.limits.groups, 7);
    }

    void flagsWinOverTheEnvironmentAndThatOverTheFile()
    {
        const QString file = write("limits: {groups: 1, openStreams: 1, callsPerSecond: 1}\n");
        const StartUp result =
            run({u"--config"_s, file, u"--set"_s, u"limits.groups=3"_s},
                {{u"NEXTCHAT_LIMITS_GROUPS"_s, u"2"_s}, {u"NEXTCHAT_LIMITS_OPENSTREAMS"_s, u"2"_s}});
        QVERIFY2(!result.exitCode, qPrintable(result.complaint));
        QCOMPARE(result.configuration.limits.groups, 3);
        QCOMPARE(result.configuration.limits.openStreams, 2);
        QCOMPARE(result.configuration.limits.callsPerSecond, 1);
    }

    void wrongUsageEndsWithTwoAndOneLine_data()
    {
        QTest::addColumn<QStringList>("arguments"); // by blanks
        QTest::addColumn<QString>("complaint"); // how it begins
        const auto row = [](const char *arguments, const char *complaint) {
            QTest::newRow(arguments) << QString::fromLatin1(arguments).split(u' ')
                                     << QString::fromLatin1(complaint);
        };
        row("--nothing", "Unknown option 'nothing'.");
        row("extra", "'extra' is not expected; see --help");
        row("--listen", "Missing value after '--listen'.");
        row("--listen nowhere", "--listen: 'nowhere' is not HOST:PORT");
        row("--auth none", "--auth: 'none' is not one of trusted, jwt");
        row("--set limits.groups", "--set: KEY=VALUE is expected");
        row("--set limits.gruops=1", "--set 'limits.gruops': unknown key");
        row("--config /no/such.yaml", "/no/such.yaml: cannot be read: ");
        row("--config /", "/: is a directory, not a file");
        row("--redis redis://", "--redis: has no host");
        row("--redis rediss://h --set redis.tls.key=/k",
            "--set 'redis.tls.key': redis.tls.certificate and redis.tls.key belong together");
        row("--redis redis://h --set redis.tls.ca=/c",
            "--set 'redis.tls.ca': is for TLS, but redis.url does not begin with rediss");
        row("--set redis.tls.certificate=/c --set redis.tls.key=/k",
            "--set 'redis.tls.key': is for TLS, but redis.url");
        for (const char *url :
             {"--redis rediss://h --set redis.tls.ca=/no/such",
              "--redis redis://:hunter2@a,rediss+sentinel://:hunter2@h/n --set redis.tls.ca=/no/such"})
            row(url,
                broker::redis::Tls::isAvailable()
                    ? "--set 'redis.tls.ca': '/no/such' holds no certificate that can be read: "
                    : "--redis: asks for TLS (rediss), which this build's hiredis does not have (redis.url)");
        row("--redis redis://h --set messaging.acceptWhen=stored",
            "--set 'messaging.acceptWhen': stored needs a history.url");
        row("--auth jwt", "--auth: jwt needs auth.jwt.keys");
        row("--auth jwt --set auth.jwt.keys=/no/such",
            "--set 'auth.jwt.keys': /no/such: cannot be read: No such file or directory");
        row("--auth jwt --set auth.jwt.keys=/dev/null",
            "--set 'auth.jwt.keys': '/dev/null' holds neither a public key nor a secret");
        row("--set server.tls.certificate=/c --set server.tls.key=/k",
            "--set 'server.tls.certificate': /c: cannot be read: No such file or directory");
        row("--redis redis://h --set history.retention=30d",
            "--set 'history.retention': needs a history.url");
        row("--history mysql://u:hunter2@h/c", "--history: MySQL needs redis.url");
        row("--history sqlite:///d/x.db",
            "--history: without redis.url the database is the one in server.dataDir");
        row("--history none", "--history: none needs redis.url");
        row("--redis redis://h --history mysql://u:hunter2@h/c?ssl-mode=VERIFY_CA", "--history: ");
        row("--redis redis://h --history sqlite:///x",
            "--history: SQLite with Redis serves a single server only");
        row("--set messaging.acceptWhen=replicated",
            "--set 'messaging.acceptWhen': replicated needs redis.url");
        row("--set server.tls.key=/k",
            "--set 'server.tls.key': server.tls.certificate and server.tls.key belong");
        row("--set server.drainTime=31s", "--set 'server.drainTime': is longer than server.shutdownTimeout");
        row("--set server.opsListen=127.0.0.1:5000",
            "--set 'server.opsListen': is the same as server.listen");
        row("--issue-token ann", "--issue-token: auth.jwt.keys is not set");
        row("--issue-token ann --ttl soon --set auth.jwt.keys=/k", "--ttl: 'soon' is not a time such as 1h");
        row("--issue-token ann --ttl 999ms --set auth.jwt.keys=/k", "--ttl: '999ms' is not a time");
        row("--issue-token ann --set auth.jwt.keys=/no/such", "--issue-token: /no/such: cannot be read");
        row("--issue-token= --set auth.jwt.keys=/k", "--issue-token: '' is no user id");
        row("--ttl 1h", "--ttl is for --issue-token");
        row("--listen 0.0.0.0:5000",
            "--listen: 0.0.0.0:5000 can be reached from other machines: set auth.mode");
        row("--listen *:5000", "--listen: *:5000 can be reached");
        row("--listen [::]:5000", "--listen: [::]:5000 can be reached");
        row("--listen 192.168.0.1:5000", "--listen: 192.168.0.1:5000 can be reached");
    }
    void wrongUsageEndsWithTwoAndOneLine()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QString, complaint);
        const StartUp result = run(arguments);
        QCOMPARE(result.exitCode, 2);
        QVERIFY2(result.complaint.startsWith(complaint), qPrintable(result.complaint));
        QVERIFY(!result.complaint.contains(u'\n') && !result.complaint.contains(u"hunter2"));
        QVERIFY(result.output.isEmpty());
    }

    void oddArgumentsStayOneLine_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::newRow("file") << QStringList{u"--config"_s, u"/no\nsuch\x1b[31m"_s};
        QTest::newRow("flag") << QStringList{u"--no\nsuch"_s};
        QTest::newRow("word") << QStringList{u"a\nb"_s};
        QTest::newRow("key") << QStringList{u"--set"_s, u"a\nb=c\nd"_s};
        QTest::newRow("value") << QStringList{u"--listen"_s, u"a\nb"_s};
    }
    void oddArgumentsStayOneLine()
    {
        QFETCH(QStringList, arguments);
        const StartUp result = run(arguments);
        QCOMPARE(result.exitCode, 2);
        QVERIFY(std::ranges::all_of(result.complaint, [](QChar c) { return c.isPrint(); }));
    }

    void theFileAndTheEnvironmentAreNamed()
    {
        const QString file = write("server:\n  listen: nowhere\n");
        QVERIFY(run({u"--config"_s, file})
                    .complaint.startsWith(QString(file % u":2: 'server.listen': 'nowhere' is not"_s)));
        QVERIFY(run({}, {{u"NEXTCHAT_REDIS_URL"_s, u"http://h"_s}})
                    .complaint.startsWith(u"NEXTCHAT_REDIS_URL: must begin with redis://"));
    }

    void trustedModeBeyondLoopbackMustBeAskedForAndWarns_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<Environment>("environment");
        QTest::newRow("flag") << QStringList{u"--auth"_s, u"trusted"_s} << Environment{};
        QTest::newRow("set") << QStringList{u"--set"_s, u"auth.mode=trusted"_s} << Environment{};
        QTest::newRow("environment") << QStringList{} << Environment{{u"NEXTCHAT_AUTH_MODE"_s, u"trusted"_s}};
        QTest::newRow("file") << QStringList{u"--config"_s, write("auth:\n  mode: trusted\n")}
                              << Environment{};
    }
    void trustedModeBeyondLoopbackMustBeAskedForAndWarns()
    {
        QFETCH(QStringList, arguments);
        QFETCH(Environment, environment);
        const StartUp result = run(QStringList{u"--listen"_s, u"0.0.0.0:0"_s} + arguments, environment);
        QVERIFY2(!result.exitCode, qPrintable(result.complaint));
        QCOMPARE(result.warnings.size(), 1);
        QVERIFY(result.warnings.constFirst().contains(u"auth.mode trusted"));
    }

    void loopbackNeedsNoGuard_data()
    {
        QTest::addColumn<QString>("listen");
        for (const char *listen : {"127.0.0.1:1", "127.1.2.3:0", "[::1]:5000", "localhost:5000"})
            QTest::newRow(listen) << QString::fromLatin1(listen);
    }
    void loopbackNeedsNoGuard()
    {
        QFETCH(QString, listen);
        const StartUp result = run({u"--listen"_s, listen});
        QVERIFY2(!result.exitCode, qPrintable(result.complaint));
        QVERIFY(result.warnings.isEmpty());
    }

    void endpointsAreParsed()
    {
        QCOMPARE(*parseEndpoint(u"localhost:80"_s), (Endpoint{QHostAddress(QHostAddress::LocalHost), 80}));
        QCOMPARE(*parseEndpoint(u"*:0"_s), (Endpoint{QHostAddress(QHostAddress::Any), 0}));
        QCOMPARE(*parseEndpoint(u"[::1]:65535"_s),
                 (Endpoint{QHostAddress(QHostAddress::LocalHostIPv6), 65535}));
    }

    void helpAndVersionEndWithZero()
    {
        const StartUp help = run({u"--help"_s});
        QCOMPARE(help.exitCode, 0);
        for (const char *flag : {"--listen", "--data-dir", "--redis", "--history", "--auth", "--config",
                                 "--check-config", "--set", "--help", "--version", "--issue-token"})
            QVERIFY2(help.output.contains(flag), flag);
        const StartUp version = run({u"--version"_s});
        QCOMPARE(version.exitCode, 0);
        QVERIFY(version.output.startsWith("nextchat-server 0.") && version.output.endsWith('\n'));
    }

    void checkConfigPrintsTheResultWithoutSecrets()
    {
        const StartUp result =
            run({u"--check-config"_s, u"--redis"_s, u"redis://:hunter2@h:6379"_s, u"--history"_s,
                 u"mysql://u:hunter2@h/c"_s, u"--set"_s, u"server.tokenSecret=hunter2"_s, u"--auth"_s,
                 u"jwt"_s, u"--set"_s, u"auth.jwt.keys=/no/such"_s});
        QCOMPARE(result.exitCode, 0);
        QVERIFY2(!result.output.contains("hunter2"), result.output.constData());
        QVERIFY(result.output.contains("url: [\"redis://:***@h:6379\"]"));
        QVERIFY(result.output.contains("url: \"mysql://u:***@h/c\""));
        QVERIFY(result.output.contains("tokenSecret: \"***\""));
        QVERIFY(result.output.contains("dataDir: \"/home/ann/.local/share/nextchat\""));
        QCOMPARE(result.complaint,
                 u"--set 'auth.jwt.keys': /no/such: cannot be read: No such file or directory"_s);
        QCOMPARE(run({u"--check-config"_s, u"--listen"_s, u"x"_s}).exitCode, 2);
        QVERIFY(run({u"--check-config"_s}).complaint.isEmpty());
    }

    void redisIsAskedForTlsWhereHiredisHasIt()
    {
        const bool isAvailable = broker::redis::Tls::isAvailable();
        const StartUp result = run({u"--redis"_s, u"rediss://h"_s});
        QCOMPARE(result.exitCode.value_or(0), isAvailable ? 0 : 2);
        QCOMPARE(result.complaint.isEmpty(), isAvailable);
        QCOMPARE(run({u"--check-config"_s, u"--redis"_s, u"rediss://h"_s}).exitCode, 0);
        QVERIFY(!run({u"--redis"_s, u"redis://h"_s}).exitCode);
    }

    void shortSecretsWarn()
    {
        QCOMPARE(run({u"--set"_s, u"server.tokenSecret=abc"_s}).warnings.size(), 1);
        QVERIFY(run({u"--set"_s, QString(u"server.tokenSecret="_s % QString(32, u'x'))}).warnings.isEmpty());
    }

private:
    using Environment = QMap<QString, QString>;

    static StartUp run(const QStringList &arguments, Environment environment = {})
    {
        environment.insert(u"HOME"_s, u"/home/ann"_s);
        return startUp(QStringList{u"nextchat-server"_s} + arguments, environment);
    }

    QString write(const QByteArray &content) const
    {
        QFile file(m_directory.filePath(u"configuration.yaml"_s));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write");
        return file.fileName();
    }

    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(StartUpTest)

#include "tst_startup.moc"
