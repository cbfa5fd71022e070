// SPDX-License-Identifier: MIT
#include "client-gui/view/messagedelegate.h"

namespace nextchat::desktop {

namespace {

constexpr int mostLayouts = 400; // several screens; each takes a few KB

const MessageList &listOf(const QModelIndex &index)
{
    return *static_cast<const MessageList *>(index.model());
}

} // namespace

MessageDelegate::MessageDelegate(const Appearance &appearance, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_appearance(appearance)
    , m_layouts(mostLayouts)
{ }

const MessageLayout &MessageDelegate::layout(const MessageList &list, int row, int width) const
{
    MessageRow shown = list.row(row);
    const qint64 id = shown.id;
    if (const MessageLayout *known = m_layouts.object(id); known && known->fits(shown, width))
        return *known;
    auto *made = new MessageLayout(std::move(shown), width, m_appearance, list.ownUser());
    m_layouts.insert(id, made);
    return *made;
}

void MessageDelegate::forget()
{
    m_layouts.clear();
}

void MessageDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                            const QModelIndex &index) const
{
    layout(listOf(index), index.row(), option.rect.width())
        .paint(*painter, option.rect.topLeft(), {}, option.state.testFlag(QStyle::State_HasFocus));
}

QSize MessageDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const
{
    const int width = option.rect.width();
    return {width, layout(listOf(index), index.row(), width).height()};
}

} // namespace nextchat::desktop
