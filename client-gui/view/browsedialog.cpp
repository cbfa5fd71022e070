// SPDX-License-Identifier: MIT
#include "client-gui/view/browsedialog.h"

#include "client-gui/model/errorwords.h"
#include "common/chat/rules.h"

#include <QHBoxLayout>
#include <QPointer>
#include <QStyle>
#include <QVBoxLayout>

namespace nextchat::desktop {

namespace {

constexpr int typingDelay = 200; // ms
constexpr qsizetype wholePage = 100; // groups: there may be more

} // namespace

BrowseDialog::BrowseDialog(Session &session, QWidget *parent)
    : QDialog(parent)
    , m_session(session)
{
    setWindowTitle(tr("Groups"));
    setAttribute(Qt::WA_DeleteOnClose);
    build();
    m_delay.setSingleShot(true);
    connect(&m_delay, &QTimer::timeout, this, [this] { find(false); });
    connect(m_field, &QLineEdit::textChanged, this, [this] {
        m_delay.start(typingDelay);
        updateButtons();
    });
    connect(m_list, &QListWidget::currentRowChanged, this, &BrowseDialog::updateButtons);
    connect(m_list, &QListWidget::itemActivated, this,
            [this](const QListWidgetItem *item) { join(item->data(Qt::UserRole).toString(), false); });
    connect(m_more, &QPushButton::clicked, this, [this] { find(true); });
    connect(m_create, &QPushButton::clicked, this, [this] { join(m_field->text().trimmed(), true); });
    connect(m_join, &QPushButton::clicked, this, [this] {
        if (m_list->currentItem())
            join(m_list->currentItem()->data(Qt::UserRole).toString(), false);
    });
    resize(460, 480);
    find(false);
}

void BrowseDialog::build()
{
    m_field = new QLineEdit(this);
    m_field->setObjectName(QStringLiteral("groupName"));
    m_field->setPlaceholderText(tr("Name of a group"));
    m_field->setAccessibleName(tr("Name of a group"));
    m_field->setMaxLength(static_cast<int>(chat::maximumIdLength));
    m_list = new QListWidget(this);
    m_list->setObjectName(QStringLiteral("groups"));
    m_list->setAccessibleName(tr("Groups"));
    m_list->setFrameShape(QFrame::NoFrame);
    m_status = new QLabel(this);
    m_status->setObjectName(QStringLiteral("hint"));
    m_status->setTextFormat(Qt::PlainText);
    m_status->setWordWrap(true);
    m_more = new QPushButton(tr("Show more"), this);
    m_create = new QPushButton(this);
    m_create->setObjectName(QStringLiteral("create"));
    m_join = new QPushButton(tr("Join"), this);
    m_join->setProperty("kind", QStringLiteral("primary"));
    m_join->setDefault(true);
    m_more->hide();
    for (QPushButton *button : {m_more, m_create})
        button->setAutoDefault(false);
    auto *buttons = new QHBoxLayout;
    buttons->addWidget(m_create);
    buttons->addStretch();
    buttons->addWidget(m_join);
    auto *column = new QVBoxLayout(this);
    column->setContentsMargins(20, 20, 20, 20);
    column->setSpacing(10);
    column->addWidget(m_field);
    column->addWidget(m_list, 1);
    column->addWidget(m_more);
    column->addWidget(m_status);
    column->addLayout(buttons);
    updateButtons();
}

void BrowseDialog::say(const QString &sentence, bool isProblem)
{
    m_status->setObjectName(isProblem ? QStringLiteral("problem") : QStringLiteral("hint"));
    m_status->style()->unpolish(m_status);
    m_status->style()->polish(m_status);
    m_status->setText(inOwnWords(sentence));
    m_status->setVisible(!sentence.isEmpty());
}

void BrowseDialog::updateButtons()
{
    const QString name = m_field->text().trimmed();
    const bool exists = !m_list->findItems(name, Qt::MatchExactly).isEmpty();
    m_create->setVisible(chat::isValidId(name) && !exists);
    m_create->setText(tr("Create “%1”").arg(name.size() > 24 ? QString(name.left(23) % u'…') : name));
    const QListWidgetItem *item = m_list->currentItem();
    const bool known = item && m_session.conversation(item->data(Qt::UserRole).toString());
    m_join->setText(known ? tr("Open") : tr("Join"));
    m_join->setEnabled(m_list->currentItem() != nullptr && !m_busy);
    m_create->setEnabled(!m_busy);
}

QCoro::Task<> BrowseDialog::find(bool more)
{
    const QPointer<BrowseDialog> self(this);
    const quint64 search = ++m_search;
    const QString prefix = m_field->text().trimmed();
    std::optional<QString> after;
    if (more && m_list->count() > 0)
        after = m_list->item(m_list->count() - 1)->data(Qt::UserRole).toString();
    const Expected<QList<chat::Group>> found = co_await m_session.find(prefix, after);
    if (!self || search != m_search)
        co_return;
    if (!found) {
        say(found.error().message, true);
        co_return;
    }
    if (!more)
        m_list->clear();
    for (const chat::Group &group : *found) {
        auto *item = new QListWidgetItem(group.groupId, m_list);
        item->setData(Qt::UserRole, group.groupId);
        if (m_session.conversation(group.groupId))
            item->setText(tr("%1 · joined").arg(group.groupId));
    }
    if (m_list->currentRow() < 0)
        m_list->setCurrentRow(0);
    m_more->setVisible(found->size() == wholePage);
    say(m_list->count() > 0    ? QString()
            : prefix.isEmpty() ? tr("There is no group yet. Type a name to create the first one.")
                               : tr("No group begins like that."),
        false);
    updateButtons();
}

QCoro::Task<> BrowseDialog::join(QString groupId, bool create)
{
    const QPointer<BrowseDialog> self(this);
    m_busy = true;
    updateButtons();
    const Conversation *known = m_session.conversation(groupId);
    Expected<void> result;
    if (create)
        result = co_await m_session.create(groupId);
    else if (!known)
        result = co_await m_session.join(groupId);
    if (!self)
        co_return;
    m_busy = false;
    updateButtons();
    if (!result) {
        say(result.error().message, true);
        co_return;
    }
    Q_EMIT joined(groupId);
    close();
}

} // namespace nextchat::desktop
