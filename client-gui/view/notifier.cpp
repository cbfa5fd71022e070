// SPDX-License-Identifier: MIT
#include "client-gui/view/notifier.h"

#include "client-gui/view/symbols.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>

namespace nextchat::desktop {

namespace {

// https://specifications.freedesktop.org/notification-spec/latest/
const QString service = QStringLiteral("org.freedesktop.Notifications");
const QString path = QStringLiteral("/org/freedesktop/Notifications");
const QString defaultAction = QStringLiteral("default");
constexpr int usualTime = -1; // as the desktop likes

QDBusMessage callOf(const QString &method, const QVariantList &arguments)
{
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, service, method);
    call.setArguments(arguments);
    return call;
}

} // namespace

Notifier::Notifier(Settings &settings, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (bus.isConnected()) {
        bus.connect(service, path, service, QStringLiteral("ActionInvoked"), this,
                    SLOT(actionInvoked(uint, QString)));
        bus.connect(service, path, service, QStringLiteral("NotificationClosed"), this,
                    SLOT(closed(uint, uint)));
        auto *watcher = new QDBusServiceWatcher(service, bus, QDBusServiceWatcher::WatchForOwnerChange, this);
        connect(watcher, &QDBusServiceWatcher::serviceOwnerChanged, this,
                [this] { m_shown.clear(); }); // another one counts anew
    }
    makeTray();
}

void Notifier::makeTray()
{
    m_tray.setIcon(programIcon());
    m_tray.setToolTip(tr("Next Chat"));
    m_menu.addAction(tr("Show"), this, [this] { Q_EMIT activated({}); });
    QAction *quiet = m_menu.addAction(tr("Do not disturb"));
    quiet->setCheckable(true);
    quiet->setChecked(m_settings.doNotDisturb());
    connect(quiet, &QAction::toggled, &m_settings, &Settings::setDoNotDisturb);
    connect(&m_settings, &Settings::changed, quiet,
            [this, quiet] { quiet->setChecked(m_settings.doNotDisturb()); });
    m_menu.addSeparator();
    m_menu.addAction(tr("Quit"), this, &Notifier::quitWanted);
    m_tray.setContextMenu(&m_menu);
    connect(&m_tray, &QSystemTrayIcon::activated, this, [this](QSystemTrayIcon::ActivationReason reason) {
        if (reason == QSystemTrayIcon::Trigger)
            Q_EMIT activated({});
    });
    connect(&m_tray, &QSystemTrayIcon::messageClicked, this, [this] { Q_EMIT activated({}); });
    if (hasTray())
        m_tray.show();
}

bool Notifier::hasTray() const
{
    return QSystemTrayIcon::isSystemTrayAvailable();
}

void Notifier::show(const Notification &notification)
{
    QDBusConnection bus = QDBusConnection::sessionBus();
    if (!bus.isConnected()) {
        showByTray(notification);
        return;
    }
    const QString groupId = notification.groupId;
    m_wanted.insert(groupId);
    const QDBusMessage call =
        callOf(QStringLiteral("Notify"),
               {tr("Next Chat"), m_shown.value(groupId), QStringLiteral("nextchat-desktop"),
                notification.title, notification.body.toHtmlEscaped(), QStringList{defaultAction, tr("Open")},
                QVariantMap{{QStringLiteral("desktop-entry"), QStringLiteral("nextchat-desktop")},
                            {QStringLiteral("category"), QStringLiteral("im.received")}},
                usualTime});
    auto *watcher = new QDBusPendingCallWatcher(bus.asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this,
            [this, notification](QDBusPendingCallWatcher *finished) {
                finished->deleteLater();
                const QDBusPendingReply<uint> reply = *finished;
                if (!reply.isValid())
                    showByTray(notification);
                else if (m_wanted.contains(notification.groupId))
                    m_shown.insert(notification.groupId, reply.value());
                else
                    close(reply.value());
            });
}

void Notifier::showByTray(const Notification &notification)
{
    if (hasTray())
        m_tray.showMessage(notification.title, notification.body);
}

void Notifier::withdraw(const QString &groupId)
{
    m_wanted.remove(groupId);
    if (const uint id = m_shown.take(groupId))
        close(id);
}

void Notifier::close(uint id)
{
    QDBusConnection::sessionBus().asyncCall(callOf(QStringLiteral("CloseNotification"), {id}));
}

void Notifier::setUnread(int count)
{
    m_tray.setIcon(programIcon(count > 0));
    m_tray.setToolTip(count > 0 ? tr("Next Chat: %n unread message(s)", nullptr, count) : tr("Next Chat"));
}

void Notifier::actionInvoked(uint id, const QString &)
{
    const QString groupId = m_shown.key(id);
    if (!groupId.isEmpty())
        Q_EMIT activated(groupId);
}

void Notifier::closed(uint id, uint)
{
    m_shown.remove(m_shown.key(id));
}

} // namespace nextchat::desktop
