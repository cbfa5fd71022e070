// SPDX-License-Identifier: MIT
#include "tests/integration/consoleterminal.h"
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// nextchat as a person meets it, on a pseudo-terminal.
class ConsoleTerminalTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void showsAPrompt();
    void whatAnswersAtOnceLeavesACleanPrompt();
    void editsLines();
    void completesCommandsAndGroups();
    void writesIncomingLinesAboveThePrompt();
    void doesNotObeyTheTextsOfOthers();
    void remembersLines();
    void interruptClearsThenEnds();
    void endOfFileEnds();
    void givesTheTerminalBackWhenTerminated();
    void aFailureIsNoExitCode();
    void noColourWhenAskedTo();
    void authorsHaveColours();
    void pastedLinesAreOneMessage();
    void sayingDoesNotWait();

private:
    [[nodiscard]] std::unique_ptr<PseudoTerminal> open(const QString &user, bool colours = true)
    {
        QProcessEnvironment environment = consoleEnvironment(m_state.path());
        if (!colours)
            environment.insert(u"NO_COLOR"_s, u"1"_s);
        return openConsole(user.isEmpty() ? QUrl() : m_server.url(), user, environment);
    }

    ServerProcess m_server;
    QTemporaryDir m_state;
};

void ConsoleTerminalTest::initTestCase()
{
    const QByteArray problem = PseudoTerminal::problem();
    QVERIFY2(problem.isEmpty(), problem.constData());
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void ConsoleTerminalTest::showsAPrompt()
{
    auto terminal = open({});
    QVERIFY2(terminal->waitFor("nextchat> "), terminal->output().constData());
    terminal->type("connect " + m_server.url().toEncoded() + " ann\r");
    QVERIFY2(terminal->waitFor("Connected to "), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann> "), terminal->output().constData());
    terminal->type("disconnect\r");
    QVERIFY2(terminal->waitFor("nextchat> "), terminal->output().constData());
    terminal->type("bye\r");
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY(terminal->echoesAndEditsLines());
}

void ConsoleTerminalTest::whatAnswersAtOnceLeavesACleanPrompt()
{
    auto terminal = open(u"ann"_s, false);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("nonsense\r");
    QVERIFY(terminal->waitFor("There is no command 'nonsense'."));
    terminal->type("bye\r");
    QCOMPARE(terminal->waitForExit(), 0);
    QCOMPARE(terminal->output().count("nonsense"), 2); // as it was typed, and in the answer
}

void ConsoleTerminalTest::editsLines()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("helx\x7fp\x01\x05 byf\x08"
                   "e\r"); // backspace, start and end of the line
    QVERIFY2(terminal->waitFor("Ends the program."), terminal->output().constData());
}

void ConsoleTerminalTest::completesCommandsAndGroups()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("cre\tcompletion-one\r");
    QVERIFY2(terminal->waitFor("Group 'completion-one' exists."), terminal->output().constData());
    terminal->type("create \"completion two\"\r");
    QVERIFY(terminal->waitFor("Group 'completion two' exists."));
    terminal->type("join comp\t-\t\r"); // the common part, then what is left
    QVERIFY2(terminal->waitFor("ann joined 'completion-one'."), terminal->output().constData());
    terminal->type("j\tcompletion\t");
    QVERIFY2(terminal->waitFor("completion-one  \"completion two\""), terminal->output().constData());
    terminal->type("\x15join \"completion \t\r");
    QVERIFY2(terminal->waitFor("ann joined 'completion two'."), terminal->output().constData());
}

void ConsoleTerminalTest::writesIncomingLinesAboveThePrompt()
{
    RawHub hub(m_server.port(), "ben");
    QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"above"_s}), QString());
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"above"_s}), QString());
    auto terminal = open(u"ann"_s, false);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("join above\r");
    QVERIFY(terminal->waitFor("ann joined 'above'."));
    terminal->type("say above half a");
    QVERIFY(terminal->waitFor("half a"));
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"above"_s, u"interrupting"_s}), QString());
    QVERIFY2(terminal->waitFor(": ben: interrupting\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann> say above half a"), terminal->output().constData()); // drawn again
    terminal->type(" line\r");
    QVERIFY2(terminal->waitFor(": ann: half a line\r\n"), terminal->output().constData());
}

void ConsoleTerminalTest::doesNotObeyTheTextsOfOthers()
{
    RawHub hub(m_server.port(), "mallory");
    QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"mall"_s}), QString());
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"mall"_s}), QString());
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("join mall\r");
    QVERIFY(terminal->waitFor("ann joined 'mall'."));
    QCOMPARE(hub.errorOf(u"SendMessage"_s,
                         {u"mall"_s,
                          u"\x1b[6n\u009b6n\x07"
                          u"EVIL"_s}),
             QString());
    QVERIFY2(terminal->waitFor("EVIL"), terminal->output().constData());
    QVERIFY(!terminal->output().contains("\x1b[6n"));
    QVERIFY(!terminal->output().contains("\xc2\x9b"));
    QVERIFY(!terminal->output().contains('\x07'));
}

