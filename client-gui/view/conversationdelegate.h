// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/conversationlist.h"
#include "client-gui/view/appearance.h"

#include <QStyledItemDelegate>

namespace nextchat::desktop {

// A conversation in the list: picture, name, last message and its time, unread count, marks. Main thread.
class ConversationDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    // Both must outlive it.
    ConversationDelegate(const ConversationList &list, const Appearance &appearance,
                         QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    void paintGround(QPainter &painter, const QStyleOptionViewItem &option) const;
    int paintBadge(QPainter &painter, const QRect &line, const Conversation &conversation) const;
    void paintNameLine(QPainter &painter, const QRect &line, const Conversation &conversation) const;
    void paintTextLine(QPainter &painter, const QRect &line, const Conversation &conversation) const;

    const ConversationList &m_list;
    const Appearance &m_appearance;
};

} // namespace nextchat::desktop
