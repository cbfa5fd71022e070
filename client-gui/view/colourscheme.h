// SPDX-License-Identifier: MIT
#pragma once

#include <QDBusVariant>
#include <QObject>

namespace nextchat::desktop {

// Whether the desktop wants programs to be dark: the portal's setting (org.freedesktop.appearance
// color-scheme), or as long as there is none the palette that the platform gave at start. Main thread.
class ColourScheme : public QObject
{
    Q_OBJECT

public:
    explicit ColourScheme(QObject *parent = nullptr); // before the application's palette is changed

    [[nodiscard]] bool isDark() const { return m_dark; }

Q_SIGNALS:
    void changed();

private Q_SLOTS:
    void settingChanged(const QString &group, const QString &key, const QDBusVariant &value);

private:
    void ask();
    void take(const QVariant &value);

    bool m_paletteIsDark = false;
    bool m_dark = false;
};

} // namespace nextchat::desktop
