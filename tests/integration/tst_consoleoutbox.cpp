// SPDX-License-Identifier: MIT
#include "tests/integration/consoleterminal.h"
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QTemporaryDir>
#include <QTest>

#include <csignal>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// Messages that cannot be sent at once, on a pseudo-terminal.
class ConsoleOutboxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void waitsForTheConnection();
    void isDiscardedWhileItWaits();
    void isKeptOverARestart();
    void isKeptWhenKilled();
    void anotherConsoleLeavesItAlone();

private:
    [[nodiscard]] std::unique_ptr<PseudoTerminal> open()
    {
        QProcessEnvironment environment = consoleEnvironment(m_state->path());
        environment.insert(u"NO_COLOR"_s, u"1"_s);
        auto terminal = openConsole(m_server->url(), u"ann"_s, environment);
        return terminal->waitFor("ann> ") ? std::move(terminal) : nullptr;
    }
    // Talks in a group, whose server then goes away, and says something.
    [[nodiscard]] bool talkOffline(PseudoTerminal &terminal)
    {
        terminal.type("create lobby\rtalk lobby\r");
        if (!terminal.waitFor("ann lobby> "))
            return false;
        m_server->kill9();
        if (!terminal.waitFor("Connection lost, connecting again: "))
            return false;
        terminal.type("kept\r");
        return terminal.waitFor("Not sent yet: it goes out once there is a connection.")
            && terminal.waitFor("ann lobby (1 unsent) (reconnecting");
    }

    std::unique_ptr<ServerProcess> m_server;
    std::unique_ptr<QTemporaryDir> m_state;
};

void ConsoleOutboxTest::initTestCase()
{
    const QByteArray problem = PseudoTerminal::problem();
    QVERIFY2(problem.isEmpty(), problem.constData());
}

void ConsoleOutboxTest::init()
{
    m_state = std::make_unique<QTemporaryDir>();
    m_server = std::make_unique<ServerProcess>();
    QVERIFY2(m_server->start(), m_server->standardError().constData());
}

void ConsoleOutboxTest::waitsForTheConnection()
{
    auto terminal = open();
    QVERIFY(terminal);
    QVERIFY2(talkOffline(*terminal), terminal->output().constData());
    terminal->type("/outbox\r");
    QVERIFY2(terminal->waitFor("1 lobby (sending): kept\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("(reconnecting in "), terminal->output().constData());
    terminal->type("/members\rone more\r/outbox\r"); // what is said behind a command holds nothing up
    QVERIFY2(terminal->waitFor("2 lobby (sending): one more\r\n"), terminal->output().constData());
    terminal->type("/retry 3\r");
    QVERIFY2(terminal->waitFor("retry: There is no message 3"), terminal->output().constData());
    QVERIFY(m_server->restart());
    terminal->type("/retry\r"); // which waits no longer
    QVERIFY2(terminal->waitFor("Connected again."), terminal->output().constData());
    QVERIFY2(terminal->waitFor(": ann: kept\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor(": ann: one more\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann lobby> "), terminal->output().constData());
}

void ConsoleOutboxTest::isDiscardedWhileItWaits()
{
    auto terminal = open();
    QVERIFY(terminal);
    QVERIFY2(talkOffline(*terminal), terminal->output().constData());
    terminal->type("second\rthird\r/discard\r"); // of what failed, and nothing has
    QVERIFY2(terminal->waitFor("(3 unsent)"), terminal->output().constData());
    terminal->type("/discard 4\r");
    QVERIFY2(terminal->waitFor("discard: There is no message 4"), terminal->output().constData());
    terminal->type("/discard 2\r/outbox\r");
    QVERIFY2(terminal->waitFor("1 lobby (sending): kept\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("2 lobby (sending): third\r\n"), terminal->output().constData());
    terminal->type("/discard all\rlast\r");
    QVERIFY2(terminal->waitFor("(1 unsent)"), terminal->output().constData());
    QVERIFY(m_server->restart());
    terminal->type("/retry\r"); // which waits no longer
    QVERIFY2(terminal->waitFor(": ann: last\r\n"), terminal->output().constData());
    for (const char *gone : {": ann: kept", ": ann: second", ": ann: third"})
        QVERIFY2(!terminal->output().contains(gone), terminal->output().constData());
    terminal->type("/bye\r"); // no command waits any more
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY2(!terminal->output().contains("not sent, and"), terminal->output().constData());
}

void ConsoleOutboxTest::isKeptOverARestart()
{
    auto terminal = open();
    QVERIFY(terminal);
    QVERIFY2(talkOffline(*terminal), terminal->output().constData());
    terminal->type("/bye\r");
    QVERIFY2(terminal->waitFor("1 message is not sent, and kept until ann connects here again."),
             terminal->output().constData());
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY(m_server->restart());
    terminal = open();
    QVERIFY(terminal);
    QVERIFY2(terminal->waitFor("1 message is not sent since the last time"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann (1 unsent)> "), terminal->output().constData());
    terminal->type("join lobby\r");
    QVERIFY2(terminal->waitFor(": ann: kept\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann> "), terminal->output().constData());
    terminal->type("bye\r");
    QCOMPARE(terminal->waitForExit(), 0);
    QVERIFY2(!terminal->output().contains("kept until"), terminal->output().constData());
}

void ConsoleOutboxTest::isKeptWhenKilled()
{
    auto terminal = open();
    QVERIFY(terminal);
    QVERIFY2(talkOffline(*terminal), terminal->output().constData());
    terminal->type("/outbox\r"); // what was said is written before this is done
    QVERIFY2(terminal->waitFor("1 lobby (sending): kept\r\n"), terminal->output().constData());
    ::kill(terminal->processId(), SIGKILL);
    QCOMPARE(terminal->waitForExit(), -1);
    QVERIFY(m_server->restart());
    terminal = open();
    QVERIFY(terminal);
    QVERIFY2(terminal->waitFor("1 message is not sent since the last time"), terminal->output().constData());
}

void ConsoleOutboxTest::anotherConsoleLeavesItAlone()
{
    auto first = open();
    QVERIFY(first);
    QVERIFY(!first->output().contains("is lost"));
    auto second = open();
    QVERIFY(second);
    QVERIFY2(second->waitFor("What is not sent when this console ends is lost"),
             second->output().constData());
}

QTEST_GUILESS_MAIN(ConsoleOutboxTest)
#include "tst_consoleoutbox.moc"
