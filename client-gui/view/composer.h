// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/composerstate.h"
#include "client-gui/model/memberlist.h"
#include "client-gui/view/appearance.h"

#include <QFrame>
#include <QLabel>
#include <QListWidget>
#include <QPlainTextEdit>
#include <QPointer>
#include <QToolButton>

namespace nextchat::desktop {

// Where messages are written: grows with the text, completes names, recalls what was sent, and says how much
// more fits. Main thread; `settings` and `appearance` must outlive it.
class Composer : public QWidget
{
    Q_OBJECT

public:
    Composer(const Settings &settings, const Appearance &appearance, QWidget *parent = nullptr);

    // Goes over to another conversation, with what was written there. `members` are those that are completed.
    void setConversation(const QString &group, const QString &draft, const MemberList *members);
    void insert(const QString &text); // at the cursor
    void insertQuote(const QString &quote); // before the text
    void focusText();

    [[nodiscard]] QString text() const { return m_edit->toPlainText(); }
    [[nodiscard]] QPlainTextEdit *edit() const { return m_edit; }
    [[nodiscard]] bool isCompleting() const { return m_popup->isVisible(); }

Q_SIGNALS:
    void draftChanged(const QString &group, const QString &text);
    void typed(const QString &group);
    void sendWanted(const QString &group, const QString &text); // one that may be sent
    void escaped();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;
    void resizeEvent(QResizeEvent *event) override;

private:
    void build();
    void applyTheme();
    void textChanged();
    void fitHeight();
    void updateCounter();
    void send();
    bool keyPressed(const QKeyEvent &event);
    bool completionKeyPressed(const QKeyEvent &event);
    bool recallKeyPressed(const QKeyEvent &event);
    void showCompletions();
    void complete();
    void setText(const QString &text);

    const Settings &m_settings;
    const Appearance &m_appearance;
    QString m_group;
    QPointer<const MemberList> m_members;
    SentHistory m_history;
    bool m_changing = false; // the text, not the user
    QFrame *m_frame = nullptr;
    QPlainTextEdit *m_edit = nullptr;
    QLabel *m_counter = nullptr;
    QToolButton *m_send = nullptr;
    QListWidget *m_popup = nullptr;
};

} // namespace nextchat::desktop
