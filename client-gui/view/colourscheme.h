// SPDX-License-Identifier: MIT
#pragma once

#include <QDBusVariant>
#include <QObject>

namespace nextchat::desktop {

// Whether the desktop wants programs to be dark: the portal's setting (org.freedesktop.appearance
// color-scheme) whenever there is a portal that has one, otherwise the palette of the platform. Main thread.
class ColourScheme : public QObject
{
    Q_OBJECT

public:
    explicit ColourScheme(bool platformIsDark, QObject *parent = nullptr);

    [[nodiscard]] bool isDark() const { return m_dark; }
    void setPlatformIsDark(bool dark);

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void settingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void listen();
    void ask();
    void take(const QVariant &value);
    void decide();

    bool m_platformIsDark = false;
    uint m_preference = 0; // the portal's number
    bool m_dark = false;
};

} // namespace nextchat::desktop
