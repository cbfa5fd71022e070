// SPDX-License-Identifier: MIT
#include "client-cli/completion.h"

#include <QTest>

using nextchat::console::Completion;
using namespace Qt::StringLiterals;

class CompletionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void completes_data();
    void completes();
    void completesMembers_data();
    void completesMembers();
    void membersComeAndGo();
    void theGroupUsedLastComesFirst();
    void knowsEachGroupOnce();
};

void CompletionTest::completes_data()
{
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("becomes");
    QTest::addColumn<QStringList>("choices");
    using S = QStringList;
    const auto row = [](const char *name, const QString &line, const QString &becomes,
                        const S &choices = {}) { QTest::newRow(name) << line << becomes << choices; };
    row("one command", u"sa"_s, u"say "_s);
    row("a slash", u"/sa"_s, u"/say "_s);
    row("a slash and a group", u" /join d"_s, u" /join dev "_s);
    row("case of a command", u"SA"_s, u"say "_s);
    row("blanks before", u"  sa"_s, u"  say "_s);
    row("several commands", u"l"_s, u"l"_s, {u"list"_s, u"leave"_s});
    row("no command", u"x"_s, u"x"_s);
    row("the common part", u"join gen"_s, u"join general"_s);
    row("choices", u"join general"_s, u"join general"_s, {u"general"_s, u"general2"_s});
    row("one group", u"join d"_s, u"join dev "_s);
    row("a group with blanks, unquoted", u"join my"_s, u"join \"my group\" "_s);
    row("a group with blanks, in quotes", u"join \"my g"_s, u"join \"my group\" "_s);
    row("a plain group in open quotes", u"join \"de"_s, u"join dev "_s);
    row("the common part of a plain and a quoted one", u"join two"_s, u"join two-or"_s);
    row("the common part has a blank", u"join three"_s, u"join \"three or "_s);
    row("quoted choices", u"join \"three or "_s, u"join \"three or "_s,
        {u"\"three or a\""_s, u"\"three or b\""_s});
    row("the common part in open quotes", u"join \"gen"_s, u"join \"general"_s);
    row("the case of groups counts", u"join D"_s, u"join D"_s);
    row("no groups for list", u"list g"_s, u"list g"_s);
    row("no groups in the text", u"say dev d"_s, u"say dev d"_s);
    row("the command of help", u"help hist"_s, u"help history "_s);
    row("the group of watch", u"watch d"_s, u"watch dev "_s);
    row("a choice", u"watch dev of"_s, u"watch dev off "_s);
    row("choices of two", u"watch \"my group\" "_s, u"watch \"my group\" o"_s);
    row("the choices", u"watch dev o"_s, u"watch dev o"_s, {u"on"_s, u"off"_s});
    row("nothing behind a choice", u"watch dev on "_s, u"watch dev on "_s);
    row("no group where a choice stands", u"watch dev d"_s, u"watch dev d"_s);
    row("an unknown command", u"shout d"_s, u"shout d"_s);
    row("a lone half of a pair is not a common part", u"join \U0001F600"_s, u"join \U0001F600"_s,
        {u"\U0001F600a"_s, u"\U0001F600b"_s});
}

void CompletionTest::completes()
{
    Completion completion;
    completion.addGroups({u"general"_s, u"general2"_s, u"dev"_s, u"my group"_s, u"two-or one"_s,
                          u"two-or-three"_s, u"three or a"_s, u"three or b"_s, u"\U0001F600a"_s,
                          u"\U0001F600b"_s});
    QFETCH(QString, line);
    const Completion::Result result = completion.complete(line);
    QTEST(result.line, "becomes");
    QTEST(result.choices, "choices");
}

