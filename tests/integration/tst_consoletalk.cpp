// SPDX-License-Identifier: MIT
#include "tests/integration/consoleterminal.h"
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// Talking in one of several groups, on a pseudo-terminal.
class ConsoleTalkTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void saysWhatIsTyped();
    void countsWhatComesElsewhere();
    void looksBackPageByPage();
    void namesMembers();
    void tellsWhoIsTyping();

private:
    [[nodiscard]] std::unique_ptr<PseudoTerminal> open(const QString &user)
    {
        QProcessEnvironment environment = consoleEnvironment(m_state.path());
        environment.insert(u"NO_COLOR"_s, u"1"_s);
        auto terminal = openConsole(m_server.url(), user, environment);
        return terminal->waitFor(user.toUtf8() + "> ") ? std::move(terminal) : nullptr;
    }
    // Of a user who makes a group and speaks there.
    void say(RawHub &hub, const QString &groupId, const QString &text)
    {
        QCOMPARE(hub.errorOf(u"SendMessage"_s, {groupId, text}), QString());
    }

    ServerProcess m_server;
    QTemporaryDir m_state;
};

void ConsoleTalkTest::initTestCase()
{
    const QByteArray problem = PseudoTerminal::problem();
    QVERIFY2(problem.isEmpty(), problem.constData());
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void ConsoleTalkTest::saysWhatIsTyped()
{
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal);
    terminal->type("create spoken\rtalk spoken\r");
    QVERIFY2(terminal->waitFor("ann joined 'spoken'."), terminal->output().constData());
    QVERIFY2(terminal->waitFor("Each line goes to 'spoken' now"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann spoken> "), terminal->output().constData());
    terminal->type("list of things\r");
    QVERIFY2(terminal->waitFor(": ann: list of things\r\n"), terminal->output().constData());
    terminal->type("//tmp\r");
    QVERIFY2(terminal->waitFor(": ann: /tmp\r\n"), terminal->output().constData());
    terminal->type("/members\r");
    QVERIFY2(terminal->waitFor("\rann\r\n"), terminal->output().constData());
    terminal->type("/talk\r");
    QVERIFY2(terminal->waitFor("Each line is a command again."), terminal->output().constData());
    terminal->type("list of things\r");
    QVERIFY2(terminal->waitFor("Write: list"), terminal->output().constData());
    terminal->type("/talk spoken\r/leave\r");
    QVERIFY2(terminal->waitFor("ann left 'spoken'."), terminal->output().constData());
    terminal->type("list of things\r");
    QVERIFY2(terminal->waitFor("Write: list"), terminal->output().constData());
}

void ConsoleTalkTest::countsWhatComesElsewhere()
{
    RawHub ben(m_server.port(), "ben");
    for (const QString &groupId : {u"here"_s, u"there"_s}) {
        QCOMPARE(ben.errorOf(u"CreateGroup"_s, {groupId}), QString());
        QCOMPARE(ben.errorOf(u"JoinGroup"_s, {groupId}), QString());
    }
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal);
    terminal->type("join there\rtalk here\r");
    QVERIFY2(terminal->waitFor("ann here> "), terminal->output().constData());
    say(ben, u"there"_s, u"one"_s);
    QVERIFY2(terminal->waitFor("ann here [there:1]> "), terminal->output().constData());
    say(ben, u"there"_s, u"two, @ann"_s);
    QVERIFY2(terminal->waitFor("ann here [there:2!]> "), terminal->output().constData());
    say(ben, u"here"_s, u"three"_s);
    QVERIFY2(terminal->waitFor(": ben: three\r\n"), terminal->output().constData());
    QVERIFY(!terminal->output().contains(": ben: one"));
    terminal->type("/unread\r");
    QVERIFY2(terminal->waitFor("there: 2, you are mentioned\r\n"), terminal->output().constData());
    terminal->type("/talk there\r");
    QVERIFY2(terminal->waitFor("2 new in 'there':\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor(": ben: one\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor(": ben: two, @ann\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("ann there> "), terminal->output().constData());
}

void ConsoleTalkTest::looksBackPageByPage()
{
    RawHub ben(m_server.port(), "ben");
    QCOMPARE(ben.errorOf(u"CreateGroup"_s, {u"long"_s}), QString());
    QCOMPARE(ben.errorOf(u"JoinGroup"_s, {u"long"_s}), QString());
    for (int i = 1; i <= 60; ++i) // of which joining shows 50
        say(ben, u"long"_s, u"line %1."_s.arg(i));
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal);
    terminal->type("talk long\r");
    QVERIFY2(terminal->waitFor(": ben: line 60.\r\n"), terminal->output().constData());
    QVERIFY(!terminal->output().contains("line 10."));
    terminal->type("/more 4\r");
    QVERIFY2(terminal->waitFor(": ben: line 7.\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor(": ben: line 10.\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("There is more before that"), terminal->output().constData());
    say(ben, u"long"_s, u"meanwhile"_s);
    QVERIFY2(terminal->waitFor(": ben: meanwhile\r\n"), terminal->output().constData());
    terminal->type("/more\r"); // goes on where it was
    QVERIFY2(terminal->waitFor(": ben: line 1.\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor(": ben: line 6.\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("That is where 'long' begins."), terminal->output().constData());
    QCOMPARE(terminal->output().count("line 7."), 1);
    terminal->type("/history 2\r"); // begins anew
    QVERIFY2(terminal->waitFor(": ben: line 60.\r\n"), terminal->output().constData());
    QVERIFY2(terminal->waitFor("There is more before that"), terminal->output().constData());
    terminal->type("/more 1\r");
    QVERIFY2(terminal->waitFor(": ben: line 59.\r\n"), terminal->output().constData());
}

void ConsoleTalkTest::namesMembers()
{
    RawHub ben(m_server.port(), "benjamin");
    QCOMPARE(ben.errorOf(u"CreateGroup"_s, {u"named"_s}), QString());
    QCOMPARE(ben.errorOf(u"JoinGroup"_s, {u"named"_s}), QString());
    auto terminal = open(u"ann"_s);
    QVERIFY(terminal);
    terminal->type("talk named\r");
    QVERIFY2(terminal->waitFor("ann named> "), terminal->output().constData());
    say(ben, u"named"_s, u"hi"_s); // by then the console knows them at the latest
    QVERIFY2(terminal->waitFor(": benjamin: hi\r\n"), terminal->output().constData());
    terminal->type("hello @benj\tyes\r");
    QVERIFY2(terminal->waitFor(": ann: hello @benjamin yes\r\n"), terminal->output().constData());
    terminal->type("/mem\t\r");
    QVERIFY2(terminal->waitFor("\rbenjamin\r\n"), terminal->output().constData());
}

void ConsoleTalkTest::tellsWhoIsTyping()
{
    auto ann = open(u"ann"_s);
    QVERIFY(ann);
    ann->type("create typed\rtalk typed\r/watch\r");
    QVERIFY2(ann->waitFor("Watching 'typed'."), ann->output().constData());
    auto ben = open(u"ben"_s);
    QVERIFY(ben);
    ben->type("talk typed\r");
    QVERIFY2(ben->waitFor("ben typed> "), ben->output().constData());
    QVERIFY2(ann->waitFor("ben joined 'typed'."), ann->output().constData());
    ben->type("/he");
    QVERIFY2(ben->waitFor("/he"), ben->output().constData()); // a command is no news
    ben->type("\x15so");
    QVERIFY2(ann->waitFor("ann typed (ben is typing)> "), ann->output().constData());
    ben->type(" that is it\r");
    QVERIFY2(ann->waitFor(": ben: so that is it\r\n"), ann->output().constData());
    QVERIFY2(ann->waitFor("ann typed> "), ann->output().constData());
    QVERIFY(!ann->output().contains("is typing in"));
}

QTEST_GUILESS_MAIN(ConsoleTalkTest)
#include "tst_consoletalk.moc"
