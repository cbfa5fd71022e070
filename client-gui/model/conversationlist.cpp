// SPDX-License-Identifier: MIT
#include "client-gui/model/conversationlist.h"

#include <QMimeData>

namespace nextchat::desktop {

namespace {

const QString &mimeType()
{
    static const QString type = QStringLiteral("application/x-nextchat-group");
    return type;
}

bool hasLettersInOrder(const QString &name, const QString &typed)
{
    qsizetype at = 0;
    for (const QChar c : typed) {
        at = name.indexOf(c, at, Qt::CaseInsensitive) + 1;
        if (at == 0)
            return false;
    }
    return true;
}

} // namespace

int matchQuality(const QString &name, const QString &typed)
{
    if (name.compare(typed, Qt::CaseInsensitive) == 0)
        return 5;
    const qsizetype at = name.indexOf(typed, 0, Qt::CaseInsensitive);
    if (at == 0)
        return 4;
    if (at > 0)
        return name.at(at - 1).isLetterOrNumber() ? 2 : 3;
    return hasLettersInOrder(name, typed) ? 1 : 0;
}

ConversationList::ConversationList(QString ownUser, QObject *parent)
    : QAbstractListModel(parent)
    , m_ownUser(std::move(ownUser))
{ }

ConversationList::~ConversationList() = default;

int ConversationList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_order.size());
}

QVariant ConversationList::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const Conversation *conversation = at(index.row());
    if (role == Qt::DisplayRole || role == GroupId)
        return conversation->id();
    if (role == Qt::AccessibleTextRole) {
        return conversation->unread() > 0
            ? tr("%1, %n unread message(s)", nullptr, conversation->unread()).arg(conversation->id())
            : conversation->id();
    }
    return {};
}

Qt::ItemFlags ConversationList::flags(const QModelIndex &index) const
{
    const Qt::ItemFlags usual = QAbstractListModel::flags(index);
    return index.isValid() ? usual | Qt::ItemIsDragEnabled : usual | Qt::ItemIsDropEnabled;
}

QStringList ConversationList::mimeTypes() const
{
    return {mimeType()};
}

QMimeData *ConversationList::mimeData(const QModelIndexList &indexes) const
{
    auto *data = new QMimeData;
    if (!indexes.isEmpty())
        data->setData(mimeType(), at(indexes.first().row())->id().toUtf8());
    return data;
}

// Above or among the pinned ones it is pinned there; below them it is not pinned any more.
bool ConversationList::dropMimeData(const QMimeData *data, Qt::DropAction, int row, int, const QModelIndex &)
{
    const QString groupId = QString::fromUtf8(data->data(mimeType()));
    Conversation *moved = find(groupId);
    if (!moved)
        return false;
    const QList<Conversation *> fixed = pinned();
    const int before = row < 0 ? rowCount() : row;
    if (before > fixed.size()) {
        unpin(groupId);
        return false;
    }
    const qsizetype own = fixed.indexOf(moved);
    pin(groupId, own >= 0 && own < before ? before - 1 : before);
    return false; // the view must not remove the row
}

Conversation &ConversationList::add(GroupRecord record)
{
    if (Conversation *known = find(record.groupId))
        return *known;
    const QString id = record.groupId;
    auto made = std::make_unique<Conversation>(std::move(record), m_ownUser);
    Conversation *conversation = made.get();
    connect(conversation, &Conversation::changed, this, [this, conversation] { update(conversation); });
    m_conversations.emplace(id, std::move(made));
    const auto at =
        std::upper_bound(m_order.begin(), m_order.end(), conversation,
                         [this](const Conversation *a, const Conversation *b) { return precedes(a, b); });
    const int row = static_cast<int>(at - m_order.begin());
    beginInsertRows({}, row, row);
    m_order.insert(row, conversation);
    endInsertRows();
    return *conversation;
}

void ConversationList::remove(const QString &groupId)
{
    const int row = rowOf(groupId);
    if (row < 0)
        return;
    beginRemoveRows({}, row, row);
    m_order.removeAt(row);
    endRemoveRows();
    // Later: whoever takes it away may be in one of its signals.
    auto removed = m_conversations.extract(groupId);
    removed.mapped()->disconnect(this);
    removed.mapped().release()->deleteLater();
    Q_EMIT unreadChanged();
}

Conversation *ConversationList::find(const QString &groupId) const
{
    const auto found = m_conversations.find(groupId);
    return found == m_conversations.end() ? nullptr : found->second.get();
}

