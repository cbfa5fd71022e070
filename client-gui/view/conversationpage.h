// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/session.h"
#include "client-gui/view/composer.h"
#include "client-gui/view/messageview.h"

#include <QLabel>
#include <QPointer>
#include <QPushButton>
#include <QToolButton>

namespace nextchat::desktop {

// The middle of the window: the shown conversation with its head, its messages and the composer. Main thread;
// all that it gets must outlive it.
class ConversationPage : public QWidget
{
    Q_OBJECT

public:
    ConversationPage(Session &session, const Settings &settings, const Appearance &appearance,
                     QWidget *parent = nullptr);

    void setConversation(Conversation *conversation);
    [[nodiscard]] Conversation *conversation() const { return m_conversation; }
    [[nodiscard]] MessageView &view() { return *m_view; }
    [[nodiscard]] Composer &composer() { return *m_composer; }
    void markReadIfSeen(); // where the newest message is on the screen of the active window
    void setPanelButtons(bool members, bool search); // which of the panels is open

Q_SIGNALS:
    void membersWanted(bool on);
    void searchWanted(bool on);
    void leaveWanted(const QString &groupId);
    void problem(const QString &sentence);

protected:
    void resizeEvent(QResizeEvent *event) override;

private:
    QWidget *makeHeader();
    void build();
    void connectParts();
    void applyTheme();
    void updateHeader();
    void updatePlace();
    void updateTyping();
    void updateJump();
    void showMenu();
    void takeArrivals(const QList<chat::Message> &messages);
    QCoro::Task<> joinAgain();

    Session &m_session;
    const Appearance &m_appearance;
    QPointer<Conversation> m_conversation;
    int m_newBelow = 0; // arrived while the user looked at older ones
    QLabel *m_name = nullptr;
    QLabel *m_people = nullptr;
    QToolButton *m_membersButton = nullptr;
    QToolButton *m_searchButton = nullptr;
    QToolButton *m_moreButton = nullptr;
    MessageView *m_view = nullptr;
    QPushButton *m_jump = nullptr;
    QLabel *m_typing = nullptr;
    Composer *m_composer = nullptr;
    QWidget *m_refusal = nullptr; // in place of the composer
    QLabel *m_refusalText = nullptr;
};

} // namespace nextchat::desktop
