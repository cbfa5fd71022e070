// SPDX-License-Identifier: MIT
#include "tests/integration/usertokens.h"
#include "tests/support/rawhub.h"
#include "tests/support/serverprocess.h"

#include <QJsonDocument>
#include <QProcess>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

// nextchat, not on a terminal.
class Console
{
public:
    explicit Console(const QStringList &arguments, const QByteArray &input = {}, const QString &token = {})
    {
        QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
        environment.insert(u"TZ"_s, u"UTC0"_s);
        environment.remove(u"QT_FATAL_WARNINGS"_s);
        if (!token.isEmpty())
            environment.insert(u"NEXTCHAT_TOKEN"_s, token);
        m_process.setProcessEnvironment(environment);
        m_process.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat", arguments);
        m_process.write(input);
        m_process.closeWriteChannel();
    }
    ~Console()
    {
        if (m_process.state() != QProcess::NotRunning) {
            m_process.kill();
            m_process.waitForFinished();
        }
    }

    int exitCode()
    {
        const bool ended = m_process.state() == QProcess::NotRunning || m_process.waitForFinished(60'000);
        return ended && m_process.exitStatus() == QProcess::NormalExit ? m_process.exitCode() : -1;
    }
    QByteArray output() { return m_output += m_process.readAllStandardOutput(); }
    QList<QByteArray> lines()
    {
        return output().isEmpty() ? QList<QByteArray>() : m_output.chopped(1).split('\n');
    }
    QByteArray errors() { return m_errors += m_process.readAllStandardError(); }
    [[nodiscard]] QProcess &process() { return m_process; }

private:
    QProcess m_process;
    QByteArray m_output;
    QByteArray m_errors;
};

// `GROUP [date]: AUTHOR: TEXT` without the date.
QByteArray withoutDate(QByteArray line)
{
    const qsizetype open = line.indexOf(" [");
    const qsizetype close = line.indexOf("]: ", open);
    return open < 0 || close != open + 18 ? line : line.remove(open, close - open + 1);
}

} // namespace

class ConsolePipeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void runsCommandsInOrder();
    void runsTheCommandsOfOptions();
    void failuresMakeTheExitCodeOne();
    void cannotConnectIsOne();
    void wrongUsageIsTwo_data();
    void wrongUsageIsTwo();
    void waitsForWhatItSaid();
    void printsJsonLines();
    void searches();
    void waitKeepsListening();
    void watchTellsWhoComesGoesAndTypes();
    void waitWithoutATimeEndsWithTheServersWord();
    void commandsOfOthersDoNotReachTheTerminal();
    void manyLinesArriveInOrder();
    void comesBackAfterARestart();
    void takesTheTokenFromTheEnvironment();
    void isWhomTheTokenNames();
    void warnsOfAVisibleToken();
    void helps();
    void nobodyReads();

private:
    [[nodiscard]] QStringList as(const QString &user, const QStringList &more = {}) const
    {
        return QStringList{u"--url"_s, m_server.url().toString(), u"--user"_s, user} + more;
    }

    ServerProcess m_server;
};

void ConsolePipeTest::initTestCase()
{
    QVERIFY2(m_server.start(), m_server.standardError().constData());
}

void ConsolePipeTest::runsCommandsInOrder()
{
    Console console(
        {},
        "connect " + m_server.url().toEncoded()
            + " ann\n"
              "create order\n\njoin order\nsay order one  two\nsay order \"three\"\nhistory order 1\n"
              "history order\nmembers order\nlist\nleave order\ndisconnect\n");
    QCOMPARE(console.exitCode(), 0);
    QList<QByteArray> lines;
    for (const QByteArray &line : console.lines())
        lines.append(withoutDate(line));
    // A message that was said comes back before or after its call is done (contract.md 1.1).
    QCOMPARE(lines.count("order: ann: one  two"), 2);
    QCOMPARE(lines.count("order: ann: \"three\""), 3);
    QVERIFY(lines.indexOf("order: ann: one  two") < lines.indexOf("order: ann: \"three\""));
    QCOMPARE(lines.count("ann"), 1);
    QCOMPARE(lines.count("order"), 1);
    QVERIFY(lines.indexOf("ann") < lines.indexOf("order"));
    QCOMPARE(lines.size(), 7);
    QVERIFY2(!console.output().contains('\x1b'), "no colours in a pipe");
    QVERIFY(console.errors().contains("Connected to "));
}

