// SPDX-License-Identifier: MIT
#include "client-gui/model/conversationlist.h"
#include "tests/unit/desktop/messages.h"

#include <QAbstractItemModelTester>
#include <QMimeData>
#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

class ConversationListTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ConversationList> m_list;
    std::unique_ptr<QAbstractItemModelTester> m_tester;

    QString names() const
    {
        QStringList shown;
        for (const Conversation *conversation : m_list->all())
            shown.append(conversation->id());
        return shown.join(u' ');
    }

    void hear(const QString &groupId, qint64 seq)
    {
        Conversation *conversation = m_list->find(groupId);
        conversation->received(message(seq, u"bob"_qs));
        conversation->flush();
    }

    bool drop(const QString &groupId, int row)
    {
        const std::unique_ptr<QMimeData> data(m_list->mimeData({m_list->index(m_list->rowOf(groupId))}));
        return m_list->dropMimeData(data.get(), Qt::MoveAction, row, 0, {});
    }

private Q_SLOTS:
    void init()
    {
        m_list = std::make_unique<ConversationList>(u"ann"_qs);
        m_tester = std::make_unique<QAbstractItemModelTester>(
            m_list.get(), QAbstractItemModelTester::FailureReportingMode::QtTest);
        for (const char *name : {"c", "a", "b"}) {
            GroupRecord record;
            record.groupId = QString::fromLatin1(name);
            record.readSeq = 0;
            m_list->add(record);
        }
    }

    void theNewestComesFirst()
    {
        QCOMPARE(names(), u"a b c"_qs);
        hear(u"c"_qs, 5);
        hear(u"b"_qs, 9);
        QCOMPARE(names(), u"b c a"_qs);
        m_list->setOrder(ConversationList::Order::Name);
        QCOMPARE(names(), u"a b c"_qs);
    }

    void pinnedOnesStayOnTopInTheirOrder()
    {
        m_list->pin(u"c"_qs, 0);
        m_list->pin(u"b"_qs, 0);
        hear(u"a"_qs, 9);
        QCOMPARE(names(), u"b c a"_qs);
        m_list->unpin(u"b"_qs);
        QCOMPARE(names(), u"c a b"_qs);
    }

    void draggingToTheTopPins()
    {
        QVERIFY(!drop(u"c"_qs, 0));
        QVERIFY(m_list->find(u"c"_qs)->record().pinned);
        drop(u"b"_qs, 1);
        QCOMPARE(names(), u"c b a"_qs);
        drop(u"c"_qs, 2); // below the other pinned one
        QCOMPARE(names(), u"b c a"_qs);
        drop(u"b"_qs, 3); // below all of them
        QVERIFY(!m_list->find(u"b"_qs)->record().pinned);
    }

    void unreadOnesAreCountedUnlessMuted()
    {
        QSignalSpy told(m_list.get(), &ConversationList::unreadChanged);
        hear(u"a"_qs, 1);
        hear(u"b"_qs, 1);
        QCOMPARE(m_list->unread(), 2);
        QCOMPARE(told.size(), 2);
        m_list->find(u"b"_qs)->setMuted(true);
        QCOMPARE(m_list->unread(), 1);
        QCOMPARE(m_list->nextUnread(u"a"_qs), u"b"_qs);
        m_list->find(u"b"_qs)->markRead();
        QCOMPARE(m_list->nextUnread(u"a"_qs), QString());
    }

    void aFewLettersFindAConversation_data()
    {
        QTest::addColumn<QString>("typed");
        QTest::addColumn<int>("quality");
        QTest::newRow("whole") << u"design-team"_qs << 5;
        QTest::newRow("beginning") << u"DES"_qs << 4;
        QTest::newRow("a word's beginning") << u"team"_qs << 3;
        QTest::newRow("inside") << u"sign"_qs << 2;
        QTest::newRow("letters in order") << u"dtm"_qs << 1;
        QTest::newRow("not at all") << u"mtd"_qs << 0;
    }

    void aFewLettersFindAConversation()
    {
        QFETCH(QString, typed);
        QTEST(matchQuality(u"design-team"_qs, typed), "quality");
    }

    void removedOnesAreGone()
    {
        m_list->remove(u"b"_qs);
        QCOMPARE(names(), u"a c"_qs);
        QVERIFY(!m_list->find(u"b"_qs));
        QCOMPARE(m_list->matching({}), QStringList({u"a"_qs, u"c"_qs}));
    }
};

QTEST_GUILESS_MAIN(ConversationListTest)

#include "tst_conversationlist.moc"
