// SPDX-License-Identifier: MIT
#include "tests/gui/desktopfixture.h"

#include <QDir>
#include <QProcess>
#include <QTest>

#include <csignal>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

const QString group = u"lobby"_qs;

} // namespace

// The program itself, ended by a signal.
class DesktopSignalsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endsAndKeepsWhatIsWritten_data()
    {
        QTest::addColumn<int>("signalNumber");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
        QTest::newRow("SIGHUP") << SIGHUP;
    }

    void endsAndKeepsWhatIsWritten()
    {
        QFETCH(int, signalNumber);
        failOnWarnings();
        ServerProcess server;
        QVERIFY2(server.start(), server.standardError().constData());
        const QTemporaryDir folder;
        const QString data = folder.filePath(u"nextchat"_qs);
        DesktopFixture ann(data);
        ann.start(server.url(), u"ann"_qs);
        QVERIFY(ann.enter(group));
        server.kill9();
        QTRY_COMPARE_WITH_TIMEOUT(ann.session().link(), Session::Link::Waiting, 60'000);
        ann.type(u"unsent"_qs);
        QTest::keyClicks(ann.page().composer().edit(), u"half a sent"_qs);
        ann.end();

        QProcess program;
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        for (const QString &variable : {u"XDG_DATA_HOME"_qs, u"XDG_CONFIG_HOME"_qs, u"XDG_CACHE_HOME"_qs})
            environment.insert(variable, folder.path());
        program.setProcessEnvironment(environment);
        program.setProcessChannelMode(QProcess::ForwardedErrorChannel);
        program.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat-desktop",
                      {u"--url"_qs, server.url().toString(), u"--user"_qs, u"ann"_qs});
        // The account is open: what comes from now on must be an orderly end.
        const auto isOpen = [&data] {
            return !QDir(data % u"/accounts").entryList({u"*.lock"_qs}).isEmpty();
        };
        QTRY_VERIFY_WITH_TIMEOUT(isOpen(), 60'000);
        ::kill(static_cast<pid_t>(program.processId()), signalNumber);
        QVERIFY(program.waitForFinished(60'000));
        QCOMPARE(program.exitStatus(), QProcess::NormalExit);
        QCOMPARE(program.exitCode(), 0);
        QVERIFY(!isOpen()); // and closed again

        ann.restart();
        QTRY_COMPARE_WITH_TIMEOUT(ann.texts(), QStringList({u"unsent"_qs}), 60'000);
        QCOMPARE(ann.page().composer().text(), u"half a sent"_qs);
    }
};

QTEST_MAIN(DesktopSignalsTest)
#include "tst_desktopsignals.moc"
