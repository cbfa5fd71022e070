// SPDX-License-Identifier: MIT
#pragma once

#include <QIcon>
#include <QPainter>

namespace nextchat::desktop {

// The pictures of buttons and marks, drawn as lines so that they fit every size and colour.
enum class Symbol {
    Search,
    People,
    Menu,
    More,
    Send,
    Add,
    Close,
    Clock,
    Check,
    Alert,
    Question,
    Down,
    Muted,
    Pinned,
    Leave,
    Chats,
};

void drawSymbol(QPainter &painter, Symbol symbol, const QRectF &box, const QColor &colour);

[[nodiscard]] QIcon symbolIcon(Symbol symbol, const QColor &colour);
[[nodiscard]] QIcon symbolIcon(Symbol symbol, const QColor &colour, const QColor &disabled);

// The program's own: a speech bubble. `unread`: with a dot.
[[nodiscard]] QIcon programIcon(bool unread = false);

} // namespace nextchat::desktop
