// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/session.h"

#include <QLabel>
#include <QPushButton>
#include <QWidget>

namespace nextchat::desktop {

// Says that the connection is lost, why, and when it is tried again; and passing notices. Hidden when there
// is nothing to say. Main thread; `session` must outlive it.
class LinkBanner : public QWidget
{
    Q_OBJECT

public:
    explicit LinkBanner(Session &session, QWidget *parent = nullptr);

    void showNotice(const QString &sentence); // for some seconds

Q_SIGNALS:
    void reconnectWanted(); // after the server refused

private:
    void update();
    [[nodiscard]] QString linkText() const;

    Session &m_session;
    QLabel *m_text = nullptr;
    QPushButton *m_button = nullptr;
    QTimer m_tick; // of the countdown
    QTimer m_noticeEnd;
    QTimer m_patience; // a short loss is not worth a banner
    QString m_notice;
};

} // namespace nextchat::desktop
