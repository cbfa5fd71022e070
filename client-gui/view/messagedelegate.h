// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/view/messagelayout.h"

#include <QCache>
#include <QStyledItemDelegate>

namespace nextchat::desktop {

// Paints the rows of a MessageList, and keeps the layouts of those that were seen last. Main thread.
class MessageDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    explicit MessageDelegate(const Appearance &appearance, QObject *parent = nullptr);

    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

    // Valid until the next call. `list` is the model.
    [[nodiscard]] const MessageLayout &layout(const MessageList &list, int row, int width) const;
    void forget(); // all layouts

private:
    const Appearance &m_appearance;
    mutable QCache<qint64, MessageLayout> m_layouts; // by the row's id
};

} // namespace nextchat::desktop
