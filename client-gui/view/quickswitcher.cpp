// SPDX-License-Identifier: MIT
#include "client-gui/view/quickswitcher.h"

#include <QKeyEvent>
#include <QVBoxLayout>

namespace nextchat::desktop {

namespace {

constexpr int mostRows = 9; // then it scrolls

} // namespace

QuickSwitcher::QuickSwitcher(const ConversationList &conversations, QWidget *parent)
    : QDialog(parent, Qt::Popup | Qt::FramelessWindowHint)
    , m_conversations(conversations)
    , m_field(new QLineEdit(this))
    , m_list(new QListWidget(this))
{
    setObjectName(QStringLiteral("popup"));
    setAttribute(Qt::WA_DeleteOnClose);
    setAttribute(Qt::WA_StyledBackground);
    setAccessibleName(tr("Go to a conversation"));
    m_field->setPlaceholderText(tr("Go to a conversation"));
    m_field->setAccessibleName(tr("Go to a conversation"));
    m_field->installEventFilter(this);
    m_list->setFocusPolicy(Qt::NoFocus);
    m_list->setFrameShape(QFrame::NoFrame);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(12, 12, 12, 12);
    column->addWidget(m_field);
    column->addWidget(m_list);
    connect(m_field, &QLineEdit::textChanged, this, &QuickSwitcher::filter);
    connect(m_list, &QListWidget::itemClicked, this, &QuickSwitcher::choose);
    filter();
    setFixedWidth(420);
    const QPoint middle =
        parent->mapToGlobal(QPoint(parent->width() / 2 - width() / 2, parent->height() / 7));
    move(middle);
    m_field->setFocus();
}

void QuickSwitcher::filter()
{
    m_list->clear();
    for (const QString &name : m_conversations.matching(m_field->text())) {
        const Conversation *conversation = m_conversations.find(name);
        auto *item = new QListWidgetItem(name, m_list);
        item->setData(Qt::UserRole, name);
        if (conversation && conversation->unread() > 0)
            item->setText(tr("%1 · %n unread", nullptr, conversation->unread()).arg(name));
    }
    m_list->setCurrentRow(0);
    const int rows = std::clamp(m_list->count(), 1, mostRows);
    m_list->setFixedHeight(rows * std::max(28, m_list->sizeHintForRow(0)) + 4);
    adjustSize();
    resize(width(), sizeHint().height());
}

void QuickSwitcher::choose()
{
    const QListWidgetItem *item = m_list->currentItem();
    if (!item)
        return;
    Q_EMIT chosen(item->data(Qt::UserRole).toString());
    close();
}

bool QuickSwitcher::eventFilter(QObject *watched, QEvent *event)
{
    if (event->type() != QEvent::KeyPress)
        return QDialog::eventFilter(watched, event);
    const int key = static_cast<QKeyEvent *>(event)->key();
    const int rows = m_list->count();
    if ((key == Qt::Key_Down || key == Qt::Key_Up) && rows > 0) {
        m_list->setCurrentRow((m_list->currentRow() + (key == Qt::Key_Down ? 1 : rows - 1)) % rows);
        return true;
    }
    if (key == Qt::Key_Return || key == Qt::Key_Enter) {
        choose();
        return true;
    }
    return QDialog::eventFilter(watched, event);
}

} // namespace nextchat::desktop