void ConsolePipeTest::runsTheCommandsOfOptions()
{
    Console console(
        as(u"ann"_s,
           {u"-c"_s, u"create options"_s, u"-c"_s, u"join options"_s, u"-c"_s, u"members options"_s}),
        "list\n");
    QCOMPARE(console.exitCode(), 0);
    QCOMPARE(console.lines(), QList<QByteArray>{"ann"});
}

void ConsolePipeTest::failuresMakeTheExitCodeOne()
{
    Console console(
        as(u"ann"_s),
        "join nowhere\nshout x\nsay nowhere x\nhistory nowhere 0\nwait x\ncreate fails\njoin fails\n"
        "members fails\n");
    QCOMPARE(console.exitCode(), 1);
    QCOMPARE(console.lines(), QList<QByteArray>{"ann"}); // the rest was done
    const QByteArray errors = console.errors();
    QVERIFY2(errors.contains("join: Group 'nowhere' does not exist.\n"), errors.constData());
    QVERIFY2(errors.contains("There is no command 'shout'."), errors.constData());
    QVERIFY2(errors.contains("say: You are not a member of group 'nowhere'.\n"), errors.constData());
    QVERIFY2(errors.contains("history: The number of messages must be between 1 and 10000.\n"),
             errors.constData());
    QVERIFY2(errors.contains("wait: 'x' is no number of seconds.\n"), errors.constData());
}

void ConsolePipeTest::cannotConnectIsOne()
{
    ServerProcess gone;
    QVERIFY(gone.start());
    gone.kill9();
    Console atStart({u"--url"_s, gone.url().toString(), u"--user"_s, u"ann"_s}, "wait\n");
    QCOMPARE(atStart.exitCode(), 1);
    QVERIFY(atStart.errors().startsWith("connect: "));
    Console later({}, "list\nconnect " + gone.url().toEncoded() + " ann\nconnect nonsense:// ann\n");
    QCOMPARE(later.exitCode(), 1);
    QVERIFY(later.errors().startsWith("list: Not connected."));
}

void ConsolePipeTest::wrongUsageIsTwo_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::newRow("unknown option") << QStringList{u"--nonsense"_s};
    QTest::newRow("bad URL") << QStringList{u"--url"_s, u"x://y"_s, u"--user"_s, u"a"_s};
    QTest::newRow("no user") << QStringList{u"--url"_s, u"http://127.0.0.1:1"_s};
    QTest::newRow("no such file") << QStringList{u"--token-file"_s, u"/does/not/exist"_s};
}

void ConsolePipeTest::wrongUsageIsTwo()
{
    QFETCH(QStringList, arguments);
    Console console(arguments);
    QCOMPARE(console.exitCode(), 2);
    QCOMPARE(console.errors().count('\n'), 1);
    QVERIFY(console.errors().startsWith("nextchat: "));
    QCOMPARE(console.output(), QByteArray());
}

void ConsolePipeTest::waitsForWhatItSaid()
{
    Console console(as(u"ann"_s), "create said\njoin said\nsay said last words"); // no line end
    QCOMPARE(console.exitCode(), 0);
    Console reader(as(u"ben"_s), "join said\n");
    QCOMPARE(reader.exitCode(), 0);
    QCOMPARE(withoutDate(reader.lines().value(0)), QByteArray("said: ann: last words"));
}

