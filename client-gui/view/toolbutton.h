// SPDX-License-Identifier: MIT
#pragma once

#include <QToolButton>

namespace nextchat::desktop {

// A button for a symbol. `name`: for those who hover over it, or can't see it.
inline QToolButton *makeToolButton(const QString &name, QWidget *parent)
{
    auto *button = new QToolButton(parent);
    button->setToolTip(name);
    button->setAccessibleName(name);
    button->setIconSize(QSize(20, 20));
    return button;
}

} // namespace nextchat::desktop