Conversation *ConversationList::at(int row) const
{
    return row >= 0 && row < m_order.size() ? m_order.at(row) : nullptr;
}

int ConversationList::rowOf(const QString &groupId) const
{
    Conversation *conversation = find(groupId);
    return conversation ? static_cast<int>(m_order.indexOf(conversation)) : -1;
}

void ConversationList::setOrder(Order order)
{
    if (std::exchange(m_by, order) != order)
        reorder();
}

QList<Conversation *> ConversationList::pinned() const
{
    QList<Conversation *> result;
    for (Conversation *conversation : m_order) {
        if (conversation->record().pinned)
            result.append(conversation);
    }
    return result;
}

void ConversationList::renumber(const QList<Conversation *> &fixed)
{
    for (qsizetype i = 0; i < fixed.size(); ++i)
        fixed.at(i)->setPinned(true, static_cast<int>(i));
}

void ConversationList::pin(const QString &groupId, int position)
{
    Conversation *conversation = find(groupId);
    if (!conversation)
        return;
    QList<Conversation *> fixed = pinned();
    fixed.removeAll(conversation);
    fixed.insert(std::clamp<qsizetype>(position, 0, fixed.size()), conversation);
    renumber(fixed);
}

void ConversationList::unpin(const QString &groupId)
{
    if (Conversation *conversation = find(groupId))
        conversation->setPinned(false, 0);
}

int ConversationList::unread() const
{
    int sum = 0;
    for (const Conversation *conversation : m_order)
        sum += conversation->record().muted ? 0 : conversation->unread();
    return sum;
}

bool ConversationList::isMentioned() const
{
    return std::any_of(m_order.begin(), m_order.end(),
                       [](const Conversation *c) { return c->isMentioned(); });
}

QString ConversationList::nextUnread(const QString &groupId) const
{
    const int start = rowOf(groupId);
    for (int i = 1; i <= rowCount(); ++i) {
        const Conversation *conversation = at((start + i + rowCount()) % rowCount());
        if (conversation->unread() > 0 && conversation->id() != groupId)
            return conversation->id();
    }
    return {};
}

QStringList ConversationList::matching(const QString &typed) const
{
    QList<std::pair<int, QString>> found;
    for (const Conversation *conversation : m_order) {
        if (const int quality = typed.isEmpty() ? 1 : matchQuality(conversation->id(), typed))
            found.append({quality, conversation->id()});
    }
    std::stable_sort(found.begin(), found.end(),
                     [](const auto &a, const auto &b) { return a.first > b.first; });
    QStringList names;
    for (const auto &[quality, name] : found)
        names.append(name);
    return names;
}

void ConversationList::update(Conversation *conversation)
{
    const auto row = m_order.indexOf(conversation);
    if (row < 0)
        return;
    const bool misplaced = (row > 0 && precedes(conversation, m_order.at(row - 1)))
        || (row + 1 < m_order.size() && precedes(m_order.at(row + 1), conversation));
    if (misplaced)
        reorder();
    const QModelIndex changed = index(rowOf(conversation->id()));
    Q_EMIT dataChanged(changed, changed);
    if (std::exchange(m_unread, unread()) != m_unread)
        Q_EMIT unreadChanged();
}

void ConversationList::reorder()
{
    Q_EMIT layoutAboutToBeChanged({}, VerticalSortHint);
    const QModelIndexList before = persistentIndexList();
    const QList<Conversation *> old = m_order;
    std::stable_sort(m_order.begin(), m_order.end(),
                     [this](const Conversation *a, const Conversation *b) { return precedes(a, b); });
    QModelIndexList after;
    for (const QModelIndex &persistent : before)
        after.append(index(static_cast<int>(m_order.indexOf(old.at(persistent.row())))));
    changePersistentIndexList(before, after);
    Q_EMIT layoutChanged({}, VerticalSortHint);
}

bool ConversationList::precedes(const Conversation *a, const Conversation *b) const
{
    if (a->record().pinned != b->record().pinned)
        return a->record().pinned;
    if (a->record().pinned && a->record().position != b->record().position)
        return a->record().position < b->record().position;
    if (m_by == Order::Activity && !a->record().pinned && a->lastTime() != b->lastTime())
        return a->lastTime() > b->lastTime();
    return a->id().compare(b->id(), Qt::CaseInsensitive) < 0;
}

} // namespace nextchat::desktop
