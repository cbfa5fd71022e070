// SPDX-License-Identifier: MIT
#include "client-gui/view/memberspanel.h"

#include "client-gui/model/messagetext.h"
#include "client-gui/view/avatar.h"

#include <QVBoxLayout>

namespace nextchat::desktop {

namespace {

constexpr int picture = 28;

} // namespace

MemberDelegate::MemberDelegate(const Appearance &appearance, QObject *parent)
    : QStyledItemDelegate(parent)
    , m_appearance(appearance)
{ }

QSize MemberDelegate::sizeHint(const QStyleOptionViewItem &option, const QModelIndex &) const
{
    return {option.rect.width(), std::max(picture, QFontMetrics(m_appearance.font()).height()) + 12};
}

void MemberDelegate::paint(QPainter *painter, const QStyleOptionViewItem &option,
                           const QModelIndex &index) const
{
    const Theme &theme = m_appearance.theme();
    const bool present = index.data(MemberList::IsPresent).toBool();
    painter->save();
    painter->setRenderHint(QPainter::Antialiasing);
    if (option.state & (QStyle::State_MouseOver | QStyle::State_HasFocus)) {
        painter->setPen(Qt::NoPen);
        painter->setBrush(theme.hover);
        painter->drawRoundedRect(QRectF(option.rect).adjusted(8, 1, -8, -1), 8, 8);
    }
    const QRect box(option.rect.left() + 16, option.rect.center().y() - picture / 2, picture, picture);
    painter->setOpacity(present ? 1.0 : 0.55);
    const QString user = index.data(MemberList::UserId).toString();
    drawAvatar(*painter, box, user, AvatarShape::Person, theme);
    painter->setOpacity(1.0);
    if (present) {
        painter->setPen(QPen(theme.ground, 2));
        painter->setBrush(theme.dark ? QColor(0x5f, 0xcf, 0x80) : QColor(0x2a, 0x9d, 0x4f));
        painter->drawEllipse(QRectF(box.right() - 8, box.bottom() - 8, 11, 11));
    }
    painter->setPen(present ? theme.text : theme.faint);
    painter->setFont(m_appearance.font());
    const QRect name = option.rect.adjusted(16 + picture + 10, 0, -14, 0);
    painter->drawText(name, Qt::AlignLeft | Qt::AlignVCenter,
                      painter->fontMetrics().elidedText(showable(user), Qt::ElideRight, name.width()));
    painter->restore();
}

MembersPanel::MembersPanel(const Appearance &appearance, QWidget *parent)
    : QWidget(parent)
    , m_appearance(appearance)
    , m_delegate(appearance)
{
    setObjectName(QStringLiteral("panel"));
    setAttribute(Qt::WA_StyledBackground);
    m_title = new QLabel(this);
    m_title->setObjectName(QStringLiteral("title"));
    m_title->setContentsMargins(16, 16, 16, 8);
    m_list = new QListView(this);
    m_list->setObjectName(QStringLiteral("members"));
    m_list->setAccessibleName(tr("Members"));
    m_list->setItemDelegate(&m_delegate);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setMouseTracking(true);
    m_list->setSelectionMode(QAbstractItemView::NoSelection);
    m_list->setVerticalScrollMode(QListView::ScrollPerPixel);
    m_list->setUniformItemSizes(true);
    connect(m_list, &QListView::activated, this, [this](const QModelIndex &index) {
        Q_EMIT mentionWanted(index.data(MemberList::UserId).toString());
    });
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(m_title);
    column->addWidget(m_list, 1);
    updateTitle();
}

void MembersPanel::setMembers(MemberList *members)
{
    if (m_members)
        m_members->disconnect(this);
    m_members = members;
    m_list->setModel(members);
    if (members)
        connect(members, &MemberList::presenceChanged, this, &MembersPanel::updateTitle);
    updateTitle();
}

void MembersPanel::updateTitle()
{
    const int count = m_members ? m_members->presentCount() : 0;
    m_title->setText(count > 0 ? tr("Members · %n here", nullptr, count) : tr("Members"));
}

} // namespace nextchat::desktop
