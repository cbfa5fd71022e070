// SPDX-License-Identifier: MIT
#include "client-gui/view/appearance.h"

#include <QApplication>
#include <QEvent>
#include <QScopedValueRollback>

namespace nextchat::desktop {

Appearance::Appearance(const Settings &settings, QObject *parent)
    : QObject(parent)
    , m_settings(settings)
    , m_scheme(Theme::isOfDarkPlatform(QApplication::palette()))
    , m_platformFont(QApplication::font())
{
    m_platformTimer.setSingleShot(true);
    connect(&m_platformTimer, &QTimer::timeout, this, &Appearance::followPlatform);
    qApp->installEventFilter(this);
    connect(&settings, &Settings::changed, this, &Appearance::apply);
    connect(&m_scheme, &ColourScheme::changed, this, &Appearance::apply);
    apply();
}

QFont Appearance::font(double scale, QFont::Weight weight) const
{
    QFont font = QApplication::font();
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * scale);
    else
        font.setPixelSize(static_cast<int>(font.pixelSize() * scale));
    font.setWeight(weight);
    return font;
}

void Appearance::apply()
{
    const auto scheme = m_settings.scheme();
    const bool dark =
        scheme == Settings::Scheme::Dark || (scheme == Settings::Scheme::System && m_scheme.isDark());
    const bool sameText = m_textSize == m_settings.textSize();
    if (m_textSize != 0 && sameText && dark == m_theme.dark)
        return;
    m_theme = dark ? Theme::darkOne() : Theme::light();
    m_textSize = m_settings.textSize();
    QFont font = m_platformFont;
    if (font.pointSizeF() > 0)
        font.setPointSizeF(font.pointSizeF() * m_textSize / 100.0);
    QApplication::setFont(font);
    const QScopedValueRollback own(m_setsPalette, true);
    QApplication::setPalette(m_theme.palette());
    qApp->setStyleSheet(m_theme.styleSheet());
    Q_EMIT changed();
}

bool Appearance::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() == QEvent::ApplicationPaletteChange && !m_setsPalette)
        m_platformTimer.start(0);
    return QObject::eventFilter(watched, event);
}

void Appearance::followPlatform()
{
    const QPalette given = QApplication::palette();
    {
        const QScopedValueRollback own(m_setsPalette, true);
        QApplication::setPalette(m_theme.palette()); // some platforms put theirs in its place
    }
    m_scheme.setPlatformIsDark(Theme::isOfDarkPlatform(given));
}

} // namespace nextchat::desktop
