// SPDX-License-Identifier: MIT
#include "client-gui/model/memberlist.h"

namespace nextchat::desktop {

int MemberList::rowCount(const QModelIndex &parent) const
{
    return parent.isValid() ? 0 : static_cast<int>(m_shown.size());
}

QVariant MemberList::data(const QModelIndex &index, int role) const
{
    if (!checkIndex(index, CheckIndexOption::IndexIsValid))
        return {};
    const QString &user = m_shown.at(index.row());
    switch (role) {
    case Qt::DisplayRole:
    case UserId:
        return user;
    case IsPresent:
        return isPresent(user);
    case Qt::AccessibleTextRole:
        return isPresent(user) ? tr("%1, here").arg(user) : tr("%1, away").arg(user);
    default:
        return {};
    }
}

void MemberList::setPresent(const QStringList &users)
{
    m_present = QSet<QString>(users.begin(), users.end());
    rebuild();
    Q_EMIT presenceChanged();
}

void MemberList::joined(const QString &user)
{
    if (m_present.contains(user))
        return;
    m_present.insert(user);
    rebuild();
    Q_EMIT presenceChanged();
}

void MemberList::left(const QString &user)
{
    if (!m_present.remove(user))
        return;
    rebuild();
    Q_EMIT presenceChanged();
}

void MemberList::wrote(const QString &user)
{
    const bool known = m_wrote.contains(user);
    m_wrote.insert(user, ++m_turn);
    if (!known && !m_present.contains(user))
        rebuild();
}

QStringList MemberList::completions(const QString &prefix, int most) const
{
    QStringList found;
    for (const QString &user : m_shown) {
        if (user.startsWith(prefix, Qt::CaseInsensitive))
            found.append(user);
    }
    std::stable_sort(found.begin(), found.end(), [this](const QString &a, const QString &b) {
        return m_wrote.value(a) > m_wrote.value(b);
    });
    return found.mid(0, most);
}

void MemberList::rebuild()
{
    QStringList users(m_present.begin(), m_present.end());
    for (auto writer = m_wrote.keyBegin(); writer != m_wrote.keyEnd(); ++writer) {
        if (!m_present.contains(*writer))
            users.append(*writer);
    }
    std::sort(users.begin(), users.end(), [this](const QString &a, const QString &b) {
        if (isPresent(a) != isPresent(b))
            return isPresent(a);
        const int order = a.compare(b, Qt::CaseInsensitive);
        return order == 0 ? a < b : order < 0;
    });
    beginResetModel();
    m_shown = users;
    endResetModel();
}

} // namespace nextchat::desktop
