// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/conversationlist.h"

#include <QDialog>
#include <QLineEdit>
#include <QListWidget>

namespace nextchat::desktop {

// Ctrl+K: a few letters and Enter lead to a conversation. Main thread; `conversations` must outlive it.
class QuickSwitcher : public QDialog
{
    Q_OBJECT

public:
    explicit QuickSwitcher(const ConversationList &conversations, QWidget *parent);

Q_SIGNALS:
    void chosen(const QString &groupId);

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void filter();
    void choose();

    const ConversationList &m_conversations;
    QLineEdit *m_field = nullptr;
    QListWidget *m_list = nullptr;
};

} // namespace nextchat::desktop
