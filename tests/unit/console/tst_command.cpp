// SPDX-License-Identifier: MIT
#include "client-cli/command.h"

#include <QTest>

using namespace nextchat::console;
using namespace Qt::StringLiterals;
using Verb = Command::Verb;

Q_DECLARE_METATYPE(Verb)

class CommandTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void understands_data();
    void understands();
    void refuses_data();
    void refuses();
    void whatIsTypedInAGroup_data();
    void whatIsTypedInAGroup();
    void quotedWordsAreReadBack_data();
    void quotedWordsAreReadBack();
    void everyVerbHasOneRowOfTheTable();
};

void CommandTest::understands_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<Verb>("verb");
    QTest::addColumn<QStringList>("arguments");
    using S = QStringList;
    const auto row = [](const char *name, const QString &line, Verb verb, const S &arguments) {
        QTest::newRow(name) << line << verb << arguments;
    };
    row("connect", u"connect http://h:1/next-chat ann"_s, Verb::Connect,
        {u"http://h:1/next-chat"_s, u"ann"_s});
    row("without arguments", u"list"_s, Verb::List, {});
    row("blanks around", u"  \tjoin   general \r"_s, Verb::Join, {u"general"_s});
    row("case of the verb", u"LeAvE General"_s, Verb::Leave, {u"General"_s});
    row("the text keeps its blanks", u"say g  two  words "_s, Verb::Say, {u"g"_s, u"two  words"_s});
    row("the text keeps its quotes", u"say g \"quoted\" and \\"_s, Verb::Say,
        {u"g"_s, u"\"quoted\" and \\"_s});
    row("a group with blanks", u"say \"my group\" hello"_s, Verb::Say, {u"my group"_s, u"hello"_s});
    row("escapes within quotes", uR"(join "a \"b\" \\ \c")"_s, Verb::Join, {uR"(a "b" \ \c)"_s});
    row("a backslash outside of quotes", uR"(join a\b)"_s, Verb::Join, {uR"(a\b)"_s});
    row("a quote within a word", uR"(join a"b)"_s, Verb::Join, {uR"(a"b)"_s});
    row("an empty word", uR"(join "")"_s, Verb::Join, {QString(u""_s)});
    row("an optional argument", u"history g 20"_s, Verb::History, {u"g"_s, u"20"_s});
    row("without the optional argument", u"history g"_s, Verb::History, {u"g"_s});
    row("search takes the rest", u"search g two words"_s, Verb::Search, {u"g"_s, u"two words"_s});
    row("watch", u"watch g"_s, Verb::Watch, {u"g"_s});
    row("watch off", u"watch \"my group\" OFF"_s, Verb::Watch, {u"my group"_s, u"OFF"_s});
    row("watch a group of that name", u"watch on"_s, Verb::Watch, {u"on"_s});
    row("wait", u"wait"_s, Verb::Wait, {});
    row("wait for a time", u"wait 2.5"_s, Verb::Wait, {u"2.5"_s});
    row("help with a command", u"help say"_s, Verb::Help, {u"say"_s});
    row("bye", u"bye"_s, Verb::Bye, {});
}

void CommandTest::understands()
{
    QFETCH(QString, line);
    QFETCH(Verb, verb);
    QFETCH(QStringList, arguments);
    const auto command = parseCommand(line);
    QVERIFY2(command, command ? "" : qPrintable(command.error().message));
    QCOMPARE(command->verb, verb);
    QCOMPARE(command->arguments, arguments);
}

void CommandTest::refuses_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("message");
    QTest::newRow("nothing") << u"  "_s << u"Nothing to do. `help` says what can be typed."_s;
    QTest::newRow("unknown") << u"shout g hi"_s
                             << u"There is no command 'shout'. `help` says what can be typed."_s;
    QTest::newRow("an empty verb") << u"\"\""_s
                                   << u"There is no command ''. `help` says what can be typed."_s;
    QTest::newRow("too few") << u"say g"_s << u"Write: say GROUP TEXT..."_s;
    QTest::newRow("too many") << u"join g h"_s << u"Write: join GROUP"_s;
    QTest::newRow("none allowed") << u"list all"_s << u"Write: list"_s;
    QTest::newRow("no URI") << u"connect"_s << u"Write: connect URI USER"_s;
    QTest::newRow("no choice") << u"watch g maybe"_s << u"Write: watch GROUP [on|off]"_s;
    QTest::newRow("part of a choice") << u"watch g o"_s << u"Write: watch GROUP [on|off]"_s;
    QTest::newRow("open quote") << u"join \"g"_s << u"The closing quote is missing."_s;
    QTest::newRow("escaped closing quote") << u"join \"g\\\""_s << u"The closing quote is missing."_s;
    QTest::newRow("glued quote") << u"join \"g\"h"_s << u"Put a blank after the closing quote."_s;
}

