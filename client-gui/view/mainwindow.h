// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/session.h"
#include "client-gui/view/conversationpage.h"
#include "client-gui/view/linkbanner.h"
#include "client-gui/view/memberspanel.h"
#include "client-gui/view/searchpanel.h"
#include "client-gui/view/sidebar.h"

#include <QMainWindow>
#include <QMenu>
#include <QSplitter>
#include <QStackedWidget>

namespace nextchat::desktop {

// The window of one session. Main thread; all that it gets must outlive it.
class MainWindow : public QMainWindow
{
    Q_OBJECT

public:
    MainWindow(Session &session, Settings &settings, const Appearance &appearance);
    ~MainWindow() override;

    void open(const QString &groupId);
    void showFront(); // above the others, with the focus
    [[nodiscard]] ConversationPage &page() { return *m_page; }
    [[nodiscard]] Sidebar &sidebar() { return *m_sidebar; }
    [[nodiscard]] const QString &current() const { return m_session.current(); }
    void search();
    void toggleMembers(bool on);
    void browse();
    void quickSwitch();
    void showSettings();
    void retranslateTitle();

Q_SIGNALS:
    void closed(); // by the user
    void otherAccountWanted();
    void quitWanted();
    void activationChanged();

protected:
    void closeEvent(QCloseEvent *event) override;
    void changeEvent(QEvent *event) override;

private:
    void build();
    void connectParts();
    void buildMenu();
    void buildShortcuts();
    QWidget *makeEmptyPage();
    void openFirst();
    void step(int by); // to the conversation above or below
    void showPanel(QWidget *panel); // null: none
    void leave(const QString &groupId);
    QCoro::Task<> leaveNow(QString groupId);
    QCoro::Task<> showFound(QString groupId, qint64 seq);
    void showAbout();
    void conversationGone(const QString &groupId);

    Session &m_session;
    Settings &m_settings;
    const Appearance &m_appearance;
    QMenu m_menu;
    QSplitter *m_splitter = nullptr;
    Sidebar *m_sidebar = nullptr;
    LinkBanner *m_banner = nullptr;
    QStackedWidget *m_middle = nullptr;
    QWidget *m_empty = nullptr;
    ConversationPage *m_page = nullptr;
    QStackedWidget *m_panels = nullptr;
    QWidget *m_panel = nullptr; // the one that is wanted; null: none
    MembersPanel *m_members = nullptr;
    SearchPanel *m_search = nullptr;
};

} // namespace nextchat::desktop
