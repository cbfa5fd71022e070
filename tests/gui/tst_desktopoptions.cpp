// SPDX-License-Identifier: MIT
#include <QProcess>
#include <QTest>

using namespace Qt::StringLiterals;

// What nextchat-desktop does with its arguments (contract.md 4).
class DesktopOptionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void answersWithoutAScreen_data()
    {
        QTest::addColumn<QString>("option");
        QTest::addColumn<QByteArray>("words");
        for (const QString &option : {u"--help"_s, u"-h"_s})
            QTest::newRow(qPrintable(option)) << option << QByteArray("--token-file");
        for (const QString &option : {u"--version"_s, u"-v"_s})
            QTest::newRow(qPrintable(option)) << option << QByteArray("nextchat-desktop ");
    }

    void answersWithoutAScreen()
    {
        QFETCH(QString, option);
        QFETCH(QByteArray, words);
        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"QT_QPA_PLATFORM"_s, u"no-such-platform"_s);
        program.setProcessEnvironment(environment);
        QCOMPARE(exitCode(program, {option}), 0);
        QVERIFY(program.readAllStandardOutput().contains(words));
        QCOMPARE(program.readAllStandardError(), QByteArray());
    }

    void wrongUsageEndsWithTwoAndOneLine_data()
    {
        QTest::addColumn<QString>("arguments");
        QTest::addColumn<QByteArray>("word"); // that the line must hold
        QTest::newRow("unknown") << u"--frobnicate"_s << QByteArray("frobnicate");
        QTest::newRow("surplus") << u"surplus"_s << QByteArray("surplus");
        QTest::newRow("no value") << u"--url"_s << QByteArray("url");
        QTest::newRow("no address") << u"--url ftp://localhost --user ann"_s << QByteArray("ftp://localhost");
        QTest::newRow("no file") << u"--token-file /no/such/file"_s << QByteArray("/no/such/file");
    }

    void wrongUsageEndsWithTwoAndOneLine()
    {
        QFETCH(QString, arguments);
        QFETCH(QByteArray, word);
        QProcess program;
        QCOMPARE(exitCode(program, arguments.split(u' ')), 2);
        QCOMPARE(program.readAllStandardOutput(), QByteArray());
        const QByteArray errors = program.readAllStandardError();
        QCOMPARE(errors.count('\n'), 1);
        QVERIFY2(errors.startsWith("nextchat-desktop: ") && errors.contains(word), errors.constData());
    }

private:
    static int exitCode(QProcess &program, const QStringList &arguments)
    {
        program.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat-desktop", arguments);
        const bool ended = program.waitForFinished(60'000) && program.exitStatus() == QProcess::NormalExit;
        return ended ? program.exitCode() : -1;
    }
};

QTEST_GUILESS_MAIN(DesktopOptionsTest)
#include "tst_desktopoptions.moc"
