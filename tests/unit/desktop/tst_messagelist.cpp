// SPDX-License-Identifier: MIT
#include "client-gui/model/messagelist.h"
#include "tests/unit/desktop/messages.h"

#include <QAbstractItemModelTester>
#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;
using State = chat::OutboxItem::State;
using Delivery = MessageRow::Delivery;

class MessageListTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<MessageList> m_list;
    std::unique_ptr<QAbstractItemModelTester> m_tester;

    QStringList texts() const
    {
        QStringList shown;
        for (int row = 0; row < m_list->rowCount(); ++row)
            shown.append(m_list->row(row).text);
        return shown;
    }

private Q_SLOTS:
    void init()
    {
        m_list = std::make_unique<MessageList>(u"ann"_qs);
        m_tester = std::make_unique<QAbstractItemModelTester>(
            m_list.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
    }

    void messagesOfOneAuthorAreOneRun()
    {
        m_list->append(
            {message(1, u"bob"_qs), message(2, u"bob"_qs), message(3, u"carl"_qs), message(600, u"carl"_qs)});
        QVERIFY(m_list->row(0).beginsDay && m_list->row(0).beginsRun && !m_list->row(0).endsRun);
        QVERIFY(!m_list->row(1).beginsRun && m_list->row(1).endsRun && !m_list->row(1).beginsDay);
        QVERIFY(m_list->row(2).beginsRun);
        QVERIFY(m_list->row(3).beginsRun); // ten minutes later
    }

    void anotherDayBeginsWithALine()
    {
        m_list->append({message(1, u"bob"_qs), message(1 + 24 * 3600, u"bob"_qs)});
        QVERIFY(m_list->row(1).beginsDay);
    }

    void whatIsThereIsNotAddedAgain()
    {
        m_list->append(messages(1, 5));
        m_list->append(messages(3, 7));
        QCOMPARE(m_list->rowCount(), 7);
        m_list->prepend(messages(1, 2));
        QCOMPARE(m_list->rowCount(), 7);
        QCOMPARE(m_list->rowOf(4), 3);
        QCOMPARE(m_list->rowOf(8), -1);
    }

    void olderOnesComeBefore()
    {
        m_list->append(messages(5, 6));
        m_list->prepend(messages(3, 4));
        QCOMPARE(texts(), QStringList({u"3"_qs, u"4"_qs, u"5"_qs, u"6"_qs}));
    }

    void joiningGoesOnWhereItFollows()
    {
        m_list->reset(messages(1, 10));
        QVERIFY(m_list->join(messages(8, 12), true)); // overlaps
        QCOMPARE(m_list->rowCount(), 12);
        QVERIFY(m_list->join(messages(13, 14), true)); // right behind
        QCOMPARE(m_list->rowCount(), 14);
        QVERIFY(!m_list->join(messages(20, 22), true)); // a hole
        QCOMPARE(texts(), QStringList({u"20"_qs, u"21"_qs, u"22"_qs}));
        QVERIFY(!m_list->join({message(21, u"bob"_qs, u"other"_qs, u"f"_qs)}, true)); // another epoch
        QCOMPARE(texts(), QStringList({u"other"_qs}));
        QVERIFY(m_list->join({}, false)); // nothing new
        QCOMPARE(m_list->rowCount(), 1);
        QVERIFY(!m_list->join({}, true)); // the server has none any more
        QCOMPARE(m_list->rowCount(), 0);
    }

    void aGapIsMarkedOnce()
    {
        m_list->append(messages(1, 2));
        m_list->markGap();
        m_list->append(messages(7, 8));
        QVERIFY(!m_list->row(1).afterGap && m_list->row(2).afterGap && !m_list->row(3).afterGap);
        QVERIFY(m_list->row(2).beginsRun);
    }

    void anOwnMessageBecomesTheOneThatComesBack()
    {
        m_list->append(messages(1, 1));
        m_list->put(outboxItem(u"a"_qs, State::Sending));
        QCOMPARE(m_list->row(1).delivery, Delivery::Sending);
        m_list->put(outboxItem(u"a"_qs, State::Sent));
        QCOMPARE(m_list->row(1).delivery, Delivery::Sent);
        const QSignalSpy inserted(m_list.get(), &MessageList::rowsInserted);
        const QSignalSpy removed(m_list.get(), &MessageList::rowsRemoved);
        chat::Message back = message(2, u"ann"_qs, u"mine"_qs);
        back.clientMessageId = u"a"_qs;
        m_list->append({back});
        QCOMPARE(texts(), QStringList({u"1"_qs, u"mine"_qs}));
        QVERIFY(inserted.isEmpty() && removed.isEmpty()); // no flicker
        QVERIFY(!m_list->isWaiting(u"a"_qs));
    }

    void whatComesBackBeforeTheAnswerIsShownOnce()
    {
        m_list->put(outboxItem(u"a"_qs, State::Sending));
        chat::Message back = message(2, u"ann"_qs, u"mine"_qs);
        back.clientMessageId = u"a"_qs;
        m_list->append({back});
        auto sent = outboxItem(u"a"_qs, State::Sent);
        sent.receipt = chat::MessageReceipt{u"lobby"_qs, 2, u"e"_qs, {}};
        m_list->put(sent);
        QCOMPARE(m_list->rowCount(), 1);
    }

    void itComesBackAlsoUnderAnotherName()
    {
        m_list->put(outboxItem(u"a"_qs, State::Sending));
        chat::Message back = message(2, u"the token's subject"_qs, u"mine"_qs);
        back.clientMessageId = u"a"_qs;
        m_list->append({back});
        QCOMPARE(m_list->rowCount(), 1);
    }

    void oneThatFailedStaysBehindTheOthers()
    {
        m_list->put(outboxItem(u"a"_qs, State::Failed, u"failed"_qs));
        m_list->put(outboxItem(u"b"_qs, State::Sending, u"later"_qs));
        QVERIFY(m_list->row(0).needsDecision());
        chat::Message back = message(1, u"ann"_qs, u"later"_qs);
        back.clientMessageId = u"b"_qs;
        m_list->append({message(1, u"bob"_qs, u"his"_qs)});
        back.seq = 2;
        m_list->append({back});
        QCOMPARE(texts(), QStringList({u"his"_qs, u"later"_qs, u"failed"_qs}));
        m_list->drop(u"a"_qs);
        QCOMPARE(texts(), QStringList({u"his"_qs, u"later"_qs}));
    }

    void aSentOneIsDroppedWhereTheNewestPageHoldsIt()
    {
        auto sent = outboxItem(u"a"_qs, State::Sending);
        m_list->put(sent);
        sent.state = State::Sent;
        sent.receipt = chat::MessageReceipt{u"lobby"_qs, 12, u"e"_qs, {}};
        m_list->put(sent);
        m_list->join(messages(10, 12), true);
        QCOMPARE(m_list->rowCount(), 3);
    }

    void theOldestAreDroppedAndComeAgain()
    {
        m_list->append(messages(1, 10));
        m_list->setTop(MessageList::Top::Beginning);
        m_list->dropOldest(4);
        QCOMPARE(m_list->firstSeq(), 5);
        QVERIFY(m_list->row(0).beginsDay);
        QCOMPARE(m_list->top(), MessageList::Top::More);
        m_list->prepend(messages(1, 4));
        QCOMPARE(m_list->rowCount(), 10);
    }

    void theUnreadLineIsAboveOne()
    {
        m_list->append(messages(1, 3));
        m_list->setFirstUnread(2);
        QVERIFY(m_list->row(1).firstUnread && m_list->row(1).beginsRun && !m_list->row(2).firstUnread);
        m_list->setFirstUnread(0);
        QVERIFY(!m_list->row(1).firstUnread);
    }
};

QTEST_GUILESS_MAIN(MessageListTest)

#include "tst_messagelist.moc"
