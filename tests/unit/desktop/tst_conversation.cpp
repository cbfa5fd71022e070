// SPDX-License-Identifier: MIT
#include "client-gui/model/conversation.h"
#include "tests/unit/desktop/messages.h"

#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

GroupRecord record(qint64 readSeq = -1)
{
    GroupRecord made;
    made.groupId = u"lobby"_qs;
    made.readSeq = readSeq;
    return made;
}

} // namespace

class ConversationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatWasThereBeforeJoiningIsNoNews()
    {
        Conversation conversation(record(), u"ann"_qs);
        conversation.joined(messages(1, 20), true);
        QCOMPARE(conversation.unread(), 0);
        conversation.received(message(21, u"bob"_qs));
        conversation.received(message(22, u"ann"_qs)); // an own one is not counted
        conversation.flush();
        QCOMPARE(conversation.unread(), 1);
        conversation.markUnreadLine();
        QCOMPARE(conversation.messages().firstUnread(), 21);
        conversation.markRead();
        QCOMPARE(conversation.unread(), 0);
        QCOMPARE(conversation.record().readSeq, 22);
        QCOMPARE(conversation.messages().firstUnread(), 21); // until it is cleared
    }

    void moreMayBeUnreadThanIsLoaded()
    {
        Conversation conversation(record(5), u"ann"_qs);
        conversation.joined(messages(100, 149), true);
        QCOMPARE(conversation.unread(), 50);
        QVERIFY(conversation.mayBeMoreUnread());
        conversation.older(messages(6, 99));
        QCOMPARE(conversation.unread(), 144);
        QVERIFY(!conversation.mayBeMoreUnread());
    }

    void aMentionCountsWhileItIsUnread()
    {
        Conversation conversation(record(0), u"ann"_qs);
        conversation.received(message(1, u"bob"_qs, u"hi @ann"_qs));
        conversation.flush();
        QVERIFY(conversation.isMentioned());
        conversation.markRead();
        QVERIFY(!conversation.isMentioned());
    }

    void whatArrivesTogetherChangesTheListOnce()
    {
        Conversation conversation(record(0), u"ann"_qs);
        QSignalSpy inserted(&conversation.messages(), &MessageList::rowsInserted);
        QSignalSpy arrived(&conversation, &Conversation::arrived);
        for (const chat::Message &each : messages(1, 100))
            conversation.received(each);
        QTRY_COMPARE(conversation.messages().rowCount(), 100);
        QCOMPARE(inserted.size(), 1);
        QCOMPARE(arrived.size(), 1);
    }

    void theCacheIsBegunAnewAfterAHole()
    {
        Conversation conversation(record(0), u"ann"_qs);
        QSignalSpy loaded(&conversation, &Conversation::loaded);
        conversation.joined(messages(1, 3), true);
        QCOMPARE(loaded.takeFirst().at(1).toBool(), true);
        conversation.received(message(4, u"bob"_qs));
        conversation.flush();
        QCOMPARE(loaded.takeFirst().at(1).toBool(), false);
        conversation.mayHaveMissed();
        conversation.received(message(9, u"bob"_qs));
        conversation.flush();
        QCOMPARE(loaded.takeFirst().at(1).toBool(), true);
        QVERIFY(conversation.messages().row(4).afterGap);
        conversation.older(messages(-3, 0)); // before the hole: not for the cache
        QVERIFY(loaded.isEmpty());
    }

    void typingEndsWithAMessage()
    {
        Conversation conversation(record(0), u"ann"_qs);
        conversation.isTyping(u"bob"_qs);
        conversation.isTyping(u"carl"_qs);
        conversation.isTyping(u"bob"_qs);
        QCOMPARE(conversation.typing(), QStringList({u"carl"_qs, u"bob"_qs}));
        conversation.received(message(1, u"carl"_qs));
        conversation.flush();
        QCOMPARE(conversation.typing(), QStringList({u"bob"_qs}));
    }

    void draftsAndMarksAreTold()
    {
        Conversation conversation(record(0), u"ann"_qs);
        QSignalSpy told(&conversation, &Conversation::recordChanged);
        conversation.setDraft(u"hal"_qs);
        conversation.setDraft(u"hal"_qs);
        conversation.setMuted(true);
        conversation.setPinned(true, 2);
        QCOMPARE(told.size(), 3);
        QCOMPARE(conversation.record(), (GroupRecord{u"lobby"_qs, 0, u"hal"_qs, true, true, 2}));
    }
};

QTEST_GUILESS_MAIN(ConversationTest)

#include "tst_conversation.moc"