void ConsolePipeTest::printsJsonLines()
{
    Console console(as(u"ann"_s, {u"--json"_s}),
                    "create json\njoin json\nsay json h\u00e9llo\nhistory json\nmembers json\nlist\n"
                    "leave json\njoin nowhere\n");
    QCOMPARE(console.exitCode(), 1);
    QCOMPARE(console.errors(), QByteArray());
    QHash<QString, QJsonObject> events;
    for (const QByteArray &line : console.lines()) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        QVERIFY2(object.contains(u"event"), line.constData());
        const bool first = !events.contains(object.value(u"event").toString());
        if (first || object.value(u"event") == u"history"_s)
            events.insert(object.value(u"event").toString(), object);
    }
    QCOMPARE(events[u"state"_s].value(u"state"), QJsonValue(u"connected"_s));
    QCOMPARE(events[u"joined"_s].value(u"userId"), QJsonValue(u"ann"_s));
    QCOMPARE(events[u"message"_s].value(u"text"), QJsonValue(u"h\u00e9llo"_s));
    QCOMPARE(events[u"message"_s].value(u"authorId"), QJsonValue(u"ann"_s));
    QVERIFY(events[u"message"_s].value(u"seq").toInteger() > 0);
    QCOMPARE(events[u"history"_s].value(u"messages")[0][u"text"], QJsonValue(u"h\u00e9llo"_s));
    QCOMPARE(events[u"members"_s].value(u"members"), QJsonValue(QJsonArray{u"ann"_s}));
    QVERIFY(events[u"groups"_s].value(u"groups").toArray().contains(QJsonObject{{u"groupId"_s, u"json"_s}}));
    QCOMPARE(events[u"left"_s].value(u"groupId"), QJsonValue(u"json"_s));
    QCOMPARE(events[u"error"_s].value(u"error"), QJsonValue(u"Group 'nowhere' does not exist."_s));
    QCOMPARE(events[u"error"_s].value(u"command"), QJsonValue(u"join"_s));
}

void ConsolePipeTest::searches()
{
    Console quiet(as(u"ann"_s),
                  "create found\njoin found\nsay found Gr\u00fc\u00dfe an alle\nsay found nothing\n"
                  "say found GR\u00dcSSE\n");
    QCOMPARE(quiet.exitCode(), 0);
    Console plain(as(u"ann"_s), "join found\nsearch found \u00fcSSE\n");
    QCOMPARE(plain.exitCode(), 0);
    const auto lines = plain.lines();
    QCOMPARE(withoutDate(lines.at(lines.size() - 2)), "found: ann: Gr\u00fc\u00dfe an alle");
    QCOMPARE(withoutDate(lines.last()), "found: ann: GR\u00dcSSE");
    Console json(as(u"ann"_s, {u"--json"_s}), "join found\nsearch found e an\nsearch found x\n");
    QCOMPARE(json.exitCode(), 1); // too short
    QJsonObject last;
    for (const QByteArray &line : json.lines()) {
        const QJsonObject object = QJsonDocument::fromJson(line).object();
        if (object.value(u"event") == u"history"_s)
            last = object;
    }
    QCOMPARE(last.value(u"messages").toArray().size(), 1);
    QCOMPARE(last.value(u"messages")[0][u"text"], QJsonValue(u"Gr\u00fc\u00dfe an alle"_s));
    QCOMPARE(last.value(u"hasMore"), QJsonValue(false));
}

