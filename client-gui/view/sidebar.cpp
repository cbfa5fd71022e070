// SPDX-License-Identifier: MIT
#include "client-gui/view/sidebar.h"

#include "client-gui/view/avatar.h"
#include "client-gui/view/symbols.h"
#include "client-gui/view/toolbutton.h"

#include <QHBoxLayout>
#include <QPointer>
#include <QVBoxLayout>

namespace nextchat::desktop {

namespace {

constexpr int pictureSize = 36;

} // namespace

Sidebar::Sidebar(Session &session, const Appearance &appearance, QMenu *menu, QWidget *parent)
    : QWidget(parent)
    , m_session(session)
    , m_appearance(appearance)
    , m_delegate(session.conversations(), appearance)
{
    setObjectName(QStringLiteral("sidebar"));
    setAttribute(Qt::WA_StyledBackground);
    m_filter.setSourceModel(&session.conversations());
    m_filter.setFilterCaseSensitivity(Qt::CaseInsensitive);
    build(menu);
    connect(&appearance, &Appearance::changed, this, &Sidebar::applyTheme);
    connect(&session, &Session::linkChanged, this, &Sidebar::showLink);
    for (const auto signal : {&QAbstractItemModel::rowsInserted, &QAbstractItemModel::rowsRemoved})
        connect(&m_filter, signal, this, &Sidebar::updateEmpty);
    applyTheme();
    showLink();
    updateEmpty();
}

QWidget *Sidebar::makeHeader(QMenu *menu)
{
    auto *header = new QWidget(this);
    header->setObjectName(QStringLiteral("sidebarHeader"));
    m_picture = new QLabel(header);
    m_picture->setFixedSize(pictureSize, pictureSize);
    m_name = new QLabel(m_session.user(), header);
    m_name->setObjectName(QStringLiteral("title"));
    m_name->setTextFormat(Qt::PlainText);
    m_status = new QLabel(header);
    m_status->setObjectName(QStringLiteral("subtitle"));
    m_addButton = makeToolButton(tr("Find or create a group (Ctrl+N)"), header);
    m_menuButton = makeToolButton(tr("Menu"), header);
    m_menuButton->setObjectName(QStringLiteral("menu"));
    m_menuButton->setMenu(menu);
    m_menuButton->setPopupMode(QToolButton::InstantPopup);
    connect(m_addButton, &QToolButton::clicked, this, &Sidebar::browseWanted);
    auto *words = new QVBoxLayout;
    words->setSpacing(0);
    words->addWidget(m_name);
    words->addWidget(m_status);
    auto *row = new QHBoxLayout(header);
    row->setContentsMargins(16, 12, 10, 8);
    row->setSpacing(10);
    row->addWidget(m_picture);
    row->addLayout(words, 1);
    row->addWidget(m_addButton);
    row->addWidget(m_menuButton);
    return header;
}

void Sidebar::makeFilter()
{
    m_find = new QLineEdit(this);
    m_find->setObjectName(QStringLiteral("filter"));
    m_find->setPlaceholderText(tr("Filter conversations"));
    m_find->setAccessibleName(tr("Filter conversations"));
    m_find->setClearButtonEnabled(true);
    connect(m_find, &QLineEdit::textChanged, this, [this](const QString &text) {
        m_filter.setFilterFixedString(text);
        updateEmpty();
    });
    connect(m_find, &QLineEdit::returnPressed, this, [this] {
        const QModelIndex first = m_filter.index(0, 0);
        if (first.isValid())
            Q_EMIT chosen(first.data(ConversationList::GroupId).toString());
        m_find->clear();
    });
}

void Sidebar::makeList()
{
    m_list = new QListView(this);
    m_list->setObjectName(QStringLiteral("conversations"));
    m_list->setAccessibleName(tr("Conversations"));
    m_list->setModel(&m_filter);
    m_list->setItemDelegate(&m_delegate);
    m_list->setFrameShape(QFrame::NoFrame);
    m_list->setVerticalScrollMode(QListView::ScrollPerPixel);
    m_list->setHorizontalScrollBarPolicy(Qt::ScrollBarAlwaysOff);
    m_list->setMouseTracking(true);
    m_list->setDragDropMode(QAbstractItemView::DragDrop);
    m_list->setDefaultDropAction(Qt::MoveAction);
    m_list->setDropIndicatorShown(true);
    m_list->setContextMenuPolicy(Qt::CustomContextMenu);
    const auto choose = [this](const QModelIndex &index) {
        if (index.isValid())
            Q_EMIT chosen(index.data(ConversationList::GroupId).toString());
    };
    connect(m_list, &QListView::clicked, this, choose);
    connect(m_list, &QListView::activated, this, choose);
    connect(m_list, &QListView::customContextMenuRequested, this, &Sidebar::showMenu);
}

void Sidebar::build(QMenu *menu)
{
    QWidget *header = makeHeader(menu);
    makeFilter();
    makeList();
    m_empty = new QLabel(this);
    m_empty->setObjectName(QStringLiteral("hint"));
    m_empty->setAlignment(Qt::AlignCenter);
    m_empty->setWordWrap(true);
    m_empty->setMargin(24);

    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(0, 0, 0, 0);
    column->setSpacing(0);
    column->addWidget(header);
    auto *fieldRow = new QHBoxLayout;
    fieldRow->setContentsMargins(14, 2, 14, 10);
    fieldRow->addWidget(m_find);
    column->addLayout(fieldRow);
    column->addWidget(m_empty);
    column->addWidget(m_list, 1);
}

void Sidebar::applyTheme()
{
    const Theme &theme = m_appearance.theme();
    m_addButton->setIcon(symbolIcon(Symbol::Add, theme.faint));
    m_menuButton->setIcon(symbolIcon(Symbol::Menu, theme.faint));
    m_status->setFont(m_appearance.font(0.85));
    const qreal ratio = devicePixelRatioF();
    QPixmap picture(QSize(pictureSize, pictureSize) * ratio);
    picture.setDevicePixelRatio(ratio);
    picture.fill(Qt::transparent);
    QPainter painter(&picture);
    painter.setFont(m_appearance.font());
    drawAvatar(painter, QRectF(0, 0, pictureSize, pictureSize), m_session.user(), AvatarShape::Person, theme);
    painter.end();
    m_picture->setPixmap(picture);
    m_list->viewport()->update();
}

void Sidebar::showLink()
{
    switch (m_session.link()) {
    case Session::Link::Online:
        m_status->setText(tr("Online"));
        break;
    case Session::Link::Waiting:
    case Session::Link::Stopped:
        m_status->setText(tr("Offline"));
        break;
    default:
        m_status->setText(tr("Connecting …"));
    }
}

void Sidebar::updateEmpty()
{
    const bool nothing = m_filter.rowCount() == 0;
    m_empty->setVisible(nothing);
    m_empty->setText(m_session.conversations().rowCount() == 0 ? tr("You are in no group yet.")
                                                               : tr("No conversation is called that."));
}

void Sidebar::showCurrent(const QString &groupId)
{
    const QModelIndex source = m_session.conversations().index(m_session.conversations().rowOf(groupId));
    const QModelIndex shown = m_filter.mapFromSource(source);
    if (shown.isValid()) {
        m_list->setCurrentIndex(shown);
        m_list->scrollTo(shown);
    } else {
        m_list->clearSelection();
    }
}

void Sidebar::showMenu(const QPoint &at)
{
    const QString groupId = m_list->indexAt(at).data(ConversationList::GroupId).toString();
    const QPointer<Conversation> conversation = m_session.conversation(groupId);
    if (!conversation)
        return;
    auto *menu = new QMenu(this);
    menu->setAttribute(Qt::WA_DeleteOnClose);
    const GroupRecord &record = conversation->record();
    menu->addAction(tr("Mark as read"), this, [this, groupId] { Q_EMIT markReadWanted(groupId); })
        ->setEnabled(conversation->unread() > 0);
    menu->addAction(record.pinned ? tr("Unpin") : tr("Pin"), this, [this, groupId, pinned = record.pinned] {
        if (pinned)
            m_session.conversations().unpin(groupId);
        else
            m_session.conversations().pin(groupId, INT_MAX);
    });
    menu->addAction(record.muted ? tr("Unmute") : tr("Mute"), this, [conversation, muted = record.muted] {
        if (conversation)
            conversation->setMuted(!muted);
    });
    menu->addSeparator();
    menu->addAction(tr("Leave …"), this, [this, groupId] { Q_EMIT leaveWanted(groupId); });
    menu->popup(m_list->viewport()->mapToGlobal(at));
}

} // namespace nextchat::desktop
