// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/session.h"
#include "client-gui/view/conversationdelegate.h"

#include <QLabel>
#include <QLineEdit>
#include <QListView>
#include <QMenu>
#include <QSortFilterProxyModel>
#include <QToolButton>

namespace nextchat::desktop {

// The left of the window: who I am, and my conversations with a field to filter them. Main thread; all that
// it gets must outlive it.
class Sidebar : public QWidget
{
    Q_OBJECT

public:
    Sidebar(Session &session, const Appearance &appearance, QMenu *menu, QWidget *parent = nullptr);

    void showCurrent(const QString &groupId);
    [[nodiscard]] QListView *list() const { return m_list; }

Q_SIGNALS:
    void chosen(const QString &groupId);
    void browseWanted();
    void leaveWanted(const QString &groupId);
    void markReadWanted(const QString &groupId);

private:
    void build(QMenu *menu);
    QWidget *makeHeader(QMenu *menu);
    void makeFilter();
    void makeList();
    void applyTheme();
    void showLink();
    void showMenu(const QPoint &at);
    void updateEmpty();

    Session &m_session;
    const Appearance &m_appearance;
    ConversationDelegate m_delegate;
    QSortFilterProxyModel m_filter;
    QLabel *m_picture = nullptr;
    QLabel *m_name = nullptr;
    QLabel *m_status = nullptr;
    QToolButton *m_menuButton = nullptr;
    QToolButton *m_addButton = nullptr;
    QLineEdit *m_find = nullptr;
    QListView *m_list = nullptr;
    QLabel *m_empty = nullptr;
};

} // namespace nextchat::desktop
