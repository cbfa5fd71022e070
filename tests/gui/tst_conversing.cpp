// SPDX-License-Identifier: MIT
#include "client-gui/view/quickswitcher.h"
#include "tests/gui/desktopfixture.h"
#include "tests/support/waitfor.h"

#include <QScrollBar>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

// Typing, clicking and shortcuts in the window of one user, while another one writes.
class ConversingTest : public OneDesktop
{
    Q_OBJECT

private Q_SLOTS:
    void init() { begin({u"--set"_qs, u"limits.callsPerSecond=0"_qs}); }
    void cleanup() { end(); }

    void whatIsTypedIsSentAndShownOnce()
    {
        m_ann->type(u"Hello, world"_qs);
        QTRY_COMPARE(m_ann->texts(), QStringList({u"Hello, world"_qs}));
        QTRY_COMPARE(m_ann->messages()->row(0).delivery, MessageRow::Delivery::Sent);
        QTRY_VERIFY(m_ann->messages()->row(0).clientMessageId.isEmpty()); // it came back from the server
        QVERIFY(m_ann->page().composer().text().isEmpty());
        QCOMPARE(m_ann->texts().size(), 1);
    }

    void shiftEnterBeginsALine()
    {
        QPlainTextEdit *edit = m_ann->page().composer().edit();
        const int before = edit->height();
        QTest::keyClicks(edit, u"one"_qs);
        QTest::keyClick(edit, Qt::Key_Return, Qt::ShiftModifier);
        QTest::keyClicks(edit, u"two"_qs);
        QVERIFY(edit->height() > before);
        QTest::keyClick(edit, Qt::Key_Return);
        QTRY_COMPARE(m_ann->texts(), QStringList({u"one\ntwo"_qs}));
    }

