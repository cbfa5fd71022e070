// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/session.h"

#include <QDialog>
#include <QLabel>
#include <QLineEdit>
#include <QListWidget>
#include <QPushButton>

namespace nextchat::desktop {

// The groups of the server, to be found, joined and created. Main thread; `session` must outlive it.
class BrowseDialog : public QDialog
{
    Q_OBJECT

public:
    explicit BrowseDialog(Session &session, QWidget *parent);

Q_SIGNALS:
    void joined(const QString &groupId);

private:
    void build();
    void updateButtons();
    QCoro::Task<> find(bool more);
    QCoro::Task<> join(QString groupId, bool create);
    void say(const QString &sentence, bool isProblem);

    Session &m_session;
    QTimer m_delay;
    quint64 m_search = 0; // counts, so that answers to old ones are ignored
    bool m_busy = false;
    QLineEdit *m_field = nullptr;
    QListWidget *m_list = nullptr;
    QLabel *m_status = nullptr;
    QPushButton *m_more = nullptr;
    QPushButton *m_create = nullptr;
    QPushButton *m_join = nullptr;
};

} // namespace nextchat::desktop