void ConsolePipeTest::waitKeepsListening()
{
    Console listener(as(u"ann"_s), "create waits\njoin waits\nwait 30\n");
    QTRY_VERIFY_WITH_TIMEOUT(listener.errors().contains("ann joined 'waits'."), 60000);
    Console speaker(as(u"ben"_s), "join waits\nsay waits are you there?\n");
    QCOMPARE(speaker.exitCode(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(withoutDate(listener.lines().value(0)),
                              QByteArray("waits: ben: are you there?"), 60000);
    QCOMPARE(listener.process().state(), QProcess::Running);
    Console shortly(as(u"carl"_s), "wait 0.05\n");
    QCOMPARE(shortly.exitCode(), 0);
}

void ConsolePipeTest::watchTellsWhoComesGoesAndTypes()
{
    const QByteArray commands = "create watched\njoin watched\nwatch watched\nwait 30\n";
    Console plain(as(u"ann"_s), commands);
    Console json(as(u"carl"_s, {u"--json"_s}), commands);
    QTRY_VERIFY_WITH_TIMEOUT(plain.errors().contains("Watching 'watched'."), 60000);
    QTRY_VERIFY_WITH_TIMEOUT(json.output().contains(R"("event":"watching")"), 60000);
    RawHub ben(m_server.port(), "ben");
    for (const QString &method : {u"JoinGroup"_s, u"Typing"_s, u"LeaveGroup"_s})
        QCOMPARE(ben.errorOf(method, {u"watched"_s}), QString());
    QTRY_VERIFY_WITH_TIMEOUT(
        plain.output().endsWith("ben joined 'watched'.\nben is typing in 'watched'.\nben left 'watched'.\n"),
        60000);
    const QByteArray about = R"(,"groupId":"watched","userId":"ben"})";
    const QByteArray events = R"({"event":"memberJoined")" + about + '\n' + R"({"event":"typing")" + about
        + '\n' + R"({"event":"memberLeft")" + about + '\n';
    QTRY_VERIFY_WITH_TIMEOUT(json.output().endsWith(events), 60000);
    Console outside(as(u"dan"_s), "watch watched\nwatch watched maybe\n");
    QCOMPARE(outside.exitCode(), 1);
    QVERIFY(outside.errors().contains("watch: You are not a member of group 'watched'."));
    QVERIFY(outside.errors().contains("Write: watch GROUP [on|off]"));
}

void ConsolePipeTest::waitWithoutATimeEndsWithTheServersWord()
{
    Console listener(as(u"ann"_s), "create goes-on\njoin goes-on\nwait\n");
    QTRY_VERIFY_WITH_TIMEOUT(listener.errors().contains("ann joined 'goes-on'."), 60000);
    Console speaker(as(u"ben"_s), "join goes-on\nsay goes-on still there?\n");
    QCOMPARE(speaker.exitCode(), 0);
    QTRY_VERIFY_WITH_TIMEOUT(listener.output().contains("still there?"), 60000);
    QCOMPARE(listener.process().state(), QProcess::Running);
    listener.process().terminate(); // by default a signal ends it, as any filter
    QCOMPARE(listener.exitCode(), -1);
}

void ConsolePipeTest::commandsOfOthersDoNotReachTheTerminal()
{
    RawHub hub(m_server.port(), "mallory");
    QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"evil"_s}), QString());
    QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"evil"_s}), QString());
    const QString text = u"\x1b]0;title\x07\x1b[2J\u009b31m\nevil [2024-01-01 00:00]: ann: forged\r\x7f"_s;
    QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"evil"_s, text}), QString());
    for (const QStringList &mode : {QStringList(), QStringList{u"--json"_s}}) {
        Console console(as(u"ann"_s, mode), "join evil\nhistory evil\n");
        QCOMPARE(console.exitCode(), 0);
        const QString output = QString::fromUtf8(console.output());
        QVERIFY(output.contains(u"forged"));
        for (const QChar c : output)
            QVERIFY2(c == u'\n' || c.category() != QChar::Other_Control, console.output().constData());
        QVERIFY(!output.contains(u"\nevil [2024-01-01 00:00]: ann: forged"));
    }
}

// More than limits.callsPerSecond allows at once: it takes its time and loses nothing.
void ConsolePipeTest::manyLinesArriveInOrder()
{
    QByteArray script = "create many\njoin many\n";
    for (int i = 0; i < 250; ++i)
        script += "say many " + QByteArray::number(i) + '\n';
    Console console(as(u"ann"_s), script + "history many 1000\n");
    QVERIFY2(console.exitCode() == 0, console.errors().constData());
    const QList<QByteArray> lines = console.lines();
    QVERIFY2(lines.size() >= 250, QByteArray::number(lines.size()).constData());
    const QList<QByteArray> history = lines.last(250);
    for (int i = 0; i < 250; ++i)
        QCOMPARE(withoutDate(history[i]), "many: ann: " + QByteArray::number(i));
}

void ConsolePipeTest::comesBackAfterARestart()
{
    ServerProcess server;
    QVERIFY(server.start());
    const QStringList url{u"--url"_s, server.url().toString(), u"--user"_s};
    Console listener(url + QStringList{u"ann"_s}, "create back\njoin back\nsay back before\nwait 60\n");
    QTRY_COMPARE_WITH_TIMEOUT(withoutDate(listener.lines().value(0)), QByteArray("back: ann: before"), 60000);
    server.kill9();
    QTRY_VERIFY_WITH_TIMEOUT(listener.errors().contains("Connection lost"), 60000);
    QVERIFY(server.restart());
    Console speaker(url + QStringList{u"ben"_s}, "join back\nsay back after\n");
    QCOMPARE(speaker.exitCode(), 0);
    QTRY_COMPARE_WITH_TIMEOUT(withoutDate(listener.lines().value(1)), QByteArray("back: ben: after"), 60000);
    QCOMPARE(listener.lines().size(), 2);
    QVERIFY(listener.errors().contains("Connected again."));
}