    void anotherUsersMessageIsCountedUntilItIsSeen()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, u"other"_qs);
        QVERIFY(bob);
        QVERIFY(m_ann->enter(u"other"_qs));
        m_ann->window().open(group);
        QVERIFY(say(*bob, u"other"_qs, u"Are you there, @ann?"_qs));
        Conversation *other = m_ann->session().conversation(u"other"_qs);
        QTRY_COMPARE(other->unread(), 1);
        QVERIFY(other->isMentioned());
        QTRY_VERIFY(m_ann->window().windowTitle().startsWith(u"(1)"));
        QTest::keyClick(&m_ann->window(), Qt::Key_Down, Qt::AltModifier | Qt::ShiftModifier);
        QTRY_COMPARE(m_ann->window().current(), u"other"_qs);
        QTRY_COMPARE(other->unread(), 0);
        QCOMPARE(other->messages().firstUnread(), other->messages().lastSeq()); // the line stays
    }

    void presenceAndTypingAreShown()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, group);
        QVERIFY(bob);
        Conversation *conversation = m_ann->page().conversation();
        QTRY_VERIFY(conversation->members().isPresent(u"bob"_qs));
        QVERIFY(conversation->members().isPresent(u"ann"_qs));
        const auto told = test::waitFor(bob->typing(group));
        QVERIFY(told && *told);
        QTRY_COMPARE(conversation->typing(), QStringList({u"bob"_qs}));
        QVERIFY(say(*bob, group, u"done"_qs));
        QTRY_VERIFY(conversation->typing().isEmpty());
        const auto left = test::waitFor(bob->leaveGroup(group));
        QVERIFY(left && *left);
        QTRY_VERIFY(!conversation->members().isPresent(u"bob"_qs));
    }

    void namesAreCompleted()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, group);
        QVERIFY(bob);
        QTRY_VERIFY(m_ann->page().conversation()->members().isPresent(u"bob"_qs));
        Composer &composer = m_ann->page().composer();
        composer.focusText();
        QTRY_VERIFY(composer.edit()->hasFocus());
        QTest::keyClicks(composer.edit(), u"hi @b"_qs);
        QTRY_VERIFY(composer.isCompleting());
        QTest::keyClick(composer.edit(), Qt::Key_Tab);
        QCOMPARE(composer.text(), u"hi @bob "_qs);
    }

    void whatWasSentIsRecalled()
    {
        QPlainTextEdit *edit = m_ann->page().composer().edit();
        m_ann->type(u"first"_qs);
        m_ann->type(u"second"_qs);
        QTest::keyClick(edit, Qt::Key_Up);
        QCOMPARE(edit->toPlainText(), u"second"_qs);
        QTest::keyClick(edit, Qt::Key_Up);
        QCOMPARE(edit->toPlainText(), u"first"_qs);
        QTest::keyClick(edit, Qt::Key_Down);
        QTest::keyClick(edit, Qt::Key_Down);
        QVERIFY(edit->toPlainText().isEmpty());
    }

    void theQuickSwitcherLeadsToAConversation()
    {
        QVERIFY(m_ann->enter(u"weather"_qs));
        m_ann->window().open(group);
        QTest::keyClick(&m_ann->window(), Qt::Key_K, Qt::ControlModifier);
        QTRY_VERIFY(m_ann->window().findChild<QuickSwitcher *>());
        auto *field = m_ann->window().findChild<QuickSwitcher *>()->findChild<QLineEdit *>();
        QTest::keyClicks(field, u"wea"_qs);
        QTest::keyClick(field, Qt::Key_Return);
        QTRY_COMPARE(m_ann->window().current(), u"weather"_qs);
    }

    void searchFindsOldMessagesAndShowsThem()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, group);
        QVERIFY(bob);
        QVERIFY(say(*bob, group, u"the needle"_qs));
        for (int i = 0; i < 70; ++i)
            QVERIFY(say(*bob, group, u"hay %1"_qs.arg(i)));
        // As after a restart: the beginning is not loaded.
        m_ann.reset();
        m_folder = std::make_unique<QTemporaryDir>();
        m_ann = std::make_unique<DesktopFixture>(m_folder->path());
        m_ann->start(m_server->url(), u"carl"_qs);
        QVERIFY(m_ann->enter(group));
        QTest::keyClick(&m_ann->window(), Qt::Key_F, Qt::ControlModifier);
        auto *panel = m_ann->window().findChild<SearchPanel *>();
        QTest::keyClicks(panel->findChild<QLineEdit *>(), u"NEEDLE"_qs);
        QTRY_COMPARE(panel->results().rowCount(), 1);
        auto *list = panel->findChild<QListView *>();
        QTest::mouseClick(list->viewport(), Qt::LeftButton, {},
                          list->visualRect(list->model()->index(0, 0)).center());
        QTRY_COMPARE(m_ann->texts().value(0), u"the needle"_qs);
        QTRY_VERIFY(m_ann->page().view().currentIndex().isValid());
        QCOMPARE(m_ann->page().view().currentIndex().data(MessageList::Text).toString(), u"the needle"_qs);
    }

    void scrollingUpLoadsTheRest()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, u"long"_qs);
        QVERIFY(bob);
        for (int i = 0; i < 160; ++i)
            QVERIFY(say(*bob, u"long"_qs, QString::number(i)));
        QVERIFY(m_ann->enter(u"long"_qs));
        QVERIFY(m_ann->texts().size() < 160); // no more than joining gives
        MessageView &view = m_ann->page().view();
        QTRY_VERIFY(([&] {
            view.verticalScrollBar()->setValue(0);
            return m_ann->messages()->top() == MessageList::Top::Beginning;
        }()));
        QCOMPARE(m_ann->texts().size(), 160);
        QCOMPARE(m_ann->texts().first(), u"0"_qs);
        QVERIFY(!view.isAtBottom());
        QVERIFY(say(*bob, u"long"_qs, u"news"_qs));
        QTRY_COMPARE(m_ann->texts().size(), 161);
        QCOMPARE(m_ann->page().conversation()->unread(), 1); // below what is looked at
        QTest::keyClick(&view, Qt::Key_End);
        QTRY_COMPARE(m_ann->page().conversation()->unread(), 0);
    }

    void aGroupIsLeft()
    {
        const auto left = test::waitFor(m_ann->session().leave(group));
        QVERIFY(left && *left);
        QVERIFY(!m_ann->session().conversation(group));
        QVERIFY(m_ann->window().current().isEmpty());
        m_ann->restart();
        QTRY_COMPARE(m_ann->session().link(), Session::Link::Online);
        QCOMPARE(m_ann->session().conversations().rowCount(), 0);
    }
};

QTEST_MAIN(ConversingTest)

#include "tst_conversing.moc"