void CompletionTest::completesMembers_data()
{
    QTest::addColumn<QString>("current");
    QTest::addColumn<QString>("line");
    QTest::addColumn<QString>("becomes");
    QTest::addColumn<QStringList>("choices");
    using S = QStringList;
    const auto row = [](const char *name, const QString &current, const QString &line, const QString &becomes,
                        const S &choices = {}) {
        QTest::newRow(name) << current << line << becomes << choices;
    };
    row("in a text", u""_s, u"say dev hello ca"_s, u"say dev hello carl "_s);
    row("at its beginning", u""_s, u"say dev ca"_s, u"say dev carl "_s);
    row("after a slash", u""_s, u"/say dev ca"_s, u"/say dev carl "_s);
    row("of no such group", u""_s, u"say ops ca"_s, u"say ops ca"_s);
    row("where none is said", u""_s, u"members dev ca"_s, u"members dev ca"_s);
    row("with an @", u"dev"_s, u"hello @ca"_s, u"hello @carl "_s);
    row("a name with a blank, as it is", u"dev"_s, u"@an"_s, u"@Ann B "_s);
    row("whatever the case", u"dev"_s, u"CA"_s, u"carl "_s);
    row("what is common", u"dev"_s, u"b"_s, u"be"_s);
    row("the choices", u"dev"_s, u"@be"_s, u"@be"_s, {u"ben"_s, u"bea"_s});
    row("all of them", u"dev"_s, u"@"_s, u"@"_s, {u"carl"_s, u"ben"_s, u"bea"_s, u"Ann B"_s});
    row("not without a beginning", u"dev"_s, u"hello "_s, u"hello "_s);
    row("quotes are no quotes", u"dev"_s, u"\"hello ca"_s, u"\"hello carl "_s);
    row("commands begin with a slash", u"dev"_s, u"sa"_s, u"sa"_s);
    row("of a command", u"dev"_s, u"/sa"_s, u"/say "_s);
    row("a group in a command", u"dev"_s, u"/members d"_s, u"/members dev "_s);
    row("the group of a text is a full stop", u"dev"_s, u"/say . ca"_s, u"/say . carl "_s);
    row("the choice where the group is left out", u"dev"_s, u"/watch of"_s, u"/watch off "_s);
}

void CompletionTest::completesMembers()
{
    Completion completion;
    completion.addGroups({u"dev"_s});
    completion.addMembers(u"dev"_s, {u"ben"_s, u"bea"_s, u"Ann B"_s});
    completion.useMember(u"dev"_s, u"carl"_s);
    QFETCH(QString, current);
    completion.setCurrent(current);
    QFETCH(QString, line);
    const Completion::Result result = completion.complete(line);
    QTEST(result.line, "becomes");
    QTEST(result.choices, "choices");
}

void CompletionTest::membersComeAndGo()
{
    Completion completion;
    completion.setCurrent(u"dev"_s);
    completion.addMembers(u"dev"_s, {u"ann"_s, u"ben"_s, u"ann"_s});
    completion.useMember(u"dev"_s, u"ben"_s);
    QCOMPARE(completion.candidates(u"@"_s), (QStringList{u"ben"_s, u"ann"_s}));
    completion.removeMember(u"dev"_s, u"ben"_s);
    completion.removeMember(u"ops"_s, u"ann"_s);
    QCOMPARE(completion.candidates(u"@"_s), QStringList{u"ann"_s});
}

void CompletionTest::theGroupUsedLastComesFirst()
{
    Completion completion;
    completion.addGroups({u"a"_s, u"b"_s, u"c"_s});
    completion.useGroup(u"b"_s);
    completion.useGroup(u"new"_s);
    completion.useGroup(u"c"_s);
    QCOMPARE(completion.candidates(u"say "_s), (QStringList{u"c"_s, u"new"_s, u"b"_s, u"a"_s}));
}

void CompletionTest::knowsEachGroupOnce()
{
    Completion completion;
    completion.addGroups({u"a"_s, u"a"_s});
    completion.useGroup(u"a"_s);
    completion.addGroups({u"a"_s, u"b"_s});
    QCOMPARE(completion.candidates(u"join "_s), (QStringList{u"a"_s, u"b"_s}));
}

QTEST_GUILESS_MAIN(CompletionTest)
#include "tst_completion.moc"
