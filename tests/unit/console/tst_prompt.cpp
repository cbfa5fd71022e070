// SPDX-License-Identifier: MIT
#include "client-cli/prompt.h"

#include <QSignalSpy>
#include <QTest>

using nextchat::console::Prompt;
using namespace Qt::StringLiterals;
using namespace std::chrono_literals;

class PromptTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void saysWhoAndWhere();
    void countsDown();
    void marksWhatIsUnread();
    void tellsWhoIsTyping();
    void typingRunsOut();
    void saysNothingTwice();
};

void PromptTest::saysWhoAndWhere()
{
    Prompt prompt;
    QCOMPARE(prompt.text(), u"nextchat> "_s);
    prompt.online(u"ann"_s);
    QCOMPARE(prompt.text(), u"ann> "_s);
    prompt.setCurrent(u"lobby"_s);
    QCOMPARE(prompt.text(), u"ann lobby> "_s);
    prompt.setUnsent(2);
    QCOMPARE(prompt.text(), u"ann lobby (2 unsent)> "_s);
    prompt.reconnecting(0ms);
    QCOMPARE(prompt.text(), u"ann lobby (2 unsent) (reconnecting)> "_s);
    prompt.offline();
    QCOMPARE(prompt.text(), u"nextchat> "_s);
}

void PromptTest::countsDown()
{
    Prompt prompt;
    prompt.online(u"ann"_s);
    prompt.reconnecting(1h);
    QCOMPARE(prompt.text(), u"ann (reconnecting in 3600 s)> "_s);
    QTRY_COMPARE_WITH_TIMEOUT(prompt.text(), u"ann (reconnecting in 3599 s)> "_s, 30'000);
    prompt.reconnecting(300ms);
    QTRY_COMPARE_WITH_TIMEOUT(prompt.text(), u"ann (reconnecting)> "_s, 30'000);
}

void PromptTest::marksWhatIsUnread()
{
    Prompt prompt;
    prompt.online(u"ann"_s);
    prompt.setUnread({{u"dev"_s, 3, false}, {u"a rather long name of a group"_s, 1, true}});
    QCOMPARE(prompt.text(), u"ann [dev:3 a rather long n\u2026:1!]> "_s);
    prompt.setUnread({{u"a"_s, 1}, {u"b"_s, 1}, {u"c"_s, 1}, {u"d"_s, 1}, {u"e"_s, 1}, {u"f"_s, 1}});
    QCOMPARE(prompt.text(), u"ann [a:1 b:1 c:1 d:1 +2]> "_s);
    prompt.setUnread({});
    QCOMPARE(prompt.text(), u"ann> "_s);
}

void PromptTest::tellsWhoIsTyping()
{
    Prompt prompt;
    prompt.online(u"ann"_s);
    prompt.setCurrent(u"dev"_s);
    prompt.isTyping(u"dev"_s, u"ben"_s);
    prompt.isTyping(u"dev"_s, u"ben"_s);
    QCOMPARE(prompt.text(), u"ann dev (ben is typing)> "_s);
    prompt.isTyping(u"ops"_s, u"carl"_s);
    QCOMPARE(prompt.text(), u"ann dev (ben, carl in ops are typing)> "_s);
    prompt.stoppedTyping(u"dev"_s, u"ben"_s);
    QCOMPARE(prompt.text(), u"ann dev (carl in ops is typing)> "_s);
    for (const QString &user : {u"a"_s, u"b"_s, u"c"_s})
        prompt.isTyping(u"dev"_s, user);
    QCOMPARE(prompt.text(), u"ann dev (several people are typing)> "_s);
    prompt.reconnecting(0ms);
    QCOMPARE(prompt.text(), u"ann dev (reconnecting)> "_s);
}

void PromptTest::typingRunsOut()
{
    Prompt prompt;
    prompt.online(u"ann"_s);
    prompt.isTyping(u"dev"_s, u"ben"_s);
    QCOMPARE(prompt.text(), u"ann (ben in dev is typing)> "_s);
    QTRY_COMPARE_WITH_TIMEOUT(prompt.text(), u"ann> "_s, 60'000);
}

void PromptTest::saysNothingTwice()
{
    Prompt prompt;
    const QSignalSpy changes(&prompt, &Prompt::changed);
    prompt.online(u"ann"_s);
    prompt.online(u"ann"_s);
    prompt.setUnread({});
    prompt.setCurrent({});
    QCOMPARE(changes.size(), 1);
    QCOMPARE(changes.first().first().toString(), u"ann> "_s);
}

QTEST_GUILESS_MAIN(PromptTest)
#include "tst_prompt.moc"
