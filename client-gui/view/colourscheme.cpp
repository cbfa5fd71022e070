// SPDX-License-Identifier: MIT
#include "client-gui/view/colourscheme.h"

#include <QDBusConnection>
#include <QDBusMessage>
#include <QDBusPendingCallWatcher>
#include <QDBusPendingReply>
#include <QDBusServiceWatcher>

namespace nextchat::desktop {

namespace {

// https://flatpak.github.io/xdg-desktop-portal/docs/doc-org.freedesktop.portal.Settings.html
const QString service = QStringLiteral("org.freedesktop.portal.Desktop");
const QString path = QStringLiteral("/org/freedesktop/portal/desktop");
const QString interface = QStringLiteral("org.freedesktop.portal.Settings");
const QString appearance = QStringLiteral("org.freedesktop.appearance");
const QString colourSchemeKey = QStringLiteral("color-scheme");

constexpr uint noPreference = 0;
constexpr uint prefersDark = 1; // 2: light

} // namespace

ColourScheme::ColourScheme(bool platformIsDark, QObject *parent)
    : QObject(parent)
    , m_platformIsDark(platformIsDark)
    , m_dark(platformIsDark)
{
    if (!QDBusConnection::sessionBus().isConnected())
        return;
    listen();
    ask();
}

void ColourScheme::listen()
{
    // Qt registers the type only with the first message that has it; before, no slot with it is found.
    qRegisterMetaType<QDBusVariant>();
    QDBusConnection bus = QDBusConnection::sessionBus();
    bus.connect(service, path, interface, QStringLiteral("SettingChanged"), this,
                SLOT(settingChanged(QString, QString, QDBusVariant)));
    auto *watcher = new QDBusServiceWatcher(service, bus, QDBusServiceWatcher::WatchForOwnerChange, this);
    connect(watcher, &QDBusServiceWatcher::serviceOwnerChanged, this,
            [this](const QString &, const QString &, const QString &owner) {
                // A portal that went away may come back at once: the colours stay until there is news.
                if (owner.isEmpty())
                    m_preference = noPreference;
                else
                    ask();
            });
}

void ColourScheme::ask()
{
    QDBusMessage call = QDBusMessage::createMethodCall(service, path, interface, QStringLiteral("Read"));
    call.setArguments({appearance, colourSchemeKey});
    auto *watcher = new QDBusPendingCallWatcher(QDBusConnection::sessionBus().asyncCall(call), this);
    connect(watcher, &QDBusPendingCallWatcher::finished, this, [this](QDBusPendingCallWatcher *finished) {
        finished->deleteLater();
        const QDBusPendingReply<QDBusVariant> reply = *finished;
        if (reply.isValid())
            take(reply.value().variant());
    });
}

void ColourScheme::settingChanged(const QString &group, const QString &key, const QDBusVariant &value)
{
    if (group == appearance && key == colourSchemeKey)
        take(value.variant());
}

// Read wraps the value once more than the signal.
void ColourScheme::take(const QVariant &value)
{
    const QVariant inner = value.canConvert<QDBusVariant>() ? value.value<QDBusVariant>().variant() : value;
    m_preference = inner.toUInt();
    decide();
}

void ColourScheme::setPlatformIsDark(bool dark)
{
    m_platformIsDark = dark;
    decide();
}

void ColourScheme::decide()
{
    const bool dark = m_preference == noPreference ? m_platformIsDark : m_preference == prefersDark;
    if (std::exchange(m_dark, dark) != dark)
        Q_EMIT changed();
}

} // namespace nextchat::desktop