void CommandTest::refuses()
{
    QFETCH(QString, line);
    const auto command = parseCommand(line);
    QVERIFY(!command);
    QCOMPARE(command.error().code, nextchat::Error::Code::InvalidArgument);
    QTEST(command.error().message, "message");
}

void CommandTest::whatIsTypedInAGroup_data()
{
    QTest::addColumn<QString>("current");
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("means"); // as a command with all arguments; empty: an error
    const auto row = [](const char *name, const QString &current, const QString &line, const QString &means) {
        QTest::newRow(name) << current << line << means;
    };
    row("a command anywhere", u""_s, u"history g"_s, u"history g"_s);
    row("a slash anywhere", u""_s, u" /history g"_s, u"history g"_s);
    row("no group anywhere", u""_s, u"/history"_s, u""_s);
    row("a full stop anywhere", u""_s, u"members ."_s, u"members ."_s);
    row("a text", u"g"_s, u"  join us at five "_s, u"say g join us at five"_s);
    row("a text with a slash", u"g"_s, u"//tmp is full"_s, u"say g /tmp is full"_s);
    row("a text of one word", u"my g"_s, u"bye"_s, u"say \"my g\" bye"_s);
    row("a slash alone", u"g"_s, u"/"_s, u""_s);
    row("no such command", u"g"_s, u"/shout"_s, u""_s);
    row("a command without a group", u"g"_s, u"/bye"_s, u"bye"_s);
    row("the group left out", u"g"_s, u"/members"_s, u"members g"_s);
    row("another group", u"g"_s, u"/members h"_s, u"members h"_s);
    row("a full stop", u"g"_s, u"/members ."_s, u"members g"_s);
    row("a number alone", u"g"_s, u"/history 20"_s, u"history g 20"_s);
    row("a group and a number", u"g"_s, u"/history 20 30"_s, u"history 20 30"_s);
    row("more", u"g"_s, u"/more"_s, u"more g"_s);
    row("a choice alone", u"g"_s, u"/watch off"_s, u"watch g off"_s);
    row("a group to watch", u"g"_s, u"/watch h"_s, u"watch h"_s);
    row("one word to search", u"g"_s, u"/search word"_s, u"search g word"_s);
    row("two words to search", u"g"_s, u"/search . two words"_s, u"search g two words"_s);
    row("nothing to search", u"g"_s, u"/search"_s, u""_s);
    row("a group must be named to be joined", u"g"_s, u"/join"_s, u""_s);
    row("or to be made", u"g"_s, u"/create"_s, u""_s);
    row("talking ends", u"g"_s, u"/talk"_s, u"talk"_s);
}

void CommandTest::whatIsTypedInAGroup()
{
    QFETCH(QString, current);
    QFETCH(QString, line);
    QFETCH(QString, means);
    const auto command = parseLine(line, current);
    QCOMPARE(command.has_value(), !means.isEmpty());
    if (command)
        QCOMPARE(*command, *parseCommand(means));
}

void CommandTest::quotedWordsAreReadBack_data()
{
    QTest::addColumn<QString>("word");
    QTest::addColumn<QString>("written");
    QTest::newRow("plain") << u"general"_s << u"general"_s;
    QTest::newRow("blank") << u"my group"_s << u"\"my group\""_s;
    QTest::newRow("quote first") << u"\"x"_s << uR"("\"x")"_s;
    QTest::newRow("quote and backslash") << uR"(a "b" \c)"_s << uR"("a \"b\" \\c")"_s;
    QTest::newRow("empty") << u""_s << u"\"\""_s;
    QTest::newRow("no-break space") << u"a\u00a0b"_s << u"\"a\u00a0b\""_s;
}

void CommandTest::quotedWordsAreReadBack()
{
    QFETCH(QString, word);
    QTEST(quoted(word), "written");
    const auto command = parseCommand(QString(u"join " % quoted(word)));
    QVERIFY(command);
    QCOMPARE(command->arguments, QStringList{word});
}

void CommandTest::everyVerbHasOneRowOfTheTable()
{
    QSet<int> seen;
    for (const CommandSpec &spec : commandSpecs()) {
        QVERIFY(!seen.contains(static_cast<int>(spec.verb)));
        seen.insert(static_cast<int>(spec.verb));
        QCOMPARE(findCommandSpec(spec.name), &spec);
        QVERIFY(!spec.summary.isEmpty());
    }
    QCOMPARE(seen.size(), static_cast<int>(Verb::Bye) + 1);
    QVERIFY(!findCommandSpec(u""));
}

QTEST_GUILESS_MAIN(CommandTest)
#include "tst_command.moc"
