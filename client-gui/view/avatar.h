// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/view/theme.h"

#include <QPainter>

namespace nextchat::desktop {

enum class AvatarShape { Person, Group }; // round, or with round corners

// A picture for a name: its initials on its colour.
void drawAvatar(QPainter &painter, const QRectF &box, const QString &name, AvatarShape shape,
                const Theme &theme);

[[nodiscard]] QString initialsOf(const QString &name);

} // namespace nextchat::desktop
