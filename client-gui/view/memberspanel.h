// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/memberlist.h"
#include "client-gui/view/appearance.h"

#include <QLabel>
#include <QListView>
#include <QStyledItemDelegate>

namespace nextchat::desktop {

// Paints a member with the sign of presence. Main thread.
class MemberDelegate : public QStyledItemDelegate
{
    Q_OBJECT

public:
    explicit MemberDelegate(const Appearance &appearance, QObject *parent = nullptr);
    void paint(QPainter *painter, const QStyleOptionViewItem &option,
               const QModelIndex &index) const override;
    [[nodiscard]] QSize sizeHint(const QStyleOptionViewItem &option, const QModelIndex &index) const override;

private:
    const Appearance &m_appearance;
};

// The people of a conversation. Main thread; `appearance` must outlive it.
class MembersPanel : public QWidget
{
    Q_OBJECT

public:
    explicit MembersPanel(const Appearance &appearance, QWidget *parent = nullptr);
    void setMembers(MemberList *members); // null: none

Q_SIGNALS:
    void mentionWanted(const QString &user);

private:
    void updateTitle();

    const Appearance &m_appearance;
    MemberDelegate m_delegate;
    QPointer<MemberList> m_members;
    QLabel *m_title = nullptr;
    QListView *m_list = nullptr;
};

} // namespace nextchat::desktop
