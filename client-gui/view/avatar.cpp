// SPDX-License-Identifier: MIT
#include "client-gui/view/avatar.h"

#include <QRegularExpression>

namespace nextchat::desktop {

namespace {

// The first character as people count them, surrogates and all.
QString firstOf(const QString &word)
{
    return word.left(word.at(0).isHighSurrogate() && word.size() > 1 ? 2 : 1).toUpper();
}

} // namespace

QString initialsOf(const QString &name)
{
    static const QRegularExpression separators(QStringLiteral("[\\s._@#-]+"));
    const QStringList words = name.split(separators, Qt::SkipEmptyParts);
    if (words.isEmpty())
        return QStringLiteral("#");
    return words.size() == 1 ? firstOf(words.first()) : firstOf(words.first()) % firstOf(words.last());
}

void drawAvatar(QPainter &painter, const QRectF &box, const QString &name, AvatarShape shape,
                const Theme &theme)
{
    painter.save();
    painter.setRenderHint(QPainter::Antialiasing);
    const QColor colour = theme.ofPerson(name);
    QColor ground = colour;
    ground.setAlphaF(theme.dark ? 0.24F : 0.15F);
    painter.setPen(Qt::NoPen);
    painter.setBrush(ground);
    const qreal radius = shape == AvatarShape::Person ? box.width() / 2 : box.width() * 0.3;
    painter.drawRoundedRect(box, radius, radius);
    QFont font = painter.font();
    font.setPixelSize(static_cast<int>(box.width() * 0.4));
    font.setWeight(QFont::DemiBold);
    painter.setFont(font);
    painter.setPen(colour);
    painter.drawText(box, Qt::AlignCenter, initialsOf(name));
    painter.restore();
}

} // namespace nextchat::desktop
