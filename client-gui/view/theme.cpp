// SPDX-License-Identifier: MIT
#include "client-gui/view/theme.h"

#include <QFile>

namespace nextchat::desktop {

namespace {

QColor rgb(unsigned value)
{
    return QColor(static_cast<QRgb>(0xff000000U | value));
}

// FNV-1a: the same in each run, unlike qHash.
quint32 steadyHash(const QString &text)
{
    quint32 hash = 2166136261U;
    for (const QChar c : text)
        hash = (hash ^ c.unicode()) * 16777619U;
    return hash ^ (hash >> 15);
}

} // namespace

Theme Theme::light()
{
    Theme theme;
    theme.ground = rgb(0xffffff);
    theme.side = rgb(0xf5f6f8);
    theme.raised = rgb(0xf1f3f6);
    theme.own = rgb(0xdbe9ff);
    theme.text = rgb(0x171b22);
    theme.faint = rgb(0x5f6877);
    theme.line = rgb(0xe2e5ea);
    theme.hover = rgb(0xebedf1);
    theme.selected = rgb(0xdde9fe);
    theme.accent = rgb(0x2563d9);
    theme.onAccent = rgb(0xffffff);
    theme.danger = rgb(0xc8281d);
    theme.warningGround = rgb(0xfff4dc);
    theme.warningText = rgb(0x7a4a00);
    theme.marked = rgb(0xa9cbff);
    theme.mention = rgb(0xffe9a8);
    return theme;
}

Theme Theme::darkOne()
{
    Theme theme;
    theme.dark = true;
    theme.ground = rgb(0x17191e);
    theme.side = rgb(0x111317);
    theme.raised = rgb(0x24272f);
    theme.own = rgb(0x203b69);
    theme.text = rgb(0xe9ebef);
    theme.faint = rgb(0x9aa3b2);
    theme.line = rgb(0x2b2f38);
    theme.hover = rgb(0x1d2027);
    theme.selected = rgb(0x1e2f4d);
    theme.accent = rgb(0x6ea0ff);
    theme.onAccent = rgb(0x0b1220);
    theme.danger = rgb(0xff7d72);
    theme.warningGround = rgb(0x362b12);
    theme.warningText = rgb(0xf6c66a);
    theme.marked = rgb(0x35598f);
    theme.mention = rgb(0x57460f);
    return theme;
}

QColor Theme::ofPerson(const QString &name) const
{
    static const QColor onLight[] = {rgb(0xb3261e), rgb(0x9a4a00), rgb(0x6d5c00), rgb(0x2e6b1f),
                                     rgb(0x00695c), rgb(0x00629b), rgb(0x3450c8), rgb(0x6a3fb5),
                                     rgb(0x98308f), rgb(0xa8265b)};
    static const QColor onDark[] = {rgb(0xff8a80), rgb(0xffab6b), rgb(0xe6c84f), rgb(0x8fd67c),
                                    rgb(0x5fd4c1), rgb(0x6cc4f5), rgb(0x9db4ff), rgb(0xc3a6ff),
                                    rgb(0xee99e5), rgb(0xff94b8)};
    const std::size_t index = steadyHash(name) % std::size(onLight);
    return dark ? onDark[index] : onLight[index];
}

QPalette Theme::palette() const
{
    QPalette palette;
    palette.setColor(QPalette::Window, ground);
    palette.setColor(QPalette::WindowText, text);
    palette.setColor(QPalette::Base, ground);
    palette.setColor(QPalette::Active, QPalette::AlternateBase, side);
    palette.setColor(QPalette::Inactive, QPalette::AlternateBase, side); // for Disabled, see isOfDarkPlatform
    palette.setColor(QPalette::Text, text);
    palette.setColor(QPalette::PlaceholderText, faint);
    palette.setColor(QPalette::Button, raised);
    palette.setColor(QPalette::ButtonText, text);
    palette.setColor(QPalette::BrightText, danger);
    palette.setColor(QPalette::ToolTipBase, dark ? raised : text);
    palette.setColor(QPalette::ToolTipText, dark ? text : ground);
    palette.setColor(QPalette::Highlight, accent);
    palette.setColor(QPalette::HighlightedText, onAccent);
    palette.setColor(QPalette::Link, accent);
    palette.setColor(QPalette::LinkVisited, accent);
    palette.setColor(QPalette::Light, dark ? raised : ground);
    palette.setColor(QPalette::Midlight, line);
    palette.setColor(QPalette::Mid, line);
    palette.setColor(QPalette::Dark, faint);
    palette.setColor(QPalette::Shadow, rgb(0x000000));
    for (const auto role : {QPalette::WindowText, QPalette::Text, QPalette::ButtonText}) {
        QColor weak = faint;
        weak.setAlpha(140);
        palette.setColor(QPalette::Disabled, role, weak);
    }
    return palette;
}

bool Theme::isOfDarkPlatform(const QPalette &palette)
{
    return palette.color(QPalette::Disabled, QPalette::AlternateBase).lightness() < 128;
}

QString Theme::styleSheet() const
{
    QFile file(QStringLiteral(":/nextchat/desktop.qss"));
    if (!file.open(QIODevice::ReadOnly))
        return {};
    QString sheet = QString::fromUtf8(file.readAll());
    const std::pair<QString, QColor> names[] = {
        {QStringLiteral("@ground"), ground},
        {QStringLiteral("@side"), side},
        {QStringLiteral("@raised"), raised},
        {QStringLiteral("@own"), own},
        {QStringLiteral("@text"), text},
        {QStringLiteral("@faint"), faint},
        {QStringLiteral("@line"), line},
        {QStringLiteral("@hover"), hover},
        {QStringLiteral("@selected"), selected},
        {QStringLiteral("@accent"), accent},
        {QStringLiteral("@onAccent"), onAccent},
        {QStringLiteral("@danger"), danger},
        {QStringLiteral("@warningGround"), warningGround},
        {QStringLiteral("@warningText"), warningText},
        {QStringLiteral("@marked"), marked},
        {QStringLiteral("@accentHover"), dark ? accent.lighter(108) : accent.darker(110)},
    };
    for (const auto &[name, colour] : names)
        sheet.replace(name % u';', colour.name() % u';');
    sheet.replace(u"@scheme"_qs, dark ? u"dark"_qs : u"light"_qs);
    return sheet;
}

} // namespace nextchat::desktop
