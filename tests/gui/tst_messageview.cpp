// SPDX-License-Identifier: MIT
#include "client-gui/view/messageview.h"
#include "tests/gui/examplemessages.h"

#include <QAccessible>
#include <QApplication>
#include <QClipboard>
#include <QScrollBar>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

const QString group = u"lobby"_qs;

// A view of its own, with a list.
struct Fixture
{
    QTemporaryDir folder;
    Settings settings{folder.filePath(u"s.ini"_qs)};
    Appearance appearance{settings};
    MessageList list{u"ann"_qs};
    MessageView view{appearance};

    Fixture()
    {
        view.resize(600, 500);
        view.setMessages(&list);
        view.show();
        (void)QTest::qWaitForWindowExposed(&view);
    }

    int yOf(qint64 id) const { return view.visualRect(list.index(list.rowOf(id))).top(); }
    qint64 idInTheMiddle() const { return list.rowId(view.indexAt({300, 250}).row()); }
};

} // namespace

// Places, scrolling and selection of the view of messages.
class MessageViewTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theNewestMessageIsAtTheBottom()
    {
        Fixture fixture;
        fixture.list.reset(exampleMessages(group, 500));
        const QRect last = fixture.view.visualRect(fixture.list.index(499));
        QVERIFY(last.bottom() > 400 && last.bottom() <= 500);
        fixture.list.append(exampleMessages(group, 3, 501));
        QVERIFY(fixture.view.isAtBottom());
        QCOMPARE(fixture.yOf(503) + fixture.view.visualRect(fixture.list.index(502)).height() <= 500, true);
    }

    void fewMessagesStandAtTheBottom()
    {
        Fixture fixture;
        fixture.list.reset(exampleMessages(group, 2));
        QVERIFY(fixture.yOf(2) > 250);
    }

    void thePlaceIsKeptWhenOlderOnesComeInAbove()
    {
        Fixture fixture;
        fixture.list.reset(exampleMessages(group, 100, 1001));
        fixture.view.verticalScrollBar()->setValue(30);
        const qint64 id = fixture.idInTheMiddle();
        const int y = fixture.yOf(id);
        fixture.list.prepend(exampleMessages(group, 200, 801));
        QCOMPARE(fixture.yOf(id), y);
        fixture.list.append(exampleMessages(group, 20, 1101));
        QCOMPARE(fixture.yOf(id), y);
        QVERIFY(!fixture.view.isAtBottom());
    }

    void thePlaceIsKeptWhenTheWidthChanges()
    {
        Fixture fixture;
        fixture.list.reset(exampleMessages(group, 400));
        fixture.view.goToMessage(200);
        const int y = fixture.yOf(200);
        fixture.view.resize(380, 500);
        QVERIFY(std::abs(fixture.yOf(200) - y) < 120);
        QVERIFY(fixture.view.viewport()->rect().intersects(fixture.view.visualRect(fixture.list.index(199))));
    }

    void scrollingUpReachesEveryMessageAndAsksForMore()
    {
        Fixture fixture;
        fixture.list.reset(exampleMessages(group, 300));
        fixture.list.setTop(MessageList::Top::More);
        const QSignalSpy asked(&fixture.view, &MessageView::wantsOlder);
        int before = fixture.list.rowCount();
        for (int i = 0; i < 2000 && fixture.view.verticalScrollBar()->value() > 0; ++i) {
            fixture.view.verticalScrollBar()->setValue(fixture.view.verticalScrollBar()->value() - 150);
            const int row = fixture.view.indexAt({300, 5}).row();
            if (row < 0)
                continue;
            QVERIFY2(row <= before, "it went down while it was scrolled up");
            before = row;
        }
        QVERIFY(fixture.yOf(1) >= 0);
        QVERIFY(!asked.isEmpty());
    }

    void textIsSelectedAcrossMessages()
    {
        Fixture fixture;
        QList<chat::Message> messages = exampleMessages(group, 2);
        messages[0].text = u"first message"_qs;
        messages[1].text = u"second"_qs;
        messages[0].authorId = messages[1].authorId = u"bob"_qs;
        fixture.list.reset(messages);
        QWidget *viewport = fixture.view.viewport();
        const QRect first = fixture.view.visualRect(fixture.list.index(0));
        const QRect second = fixture.view.visualRect(fixture.list.index(1));
        QTest::mousePress(viewport, Qt::LeftButton, {}, QPoint(66, first.bottom() - 12));
        QTest::mouseMove(viewport, QPoint(560, second.bottom() - 12));
        QTest::mouseRelease(viewport, Qt::LeftButton, {}, QPoint(560, second.bottom() - 12));
        const QString selected = fixture.view.selectedText();
        QVERIFY2(selected.contains(u"bob: first message"), qPrintable(selected));
        QVERIFY2(selected.endsWith(u"bob: second"), qPrintable(selected));
        QTest::keyClick(&fixture.view, Qt::Key_C, Qt::ControlModifier);
        QCOMPARE(QApplication::clipboard()->text(), selected);
        QTest::mouseDClick(viewport, Qt::LeftButton, {}, QPoint(80, first.bottom() - 12));
        QCOMPARE(fixture.view.selectedText(), u"first"_qs);
    }

    void linksAndRetryAreClicked()
    {
        Fixture fixture;
        QList<chat::Message> messages = exampleMessages(group, 1);
        messages[0].text = u"https://example.org/a"_qs;
        messages[0].authorId = u"bob"_qs;
        fixture.list.reset(messages);
        QSignalSpy links(&fixture.view, &MessageView::linkActivated);
        const QRect row = fixture.view.visualRect(fixture.list.index(0));
        QTest::mouseClick(fixture.view.viewport(), Qt::LeftButton, {}, QPoint(90, row.bottom() - 14));
        QCOMPARE(links.value(0).value(0).toUrl(), QUrl(u"https://example.org/a"_qs));
        chat::OutboxItem item;
        item.clientMessageId = u"id"_qs;
        item.groupId = group;
        item.text = u"mine"_qs;
        item.state = chat::OutboxItem::State::Failed;
        item.error = Error{Error::Code::LimitReached, u"No."_qs};
        fixture.list.put(item);
        QSignalSpy discards(&fixture.view, &MessageView::discardWanted);
        const QRect failed = fixture.view.visualRect(fixture.list.index(1));
        QTest::mouseClick(fixture.view.viewport(), Qt::LeftButton, {},
                          QPoint(fixture.view.viewport()->width() - 40, failed.bottom() - 12));
        QCOMPARE(discards.value(0).value(0).toString(), u"id"_qs);
    }

    void aScreenReaderIsToldWhatIsThere()
    {
        Fixture fixture;
        QList<chat::Message> messages = exampleMessages(group, 3);
        messages[1].authorId = u"bob"_qs;
        messages[1].text = u"the middle one"_qs;
        fixture.list.reset(messages);
        QAccessibleInterface *view = QAccessible::queryAccessibleInterface(&fixture.view);
        QVERIFY(view && view->tableInterface());
        QCOMPARE(view->tableInterface()->rowCount(), 3);
        QAccessibleInterface *cell = view->tableInterface()->cellAt(1, 0);
        QVERIFY(cell);
        const QString name = cell->text(QAccessible::Name);
        QVERIFY2(name.startsWith(u"bob") && name.endsWith(u"the middle one"), qPrintable(name));
        QVERIFY(!cell->rect().isEmpty());
    }

    void lettersGoToTheComposer()
    {
        Fixture fixture;
        fixture.list.reset(exampleMessages(group, 3));
        QSignalSpy typed(&fixture.view, &MessageView::typed);
        QTest::keyClick(&fixture.view, Qt::Key_H);
        QCOMPARE(typed.value(0).value(0).toString(), u"h"_qs);
    }
};

QTEST_MAIN(MessageViewTest)

#include "tst_messageview.moc"
