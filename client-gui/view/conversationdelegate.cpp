// SPDX-License-Identifier: MIT
#include "client-gui/view/conversationdelegate.h"

#include "client-gui/model/errorwords.h"
#include "client-gui/model/messagetext.h"
#include "client-gui/model/timelabels.h"
#include "client-gui/view/avatar.h"
#include "client-gui/view/symbols.h"

namespace nextchat::desktop {

namespace {

constexpr int margin = 8; // of the row
constexpr int padding = 10; // inside of its ground
constexpr int picture = 40;
constexpr double small = 0.8;
constexpr double textScale = 0.92;
constexpr int markSize = 14;

} // namespace

ConversationDelegate::ConversationDelegate(const ConversationList &list, const Appearance &appearance,
                                           QObject *parent)
    : QStyledItemDelegate(parent)
    , m_list(list)
    , m_appearance(appearance)
{ }

QSize ConversationDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    const int lines = QFontMetrics(m_appearance.font(1, QFont::DemiBold)).height()
        + QFontMetrics(m_appearance.font(textScale)).height() + 3;
    return {option.rect.width(), std::max(lines, picture) + 20};
}

void ConversationDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                                 const QModelIndex &index) const
{
    const Conversation *conversation = m_list.find(index.data(ConversationList::GroupId).toString());
    if (!conversation)
        return;
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    paintGround(*painter, option);
    const QRect inner = option.rect.adjusted(margin + padding, 0, -margin - padding, 0);
    drawAvatar(*painter, QRect(inner.left(), inner.center().y() - picture / 2, picture, picture),
               conversation->id(), AvatarShape::Group, m_appearance.theme());
    const int nameHeight = QFontMetrics(m_appearance.font(1, QFont::DemiBold)).height();
    const int textHeight = QFontMetrics(m_appearance.font(textScale)).height();
    const int top = inner.center().y() - (nameHeight + textHeight + 3) / 2;
    const int left = inner.left() + picture + 12;
    paintNameLine(*painter, QRect(left, top, inner.right() - left, nameHeight), *conversation);
    paintTextLine(*painter, QRect(left, top + nameHeight + 3, inner.right() - left, textHeight),
                  *conversation);
    painter->restore();
}

void ConversationDelegate::paintGround(QPainter &painter, const QStyleOptionViewItem &option) const
{
    const Theme &theme = m_appearance.theme();
    const bool selected = option.state.testFlag(QStyle::State_Selected);
    const bool focused = option.state.testFlag(QStyle::State_HasFocus);
    if (!selected && !focused && !option.state.testFlag(QStyle::State_MouseOver))
        return;
    painter.setBrush(selected ? theme.selected : theme.hover);
    painter.setPen(focused ? QPen(theme.accent, 1) : QPen(Qt::NoPen));
    painter.drawRoundedRect(QRectF(option.rect).adjusted(margin + 0.5, 1.5, -margin - 0.5, -1.5), 10, 10);
}

void ConversationDelegate::paintNameLine(QPainter &painter, const QRect &line,
                                         const Conversation &conversation) const
{
    const Theme &theme = m_appearance.theme();
    int right = line.right();
    if (conversation.lastTime().isValid()) {
        const QString time = recentLabel(conversation.lastTime(), QDate::currentDate());
        painter.setFont(m_appearance.font(small));
        painter.setPen(conversation.unread() > 0 && !conversation.record().muted ? theme.accent
                                                                                 : theme.faint);
        painter.drawText(line, Qt::AlignRight | Qt::AlignVCenter, time);
        right -= painter.fontMetrics().horizontalAdvance(time) + 8;
    }
    for (const auto &[shown, symbol] : {std::pair(conversation.record().pinned, Symbol::Pinned),
                                        std::pair(conversation.record().muted, Symbol::Muted)}) {
        if (!shown)
            continue;
        right -= markSize;
        drawSymbol(painter, symbol, QRectF(right, line.center().y() - markSize / 2.0, markSize, markSize),
                   theme.faint);
        right -= 4;
    }
    painter.setFont(m_appearance.font(1, conversation.unread() > 0 ? QFont::Bold : QFont::DemiBold));
    painter.setPen(theme.text);
    const QRect name(line.left(), line.top(), right - line.left(), line.height());
    painter.drawText(
        name, Qt::AlignLeft | Qt::AlignVCenter,
        painter.fontMetrics().elidedText(showable(conversation.id()), Qt::ElideRight, name.width()));
}

// Its width.
int ConversationDelegate::paintBadge(QPainter &painter, const QRect &line,
                                     const Conversation &conversation) const
{
    if (conversation.unread() == 0)
        return 0;
    const Theme &theme = m_appearance.theme();
    QString count = QString::number(std::min(conversation.unread(), 999));
    if (conversation.unread() > 999 || conversation.mayBeMoreUnread())
        count += u'+';
    if (conversation.isMentioned())
        count.prepend(u'@');
    painter.setFont(m_appearance.font(small * 0.95, QFont::DemiBold));
    const int height = painter.fontMetrics().height() + 3;
    const int width = std::max(height, painter.fontMetrics().horizontalAdvance(count) + 12);
    const QRectF badge(line.right() - width + 1, line.center().y() - height / 2.0 + 0.5, width, height);
    painter.setPen(Qt::NoPen);
    const bool loud = !conversation.record().muted || conversation.isMentioned();
    painter.setBrush(loud ? theme.accent : theme.line);
    painter.drawRoundedRect(badge, height / 2.0, height / 2.0);
    painter.setPen(loud ? theme.onAccent : theme.faint);
    painter.drawText(badge, Qt::AlignCenter, count);
    return width + 8;
}

void ConversationDelegate::paintTextLine(QPainter &painter, const QRect &line,
                                         const Conversation &conversation) const
{
    const Theme &theme = m_appearance.theme();
    const QRect rect = line.adjusted(0, 0, -paintBadge(painter, line, conversation), 0);
    const QFont font = m_appearance.font(textScale);
    painter.setFont(font);
    QString lead;
    QString text;
    painter.setPen(theme.danger);
    if (conversation.place() == Conversation::Place::Refused) {
        lead = inOwnWords(conversation.problem());
    } else if (!conversation.draft().isEmpty()) {
        lead = tr("Draft:") % u' ';
        text = preview(conversation.draft());
    } else if (!conversation.lastText().isEmpty()) {
        painter.setPen(theme.text);
        const bool own = conversation.lastAuthor() == conversation.messages().ownUser();
        lead = (own ? tr("You") : showable(conversation.lastAuthor())) % u": ";
        text = conversation.lastText();
    } else {
        text = tr("No messages yet");
    }
    lead = painter.fontMetrics().elidedText(lead, Qt::ElideRight, rect.width());
    painter.drawText(rect, Qt::AlignLeft | Qt::AlignVCenter, lead);
    const int used = painter.fontMetrics().horizontalAdvance(lead);
    painter.setPen(theme.faint);
    painter.drawText(rect.adjusted(used, 0, 0, 0), Qt::AlignLeft | Qt::AlignVCenter,
                     painter.fontMetrics().elidedText(text, Qt::ElideRight, rect.width() - used));
}

} // namespace nextchat::desktop
