// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/settings.h"
#include "client-gui/view/colourscheme.h"
#include "client-gui/view/theme.h"

#include <QFont>
#include <QTimer>

namespace nextchat::desktop {

// How the program looks: scheme and size of text, by the settings and the desktop; sets the application's
// palette, style sheet and font. Main thread.
class Appearance : public QObject
{
    Q_OBJECT

public:
    explicit Appearance(const Settings &settings, QObject *parent = nullptr); // must outlive it

    [[nodiscard]] const Theme &theme() const { return m_theme; }
    [[nodiscard]] QFont font(double scale = 1.0, QFont::Weight weight = QFont::Normal) const;

Q_SIGNALS:
    void changed();

protected:
    bool eventFilter(QObject *watched, QEvent *event) override;

private:
    void apply();
    void followPlatform();

    const Settings &m_settings;
    ColourScheme m_scheme;
    const QFont m_platformFont;
    Theme m_theme;
    int m_textSize = 0;
    QTimer m_platformTimer;
    bool m_setsPalette = false;
};

} // namespace nextchat::desktop
