// SPDX-License-Identifier: MIT
#include "client-cli/conversations.h"

#include <QTest>

using namespace nextchat::console;
using nextchat::chat::Message;
using namespace Qt::StringLiterals;

namespace {

Message message(const QString &groupId, qint64 seq, const QString &text = u"x"_s,
                const QString &author = u"ben"_s)
{
    return {.groupId = groupId,
            .authorId = author,
            .text = text,
            .sendTime = {},
            .seq = seq,
            .epoch = u"e"_s,
            .clientMessageId = {}};
}

} // namespace

class ConversationsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void showsAllWhileTalkingNowhere();
    void countsWhatComesElsewhere();
    void ownMessagesAreNotUnread();
    void keepsTheNewestUnread();
    void looksBackFromWhatWasShown();
    void forgets();
};

void ConversationsTest::showsAllWhileTalkingNowhere()
{
    Conversations conversations;
    QVERIFY(conversations.showsNow(message(u"a"_s, 1), u"ann"_s));
    conversations.talkIn(u"a"_s);
    QVERIFY(!conversations.showsNow(message(u"b"_s, 1), u"ann"_s));
    conversations.talkIn({});
    QVERIFY(conversations.showsNow(message(u"b"_s, 2), u"ann"_s));
}

void ConversationsTest::countsWhatComesElsewhere()
{
    Conversations conversations;
    conversations.talkIn(u"a"_s);
    QVERIFY(conversations.showsNow(message(u"a"_s, 1), u"ann"_s));
    QVERIFY(!conversations.showsNow(message(u"c"_s, 1), u"ann"_s));
    QVERIFY(!conversations.showsNow(message(u"b"_s, 1, u"hello @ann!"_s), u"ann"_s));
    QVERIFY(!conversations.showsNow(message(u"b"_s, 2, u"hello @anna"_s), u"ann"_s));
    QCOMPARE(conversations.unread(), (QList<UnreadMark>{{u"b"_s, 2, true}, {u"c"_s, 1, false}}));
    const auto unread = conversations.takeUnread(u"b"_s);
    QCOMPARE(unread.count, 2);
    QVERIFY(!unread.hasMore);
    QCOMPARE(unread.newest.size(), 2);
    QCOMPARE(unread.newest.first().seq, 1);
    QCOMPARE(conversations.unread(), (QList<UnreadMark>{{u"c"_s, 1, false}}));
}

void ConversationsTest::ownMessagesAreNotUnread()
{
    Conversations conversations;
    conversations.talkIn(u"a"_s);
    QVERIFY(!conversations.showsNow(message(u"b"_s, 1, u"from elsewhere"_s, u"ann"_s), u"ann"_s));
    QVERIFY(conversations.unread().isEmpty());
    QCOMPARE(conversations.waitingGroups(), QStringList{u"b"_s});
    QCOMPARE(conversations.takeUnread(u"b"_s).newest.size(), 1); // but they are part of the talk
    QVERIFY(conversations.waitingGroups().isEmpty());
}

void ConversationsTest::keepsTheNewestUnread()
{
    Conversations conversations;
    conversations.joined(u"b"_s, {message(u"b"_s, 5)});
    conversations.talkIn(u"a"_s);
    for (qint64 seq = 11; seq <= 11 + Conversations::keptUnread; ++seq)
        QVERIFY(!conversations.showsNow(message(u"b"_s, seq), u"ann"_s));
    const auto unread = conversations.takeUnread(u"b"_s);
    QCOMPARE(unread.count, Conversations::keptUnread + 1);
    QCOMPARE(unread.newest.size(), Conversations::keptUnread);
    QVERIFY(unread.hasMore);
    QCOMPARE(conversations.oldestShown(u"b"_s), 12); // the one before is found by looking back
}

void ConversationsTest::looksBackFromWhatWasShown()
{
    Conversations conversations;
    QCOMPARE(conversations.oldestShown(u"a"_s), std::nullopt);
    conversations.joined(u"a"_s, {});
    QCOMPARE(conversations.oldestShown(u"a"_s), std::nullopt);
    conversations.joined(u"a"_s, {message(u"a"_s, 50), message(u"a"_s, 51)});
    QCOMPARE(conversations.oldestShown(u"a"_s), 50);
    conversations.lookedBack(u"a"_s, {message(u"a"_s, 30), message(u"a"_s, 49)});
    QCOMPARE(conversations.oldestShown(u"a"_s), 30);
    conversations.joined(u"a"_s, {message(u"a"_s, 52)}); // again
    conversations.lookedBack(u"a"_s, {}); // nothing is older
    QCOMPARE(conversations.oldestShown(u"a"_s), 30);
    QCOMPARE(conversations.oldestShown(u"b"_s), std::nullopt);
}

void ConversationsTest::forgets()
{
    Conversations conversations;
    conversations.talkIn(u"a"_s);
    conversations.joined(u"a"_s, {message(u"a"_s, 50)});
    QVERIFY(!conversations.showsNow(message(u"b"_s, 1), u"ann"_s));
    conversations.forget(u"b"_s);
    QVERIFY(conversations.unread().isEmpty());
    QCOMPARE(conversations.current(), u"a"_s);
    conversations.forget(u"a"_s);
    QCOMPARE(conversations.current(), QString());
    QCOMPARE(conversations.oldestShown(u"a"_s), std::nullopt);
}

QTEST_GUILESS_MAIN(ConversationsTest)
#include "tst_conversations.moc"
