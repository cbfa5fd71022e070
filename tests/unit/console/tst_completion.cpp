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
