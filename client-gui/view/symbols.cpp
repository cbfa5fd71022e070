// SPDX-License-Identifier: MIT
#include "client-gui/view/symbols.h"

#include <QPainterPath>

namespace nextchat::desktop {

namespace {

// All in a box of 24 by 24.
using Path = QPainterPath;

void line(Path &path, qreal x1, qreal y1, qreal x2, qreal y2)
{
    path.moveTo(x1, y1);
    path.lineTo(x2, y2);
}

void polyline(Path &path, std::initializer_list<QPointF> points)
{
    path.addPolygon(QPolygonF(QList<QPointF>(points)));
}

void people(Path &path)
{
    path.addEllipse(QPointF(9, 8), 3.3, 3.3);
    path.moveTo(3, 19.5);
    path.cubicTo(3, 12.8, 15, 12.8, 15, 19.5);
    path.moveTo(15.5, 5);
    path.cubicTo(19.2, 5.4, 19.2, 10.6, 15.5, 11);
    path.moveTo(17.5, 14.3);
    path.cubicTo(19.8, 15, 21, 17, 21, 19.5);
}

void bell(Path &path)
{
    path.moveTo(5, 17);
    path.lineTo(19, 17);
    path.moveTo(6.5, 17);
    path.cubicTo(7.5, 15, 7, 9, 8.5, 7);
    path.cubicTo(10, 4.6, 14, 4.6, 15.5, 7);
    path.cubicTo(17, 9, 16.5, 15, 17.5, 17);
    path.moveTo(10, 20);
    path.lineTo(14, 20);
    line(path, 4, 3.5, 20, 20.5);
}

void pin(Path &path)
{
    polyline(path, {{9, 4}, {15, 4}});
    polyline(path, {{10, 4}, {10, 10}, {7, 14}, {17, 14}, {14, 10}, {14, 4}});
    line(path, 12, 14, 12, 20.5);
}

Path bubble()
{
    Path path;
    path.addRoundedRect(QRectF(3, 4, 18, 13), 5, 5);
    Path tail;
    tail.addPolygon(QPolygonF({QPointF(7, 15), QPointF(7, 21), QPointF(13, 15)}));
    tail.closeSubpath();
    return path.united(tail);
}

Path strokesOf(Symbol symbol)
{
    Path path;
    switch (symbol) {
    case Symbol::Search:
        path.addEllipse(QPointF(10.5, 10.5), 6, 6);
        line(path, 15, 15, 20, 20);
        break;
    case Symbol::People:
        people(path);
        break;
    case Symbol::Menu:
        line(path, 4, 7, 20, 7);
        line(path, 4, 12, 20, 12);
        line(path, 4, 17, 20, 17);
        break;
    case Symbol::More:
        for (const qreal y : {6.0, 12.0, 18.0})
            path.addEllipse(QPointF(12, y), 0.6, 0.6);
        break;
    case Symbol::Send:
        line(path, 12, 19.5, 12, 5);
        polyline(path, {{6, 11}, {12, 5}, {18, 11}});
        break;
    case Symbol::Add:
        line(path, 12, 5, 12, 19);
        line(path, 5, 12, 19, 12);
        break;
    case Symbol::Close:
        line(path, 6, 6, 18, 18);
        line(path, 18, 6, 6, 18);
        break;
    case Symbol::Clock:
        path.addEllipse(QPointF(12, 12), 8.5, 8.5);
        polyline(path, {{12, 7}, {12, 12}, {15.5, 14}});
        break;
    case Symbol::Check:
        polyline(path, {{5, 12.5}, {10, 17.5}, {19.5, 7}});
        break;
    case Symbol::Alert:
        path.addEllipse(QPointF(12, 12), 8.5, 8.5);
        line(path, 12, 7, 12, 13);
        line(path, 12, 16.5, 12, 16.6);
        break;
    case Symbol::Question:
        path.addEllipse(QPointF(12, 12), 8.5, 8.5);
        path.moveTo(9.5, 10);
        path.cubicTo(9.5, 6.2, 15, 6.4, 14.7, 9.8);
        path.cubicTo(14.5, 11.6, 12, 11.8, 12, 13.8);
        line(path, 12, 16.7, 12, 16.8);
        break;
    case Symbol::Down:
        polyline(path, {{6, 9}, {12, 15}, {18, 9}});
        break;
    case Symbol::Muted:
        bell(path);
        break;
    case Symbol::Pinned:
        pin(path);
        break;
    case Symbol::Leave:
        polyline(path, {{10, 4}, {5, 4}, {5, 20}, {10, 20}});
        line(path, 10, 12, 20, 12);
        polyline(path, {{16, 8}, {20, 12}, {16, 16}});
        break;
    case Symbol::Chats:
        path = bubble();
        break;
    }
    return path;
}

} // namespace

void drawSymbol(QPainter &painter, Symbol symbol, const QRectF &box, const QColor &colour)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    painter.translate(box.topLeft());
    painter.scale(box.width() / 24, box.height() / 24);
    painter.setPen(QPen(colour, box.width() < 18 ? 2.4 : 1.8, Qt::SolidLine, Qt::RoundCap, Qt::RoundJoin));
    painter.setBrush(Qt::NoBrush);
    painter.drawPath(strokesOf(symbol));
    painter.restore();
}

QIcon symbolIcon(Symbol symbol, const QColor &colour)
{
    return symbolIcon(symbol, colour, colour);
}

QIcon symbolIcon(Symbol symbol, const QColor &colour, const QColor &disabled)
{
    QIcon icon;
    for (const auto &[mode, painted] :
         {std::pair(QIcon::Normal, colour), std::pair(QIcon::Disabled, disabled)}) {
        for (const int size : {20, 40, 60}) {
            QPixmap pixmap(size, size);
            pixmap.fill(Qt::transparent);
            QPainter painter(&pixmap);
            drawSymbol(painter, symbol, QRectF(0, 0, size, size), painted);
            painter.end();
            icon.addPixmap(pixmap, mode);
        }
    }
    return icon;
}

QIcon programIcon(bool unread)
{
    QIcon icon;
    for (const int size : {16, 22, 32, 48, 64, 128, 256}) {
        QPixmap pixmap(size, size);
        pixmap.fill(Qt::transparent);
        QPainter painter(&pixmap);
        painter.setRenderHint(QPainter::Antialiasing);
        painter.scale(size / 24.0, size / 24.0);
        painter.setPen(Qt::NoPen);
        painter.setBrush(QColor(0x25, 0x63, 0xd9));
        painter.drawPath(bubble());
        painter.setBrush(Qt::white);
        for (const qreal x : {8.0, 12.0, 16.0})
            painter.drawEllipse(QPointF(x, 10.5), 1.4, 1.4);
        if (unread) {
            painter.setBrush(QColor(0xe5, 0x3e, 0x30));
            painter.drawEllipse(QPointF(19, 5), 4.5, 4.5);
        }
        painter.end();
        icon.addPixmap(pixmap);
    }
    return icon;
}

} // namespace nextchat::desktop