void ConsolePipeTest::takesTheTokenFromTheEnvironment()
{
    Console console({u"--url"_s, m_server.url().toString()}, "create token\njoin token\nmembers token\n",
                    u"tokenuser"_s);
    QCOMPARE(console.exitCode(), 0);
    QCOMPARE(console.lines(), QList<QByteArray>{"tokenuser"});
    QVERIFY(!console.errors().contains("--token"));
    QVERIFY2(console.errors().contains("\nJoined 'token'.\n"), console.errors().constData());
    // Only the server knows whose the token is.
    Console lines({u"--url"_s, m_server.url().toString(), u"--json"_s}, "join token\nleave token\n",
                  u"tokenuser"_s);
    QCOMPARE(lines.exitCode(), 0);
    QVERIFY(lines.lines().contains(R"({"event":"joined","groupId":"token"})"));
    QVERIFY(lines.lines().contains(R"({"event":"left","groupId":"token"})"));
}

void ConsolePipeTest::isWhomTheTokenNames()
{
    const QTemporaryDir folder;
    QFile key(folder.filePath(u"key"_s));
    QVERIFY(key.open(QIODevice::WriteOnly) && key.write(tokenSecret) > 0);
    key.close();
    ServerProcess server({u"--auth"_s, u"jwt"_s, u"--set"_s, u"auth.jwt.keys="_s + key.fileName()});
    QVERIFY2(server.start(), server.standardError().constData());
    const QString token = QString::fromUtf8(tokenOf(u"ann"_s));
    const QStringList url{u"--url"_s, server.url().toString()};
    const QStringList joining{u"-c"_s, u"create tokens"_s, u"-c"_s, u"join tokens"_s};

    Console hers(url + joining, {}, token);
    QCOMPARE(hers.exitCode(), 0);
    QVERIFY2(hers.errors().contains(" as ann."), hers.errors().constData());
    QVERIFY2(hers.errors().contains("ann joined 'tokens'."), hers.errors().constData());

    Console another(url + QStringList{u"--user"_s, u"ben"_s} + joining, {}, token);
    QCOMPARE(another.exitCode(), 1);
    QVERIFY2(another.errors().contains("The token is for ann, not for ben."), another.errors().constData());
}

void ConsolePipeTest::warnsOfAVisibleToken()
{
    Console console(
        {u"--url"_s, m_server.url().toString(), u"--token"_s, u"tokenuser"_s, u"-c"_s, u"list"_s});
    QCOMPARE(console.exitCode(), 0);
    QVERIFY(console.errors().contains("--token shows the token"));
}

void ConsolePipeTest::helps()
{
    Console help({u"--help"_s});
    QCOMPARE(help.exitCode(), 0);
    QVERIFY(help.output().contains("--token-file"));
    Console version({u"--version"_s});
    QCOMPARE(version.exitCode(), 0);
    QVERIFY(version.output().startsWith("nextchat "));
    Console commands({}, "help\nhelp say\n");
    QCOMPARE(commands.exitCode(), 0);
    QVERIFY(commands.output().contains("say GROUP TEXT..."));
    Console unknown({u"-c"_s, u"help nonsense"_s});
    QCOMPARE(unknown.exitCode(), 1);
}

void ConsolePipeTest::nobodyReads()
{
    QProcess shell;
    // A pipe whose reader is gone before anything is written.
    const QString script = u"mkfifo pipe; exec 4<>pipe; exec 5>pipe; exec 4<&-; "
                           "\"$0\" \"$@\" >&5; echo \"ended $?\" >&2"_s;
    const QTemporaryDir folder;
    shell.setWorkingDirectory(folder.path());
    const QStringList program{u"-c"_s, script, qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u"/nextchat"};
    const QStringList commands{u"-c"_s, u"create unread"_s, u"-c"_s, u"list"_s};
    shell.start(u"/bin/sh"_s, program + as(u"ann"_s, commands));
    QVERIFY(shell.waitForFinished(60'000));
    QVERIFY(shell.readAllStandardError().contains("ended 1\n"));
}

QTEST_GUILESS_MAIN(ConsolePipeTest)
#include "tst_consolepipe.moc"