void ConsoleTerminalTest::remembersLines()
{
    {
        auto terminal = open(u"ann"_s);
        QVERIFY(terminal->waitFor("ann> "));
        terminal->type("create remembered\r");
        QVERIFY(terminal->waitFor("Group 'remembered' exists."));
        terminal->type("bye\r");
        QCOMPARE(terminal->waitForExit(), 0);
    }
    QFile file(m_state.filePath(u"nextchat/history"_s));
    QVERIFY(file.open(QIODevice::ReadOnly));
    QVERIFY(file.readAll().endsWith("create remembered\nbye\n"));
    QCOMPARE(file.permissions()
                 & (QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther),
             0);
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("\x1b[A\x1b[A"); // up, up
    QVERIFY2(terminal->waitFor("create remembered"), terminal->output().constData());
    terminal->type("\r");
    QVERIFY(terminal->waitFor("Group 'remembered' exists."));
}

void ConsoleTerminalTest::interruptClearsThenEnds()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("create never");
    QVERIFY(terminal->waitFor("never"));
    terminal->type("\x03");
    QVERIFY(terminal->waitFor("\x1b[K")); // the line is cleared; the signal takes another way than the keys
    terminal->type("help wait\r");
    QVERIFY2(terminal->waitFor("Keeps listening"), terminal->output().constData());
    terminal->type("\x03");
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY(terminal->echoesAndEditsLines());
}

void ConsoleTerminalTest::endOfFileEnds()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("\x04");
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY(terminal->echoesAndEditsLines());
}

void ConsoleTerminalTest::givesTheTerminalBackWhenTerminated()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    ::kill(terminal->processId(), SIGTERM);
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY(terminal->echoesAndEditsLines());
}

void ConsoleTerminalTest::aFailureIsNoExitCode()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("join nowhere\r");
    QVERIFY(terminal->waitFor("join: Group 'nowhere' does not exist."));
    terminal->type("nonsense\r");
    QVERIFY(terminal->waitFor("There is no command 'nonsense'."));
    terminal->type("bye\r");
    QCOMPARE(terminal->waitForExit(), 0);
}

void ConsoleTerminalTest::noColourWhenAskedTo()
{
    for (const bool colours : {true, false}) {
        auto terminal = open(u"ann"_s, colours);
        QVERIFY(terminal->waitFor("ann> "));
        terminal->type("join nowhere\r");
        QVERIFY(terminal->waitFor("does not exist."));
        QCOMPARE(terminal->output().contains("\x1b[31m"), colours);
    }
}

void ConsoleTerminalTest::authorsHaveColours()
{
    QProcessEnvironment environment = consoleEnvironment(m_state.path());
    environment.insert(u"TERM"_s, u"xterm-256color"_s);
    for (const QString &when : {u"auto"_s, u"never"_s}) {
        auto terminal = openConsole(m_server.url(), u"ann"_s, environment, {u"--color"_s, when});
        QVERIFY(terminal->waitFor("ann> "));
        terminal->type("create coloured\rtalk coloured\rhello\r");
        QVERIFY(terminal->waitFor("hello\r\n"));
        QVERIFY2(
            terminal->waitFor(when == u"never" ? "ann: hello\r\n" : "\x1b[1;38;5;62mann\x1b[0m: hello\r\n"),
            terminal->output().constData());
    }
}

void ConsoleTerminalTest::pastedLinesAreOneMessage()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("create paste\r");
    QVERIFY(terminal->waitFor("Group 'paste' exists."));
    terminal->type("join paste\r");
    QVERIFY(terminal->waitFor("ann joined 'paste'."));
    terminal->type("say paste \x1b[200~one\rleave paste\r\x1b[201~");
    terminal->type("\r");
    QVERIFY2(terminal->waitFor("one\xe2\x90\xa4leave paste"), terminal->output().constData());
    terminal->type("members paste\r");
    QVERIFY2(terminal->waitFor("ann\r\n"), terminal->output().constData());
}

void ConsoleTerminalTest::sayingDoesNotWait()
{
    ServerProcess server;
    QVERIFY(server.start());
    auto terminal = open({});
    QVERIFY(terminal->waitFor("nextchat> "));
    terminal->type("connect " + server.url().toEncoded() + " ann\r");
    QVERIFY(terminal->waitFor("ann> "));
    terminal->type("create offline\r");
    QVERIFY(terminal->waitFor("Group 'offline' exists."));
    terminal->type("join offline\r");
    QVERIFY(terminal->waitFor("ann joined 'offline'."));
    server.kill9();
    QVERIFY(terminal->waitFor("(reconnecting)> "));
    terminal->type("say offline kept\r");
    terminal->type("help bye\r");
    QVERIFY(terminal->waitFor("Ends the program."));
    QVERIFY(server.restart());
    QVERIFY2(terminal->waitFor("kept\r\n"), terminal->output().constData());
}

QTEST_GUILESS_MAIN(ConsoleTerminalTest)
#include "tst_consoleterminal.moc"
