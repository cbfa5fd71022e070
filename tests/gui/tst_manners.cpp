// SPDX-License-Identifier: MIT
#include "client-gui/view/browsedialog.h"
#include "client-gui/view/language.h"
#include "client-gui/view/quickswitcher.h"
#include "client-gui/view/settingsdialog.h"
#include "tests/gui/desktopfixture.h"

#include <QAccessible>
#include <QApplication>
#include <QDropEvent>
#include <QListView>
#include <QMessageBox>
#include <QMimeData>
#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

QAction *actionOf(const QMenu *menu, const QString &text)
{
    for (QAction *action : menu ? menu->actions() : QList<QAction *>()) {
        if (action->text() == text)
            return action;
    }
    return nullptr;
}

// Of what Tab leads to, without what a screen reader could call by a name.
QStringList namelessParts(const QWidget &window)
{
    QStringList nameless;
    for (QWidget *part : window.findChildren<QWidget *>()) {
        if (!(part->focusPolicy() & Qt::TabFocus) || part->focusProxy() || !part->isVisible())
            continue;
        QAccessibleInterface *seen = QAccessible::queryAccessibleInterface(part);
        if (!seen || seen->text(QAccessible::Name).isEmpty())
            nameless.append(QString::fromUtf8(part->metaObject()->className()) % u' ' % part->objectName());
    }
    return nameless;
}

} // namespace

// What makes the window one of a desktop: keys, menus, settings, names for screen readers, languages.
class MannersTest : public OneDesktop
{
    Q_OBJECT

private:
    void key(int what, Qt::KeyboardModifiers with = {})
    {
        QTest::keyClick(&m_ann->window(), static_cast<Qt::Key>(what), with);
    }

    // The menu that the right button shows on a conversation.
    QMenu *menuOf(const QString &groupId)
    {
        auto *list = m_ann->window().findChild<QListView *>(u"conversations"_qs);
        const int row = m_ann->session().conversations().rowOf(groupId);
        const QPoint at = list->visualRect(list->model()->index(row, 0)).center();
        QContextMenuEvent event(QContextMenuEvent::Mouse, at, list->viewport()->mapToGlobal(at));
        QCoreApplication::sendEvent(list->viewport(), &event);
        const auto menus = m_ann->window().sidebar().findChildren<QMenu *>(Qt::FindDirectChildrenOnly);
        return menus.isEmpty() ? nullptr : menus.last();
    }

    void choose(const QString &groupId, const QString &text)
    {
        const QPointer<QMenu> menu = menuOf(groupId);
        QAction *action = actionOf(menu, text);
        QVERIFY2(action, qPrintable(text));
        action->trigger();
        menu->close();
        QTRY_VERIFY_WITH_TIMEOUT(!menu, longest);
    }

private Q_SLOTS:
    void init() { begin({u"--set"_qs, u"limits.callsPerSecond=0"_qs}); }
    void cleanup() { end(); }

