// SPDX-License-Identifier: MIT
#pragma once

#include <QAbstractListModel>
#include <QDateTime>
#include <QHash>
#include <QSet>
#include <QStringList>

namespace nextchat::desktop {

// The people of a group: those who are there now, then those who wrote and are not. Main thread.
class MemberList : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { UserId = Qt::UserRole, IsPresent };

    using QAbstractListModel::QAbstractListModel;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;

    void setPresent(const QStringList &users);
    void joined(const QString &user);
    void left(const QString &user);
    void wrote(const QString &user); // also of old messages

    [[nodiscard]] bool isPresent(const QString &user) const { return m_present.contains(user); }
    [[nodiscard]] int presentCount() const { return static_cast<int>(m_present.size()); }

    // Users whose name begins with `prefix`, without regard to case: who wrote last comes first, then those
    // who are there, by name.
    [[nodiscard]] QStringList completions(const QString &prefix, int most) const;

Q_SIGNALS:
    void presenceChanged();

private:
    void rebuild();

    QSet<QString> m_present;
    QHash<QString, quint64> m_wrote; // a count that grows with each message
    quint64 m_turn = 0;
    QStringList m_shown;
};

} // namespace nextchat::desktop
