// SPDX-License-Identifier: MIT
#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QProcess>
#include <QTcpServer>
#include <QTemporaryDir>
#include <QTest>

using namespace Qt::StringLiterals;

namespace {

struct Ended
{
    int code = -1; // -1: crashed, or did not end
    QByteArray output;
    QByteArray errors;
};

constexpr int patience = 30'000; // milliseconds

} // namespace

// What nextchat-server does with its arguments, environment and configuration file: exit codes and what it
// says (contract.md 4).
class CommandLineTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void wrongUsageEndsWithTwoAndOneLine_data()
    {
        QTest::addColumn<QStringList>("arguments");
        QTest::addColumn<QByteArray>("word"); // that the line must hold
        const auto row = [](const char *arguments, const char *word) {
            QTest::newRow(arguments) << QString::fromLatin1(arguments).split(u' ') << QByteArray(word);
        };
        row("--frobnicate", "frobnicate");
        row("surplus", "surplus");
        row("--listen", "--listen");
        row("--listen nowhere", "--listen");
        row("--listen 127.0.0.1:99999", "--listen");
        row("--listen 0.0.0.0:0", "auth.mode");
        row("--auth jwt", "auth.jwt.keys");
        row("--redis http://:hunter2@127.0.0.1", "--redis");
        row("--set limits.groups=-1", "limits.groups");
        row("--set nonsense=1", "nonsense");
        row("--config /no/such/file.yaml", "/no/such/file.yaml");
        row("--config /", "/");
        row("--set server.tokenSecretFile=/no/such/file", "/no/such/file");
    }
    void wrongUsageEndsWithTwoAndOneLine()
    {
        QFETCH(QStringList, arguments);
        QFETCH(QByteArray, word);
        const Ended ended = run(arguments);
        QCOMPARE(ended.code, 2);
        QCOMPARE(ended.output, QByteArray());
        QCOMPARE(ended.errors.count('\n'), 1);
        QVERIFY2(ended.errors.startsWith("nextchat-server: ") && ended.errors.contains(word),
                 ended.errors.constData());
        QVERIFY(!ended.errors.contains("hunter2"));
    }

    void badFilesAreNamedWithTheLine_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<int>("line");
        QTest::newRow("unknown key") << QByteArray("server:\n  listen: x\n") << 2;
        QTest::newRow("bad value") << QByteArray("\n\nlimits:\n  groups: many\n") << 4;
        QTest::newRow("syntax") << QByteArray("server: {\n") << 0;
        QTest::newRow("twice") << QByteArray("server.ioThreads: 1\nserver.ioThreads: 2\n") << 2;
        QTest::newRow("anchor") << QByteArray("server:\n  listen: &a x\n  path: *a\n") << 2;
        QTest::newRow("not UTF-8") << QByteArray("# \xff\n") << 1;
        QTest::newRow("huge number") << QByteArray("limits.groups: " + QByteArray(5000, '9') + "\n") << 1;
        QTest::newRow("deep") << QByteArray(200'000, '[') << 0;
        QTest::newRow("large") << QByteArray(3'000'000, '#') << 0;
    }
    void badFilesAreNamedWithTheLine()
    {
        QFETCH(QByteArray, yaml);
        QFETCH(int, line);
        const QString path = m_directory.filePath(u"configuration.yaml"_s);
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(yaml);
        file.close();
        const Ended ended = run({u"--config"_s, path});
        QCOMPARE(ended.code, 2);
        QCOMPARE(ended.errors.count('\n'), 1);
        QVERIFY(ended.errors.size() < 1000);
        const QByteArray place =
            path.toUtf8() + (line ? QByteArray(':' + QByteArray::number(line) + ": ") : QByteArray(":"));
        QVERIFY2(ended.errors.contains(place), ended.errors.constData());
    }

    void aBadEnvironmentIsNamed()
    {
        const Ended ended = run({}, {u"NEXTCHAT_LIMITS_GROUPS=many"_s});
        QCOMPARE(ended.code, 2);
        QVERIFY2(ended.errors.startsWith("nextchat-server: NEXTCHAT_LIMITS_GROUPS: "),
                 ended.errors.constData());
    }

    void helpVersionAndCheckConfigEndWithZero()
    {
        QVERIFY(run({u"--help"_s}).output.contains("--check-config"));
        QCOMPARE(run({u"--help"_s}).code, 0);
        QCOMPARE(run({u"--version"_s}).code, 0);
        const Ended checked =
            run({u"--check-config"_s}, {u"NEXTCHAT_SERVER_TOKENSECRET=hunter2hunter2hunter2"_s});
        QCOMPARE(checked.code, 0);
        QVERIFY(checked.output.contains("  tokenSecret: \"***\"\n"));
        QVERIFY(!checked.output.contains("hunter2") && !checked.errors.contains("hunter2"));
        QVERIFY2(checked.errors.isEmpty(), checked.errors.constData());
    }

    void aTakenPortEndsWithOne()
    {
        QTcpServer other;
        QVERIFY(other.listen(QHostAddress::LocalHost));
        const Ended ended =
            run({u"--listen"_s, QString(u"127.0.0.1:"_s % QString::number(other.serverPort())),
                 u"--data-dir"_s, m_directory.filePath(u"data"_s)});
        QCOMPARE(ended.code, 1);
        QVERIFY2(ended.errors.contains("nextchat-server: "), ended.errors.constData());
        QVERIFY(ended.output.isEmpty());
    }

    void aDataFolderThatIsNoneEndsWithOne()
    {
        QFile file(m_directory.filePath(u"file"_s));
        QVERIFY(file.open(QIODevice::WriteOnly));
        const Ended ended = run({u"--listen"_s, u"127.0.0.1:0"_s, u"--data-dir"_s, file.fileName()});
        QCOMPARE(ended.code, 1);
        QVERIFY2(ended.errors.contains("nextchat-server: "), ended.errors.constData());
    }

    void logsAreWhatLogFormatSays()
    {
        QProcess process;
        prepare(process,
                {u"--listen"_s, u"0.0.0.0:0"_s, u"--auth"_s, u"trusted"_s, u"--data-dir"_s,
                 m_directory.filePath(u"data"_s), u"--set"_s, u"log.format=json"_s, u"--set"_s,
                 u"server.drainTime=0"_s});
        process.start();
        while (!process.canReadLine())
            QVERIFY(process.waitForReadyRead(patience));
        QVERIFY(process.readLine().startsWith("Listening on http://"));
        process.terminate();
        QVERIFY(process.waitForFinished(patience));
        QCOMPARE(process.exitCode(), 0);
        bool hasWarned = false;
        const QByteArray errors = process.readAllStandardError();
        for (const QByteArray &line : errors.trimmed().split('\n')) {
            const QJsonObject record = QJsonDocument::fromJson(line).object();
            QVERIFY2(record.contains(u"time"_s), line.constData());
            QVERIFY2(record.value(u"category"_s).toString().startsWith(u"nextchat."), line.constData());
            hasWarned = hasWarned
                || (record.value(u"level"_s) == u"warning"_s
                    && record.value(u"message"_s).toString().contains(u"auth.mode trusted"));
        }
        QVERIFY(hasWarned);
    }

private:
    static void prepare(QProcess &process, const QStringList &arguments, const QStringList &variables = {})
    {
        QStringList environment = QProcess::systemEnvironment();
        environment.removeIf([](const QString &variable) {
            return variable.startsWith(u"NEXTCHAT_") || variable.startsWith(u"QT_FATAL_WARNINGS");
        });
        process.setEnvironment(environment + variables);
        process.setProgram(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat-server"_s);
        process.setArguments(arguments);
    }

    static Ended run(const QStringList &arguments, const QStringList &variables = {})
    {
        QProcess process;
        prepare(process, arguments, variables);
        process.start(QIODevice::ReadOnly);
        if (!process.waitForFinished(patience) || process.exitStatus() != QProcess::NormalExit)
            return {};
        return {process.exitCode(), process.readAllStandardOutput(), process.readAllStandardError()};
    }

    QTemporaryDir m_directory;
};

QTEST_GUILESS_MAIN(CommandLineTest)

#include "tst_commandline.moc"
