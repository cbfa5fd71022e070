// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/notificationrule.h"
#include "client-gui/model/settings.h"

#include <QHash>
#include <QMenu>
#include <QSet>
#include <QSystemTrayIcon>

namespace nextchat::desktop {

// The desktop's notifications (org.freedesktop.Notifications), one a conversation, and the icon in the tray
// with the unread count. Main thread; `settings` must outlive it.
class Notifier : public QObject
{
    Q_OBJECT

public:
    explicit Notifier(Settings &settings, QObject *parent = nullptr);

    void show(const Notification &notification);
    void withdraw(const QString &groupId); // it was read
    void setUnread(int count);
    [[nodiscard]] bool hasTray() const;

Q_SIGNALS:
    void activated(const QString &groupId); // empty: the window alone
    void quitWanted();

private Q_SLOTS:
    void actionInvoked(uint id, const QString &action);
    void closed(uint id, uint reason);

private:
    void makeTray();
    void showByTray(const Notification &notification); // where the desktop has no such service

    void close(uint id);

    Settings &m_settings;
    QHash<QString, uint> m_shown; // the desktop's number, by conversation
    QSet<QString> m_wanted; // conversations whose notification was not withdrawn
    QMenu m_menu;
    QSystemTrayIcon m_tray;
};

} // namespace nextchat::desktop