    void altAndArrowsGoToTheNextConversation()
    {
        m_ann->desktop().settings().setOrder(Settings::Order::Name);
        QVERIFY(m_ann->enter(u"a"_qs) && m_ann->enter(u"z"_qs));
        m_ann->window().open(group);
        key(Qt::Key_Down, Qt::AltModifier);
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->window().current(), u"z"_qs, longest);
        key(Qt::Key_Down, Qt::AltModifier); // there is no other
        key(Qt::Key_Up, Qt::AltModifier);
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->window().current(), group, longest);
        key(Qt::Key_Up, Qt::AltModifier);
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->window().current(), u"a"_qs, longest);
    }

    void whatIsNewFurtherDownIsCountedAndEscLeadsThere()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, group);
        QVERIFY(bob);
        for (int i = 0; i < 40; ++i)
            QVERIFY(say(*bob, group, QString::number(i)));
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->texts().size(), 40, longest);
        MessageView &view = m_ann->page().view();
        view.goToMessage(m_ann->messages()->rowId(0));
        QTRY_VERIFY_WITH_TIMEOUT(!view.isAtBottom(), longest);
        auto *jump = view.findChild<QPushButton *>();
        QTRY_VERIFY_WITH_TIMEOUT(jump->isVisible(), longest);
        QCOMPARE(jump->text(), u"Latest"_qs);
        QVERIFY(say(*bob, group, u"news"_qs));
        QVERIFY(say(*bob, group, u"and more"_qs));
        QTRY_COMPARE_WITH_TIMEOUT(jump->text(), u"2 new"_qs, longest);
        QTest::keyClick(m_ann->page().composer().edit(), Qt::Key_Escape);
        QTRY_VERIFY_WITH_TIMEOUT(view.isAtBottom(), longest);
        QTRY_VERIFY_WITH_TIMEOUT(!jump->isVisible(), longest);
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->page().conversation()->unread(), 0, longest);
        QCOMPARE(m_ann->messages()->firstUnread(), 0);
    }

    void aConversationIsPinnedAndMutedByItsMenu()
    {
        QVERIFY(m_ann->enter(u"other"_qs));
        choose(group, u"Pin"_qs);
        QCOMPARE(m_ann->session().conversations().rowOf(group), 0);
        QVERIFY(m_ann->session().conversation(group)->record().pinned);
        choose(group, u"Mute"_qs);
        const auto bob = somebody(m_server->url(), u"bob"_qs, group);
        QVERIFY(bob && say(*bob, group, u"psst"_qs));
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->session().conversation(group)->unread(), 1, longest);
        QCOMPARE(m_ann->session().conversations().unread(), 0);
        choose(group, u"Mark as read"_qs);
        QCOMPARE(m_ann->session().conversation(group)->unread(), 0);
        m_ann->restart();
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->session().conversations().rowCount(), 2, longest);
        QVERIFY(m_ann->session().conversation(group)->record().muted);
        choose(group, u"Unmute"_qs);
        choose(group, u"Unpin"_qs);
        QVERIFY(!m_ann->session().conversation(group)->record().pinned);
    }

    void aConversationIsPinnedByDraggingItToTheTop()
    {
        m_ann->desktop().settings().setOrder(Settings::Order::Name);
        QVERIFY(m_ann->enter(u"a"_qs) && m_ann->enter(u"b"_qs));
        auto *list = m_ann->window().findChild<QListView *>(u"conversations"_qs);
        const int row = m_ann->session().conversations().rowOf(group);
        QCOMPARE(row, 2);
        // As the drag brings them, which the platform of the tests does not have.
        const std::unique_ptr<QMimeData> data(list->model()->mimeData({list->model()->index(row, 0)}));
        const QPoint top = list->visualRect(list->model()->index(0, 0)).topLeft() + QPoint(40, 2);
        QDragEnterEvent enter(top, Qt::MoveAction, data.get(), Qt::LeftButton, {});
        QDragMoveEvent move(top, Qt::MoveAction, data.get(), Qt::LeftButton, {});
        QDropEvent drop(top, Qt::MoveAction, data.get(), Qt::LeftButton, {});
        for (QEvent *event : std::initializer_list<QEvent *>{&enter, &move, &drop})
            QCoreApplication::sendEvent(list->viewport(), event);
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->session().conversations().rowOf(group), 0, longest);
        QVERIFY(m_ann->session().conversation(group)->record().pinned);
        QCOMPARE(m_ann->session().conversations().rowCount(), 3);
    }

    void settingsCountAtOnce()
    {
        key(Qt::Key_Comma, Qt::ControlModifier);
        QTRY_VERIFY_WITH_TIMEOUT(m_ann->window().findChild<SettingsDialog *>(), longest);
        const QPointer<SettingsDialog> dialog = m_ann->window().findChild<SettingsDialog *>();
        const auto boxes = dialog->findChildren<QComboBox *>();
        const auto pick = [](QComboBox *box, int index) {
            box->setCurrentIndex(index);
            Q_EMIT box->activated(index); // as a click on a line of it
        };
        pick(boxes.at(0), static_cast<int>(Settings::Scheme::Dark));
        QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::darkOne().ground);
        pick(boxes.at(0), static_cast<int>(Settings::Scheme::Light));
        QCOMPARE(QApplication::palette().color(QPalette::Window), Theme::light().ground);
        const double usual = QApplication::font().pointSizeF();
        pick(boxes.at(1), boxes.at(1)->findData(150));
        QCOMPARE(QApplication::font().pointSizeF(), usual * 1.5);
        QCOMPARE(m_ann->page().composer().edit()->font().pointSizeF(), usual * 1.5);
        pick(boxes.at(1), boxes.at(1)->findData(100));
        dialog->close();
        QTRY_VERIFY_WITH_TIMEOUT(!dialog, longest);
    }

    void enterBeginsALineWhereCtrlEnterSends()
    {
        m_ann->desktop().settings().setEnterSends(false);
        QPlainTextEdit *edit = m_ann->page().composer().edit();
        QTest::keyClicks(edit, u"one"_qs);
        QTest::keyClick(edit, Qt::Key_Return);
        QTest::keyClicks(edit, u"two"_qs);
        QCOMPARE(edit->toPlainText(), u"one\ntwo"_qs);
        QTest::keyClick(edit, Qt::Key_Return, Qt::ControlModifier);
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->texts(), QStringList({u"one\ntwo"_qs}), longest);
    }

    void theMenuHasDoNotDisturbAndAbout()
    {
        const auto *button = m_ann->window().sidebar().findChild<QToolButton *>(u"menu"_qs);
        QVERIFY(button && button->menu());
        QAction *quiet = actionOf(button->menu(), u"Do not disturb"_qs);
        QVERIFY(quiet);
        quiet->trigger();
        QVERIFY(m_ann->desktop().settings().doNotDisturb());
        m_ann->desktop().settings().setDoNotDisturb(false);
        QVERIFY(!quiet->isChecked());
        QAction *about = actionOf(button->menu(), u"About Next Chat"_qs);
        QVERIFY(about);
        about->trigger();
        auto *box = m_ann->window().findChild<QMessageBox *>();
        QVERIFY(box && box->isVisible());
        QVERIFY(box->informativeText().contains(u"MIT"));
        box->close();
    }

    void theWindowComesBackAsItWas()
    {
        m_ann->window().resize(777, 555);
        m_ann->window().toggleMembers(false);
        m_ann->restart();
        QCOMPARE(m_ann->window().size(), QSize(777, 555));
        QVERIFY(!m_ann->desktop().settings().showsMembers());
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->window().current(), group, longest);
        QVERIFY(!m_ann->window().findChild<MembersPanel *>()->isVisible());
    }

    void aScreenReaderHasANameForAllThatTabLeadsTo()
    {
        MainWindow &window = m_ann->window();
        QCOMPARE(namelessParts(window), QStringList());
        window.search();
        window.browse();
        window.showSettings();
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<BrowseDialog *>()->isVisible(), longest);
        QCOMPARE(namelessParts(window), QStringList());
        window.findChild<BrowseDialog *>()->close();
        window.findChild<SettingsDialog *>()->close();
        window.quickSwitch();
        QTRY_VERIFY_WITH_TIMEOUT(window.findChild<QuickSwitcher *>()->isVisible(), longest);
        QCOMPARE(namelessParts(window), QStringList());
        m_ann->desktop().ask();
        QTRY_VERIFY_WITH_TIMEOUT(m_ann->desktop().dialog()->isVisible(), longest);
        QVERIFY(m_ann->desktop().dialog()->findChild<QToolButton *>()->isVisible());
        QCOMPARE(namelessParts(*m_ann->desktop().dialog()), QStringList());
    }

    void theWindowSpeaksGerman()
    {
        const QLocale before;
        {
            const Language german(u"de"_qs);
            m_ann->restart();
            QTRY_COMPARE_WITH_TIMEOUT(m_ann->window().current(), group, longest);
            QCOMPARE(m_ann->window().findChild<QListView *>(u"conversations"_qs)->accessibleName(),
                     u"Unterhaltungen"_qs);
            m_ann->desktop().ask();
            QCOMPARE(m_ann->desktop().dialog()->findChild<QPushButton *>(u"connect"_qs)->text(),
                     u"Verbinden"_qs);
        }
        QLocale::setDefault(before);
    }
};

QTEST_MAIN(MannersTest)

#include "tst_manners.moc"
