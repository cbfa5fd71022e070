// SPDX-License-Identifier: MIT
#pragma once

#include <QColor>
#include <QPalette>
#include <QString>

namespace nextchat::desktop {

// The colours of a scheme. Text on each of the grounds has a contrast of at least 4.5 (WCAG 2.1, 1.4.3).
// Value type.
struct Theme
{
    bool dark = false;

    QColor ground; // behind the messages
    QColor side; // behind the conversations
    QColor raised; // fields, menus, others' messages
    QColor own; // own messages
    QColor text;
    QColor faint; // text that is less important
    QColor line; // borders
    QColor hover;
    QColor selected; // a conversation
    QColor accent;
    QColor onAccent; // text on it
    QColor danger;
    QColor warningGround;
    QColor warningText;
    QColor marked; // selected text
    QColor mention; // behind one of the user

    [[nodiscard]] static Theme light();
    [[nodiscard]] static Theme darkOne();

    [[nodiscard]] QColor ofPerson(const QString &name) const; // as text, the same for ever
    [[nodiscard]] QPalette palette() const; // all but one colour, with which nothing is painted
    [[nodiscard]] QString styleSheet() const; // of the application

    // Of the application's palette, with that of a theme set or without: it tells by that one colour, which
    // remains the platform's.
    [[nodiscard]] static bool isOfDarkPlatform(const QPalette &palette);
};

} // namespace nextchat::desktop
