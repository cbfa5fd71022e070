// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/conversation.h"

#include <QAbstractListModel>

#include <map>
#include <memory>

namespace nextchat::desktop {

// How well `name` fits what somebody types to find it: 0 not at all; a beginning counts more than a word's
// beginning, that more than letters inside, those more than letters in order.
[[nodiscard]] int matchQuality(const QString &name, const QString &typed);

// The conversations of an account, the pinned ones first in the user's order, then the others by activity or
// by name. Owns them. Main thread.
class ConversationList : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { GroupId = Qt::UserRole };
    enum class Order { Activity, Name };
    Q_ENUM(Order)

    explicit ConversationList(QString ownUser, QObject *parent = nullptr);
    ~ConversationList() override;

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] Qt::ItemFlags flags(const QModelIndex &index) const override;
    [[nodiscard]] Qt::DropActions supportedDropActions() const override { return Qt::MoveAction; }
    [[nodiscard]] QStringList mimeTypes() const override;
    [[nodiscard]] QMimeData *mimeData(const QModelIndexList &indexes) const override;
    bool dropMimeData(const QMimeData *data, Qt::DropAction action, int row, int column,
                      const QModelIndex &parent) override;

    Conversation &add(GroupRecord record); // or the one that is there
    void remove(const QString &groupId);
    [[nodiscard]] Conversation *find(const QString &groupId) const;
    [[nodiscard]] Conversation *at(int row) const;
    [[nodiscard]] int rowOf(const QString &groupId) const; // -1: none
    [[nodiscard]] QList<Conversation *> all() const { return m_order; } // as shown

    void setOrder(Order order);
    void pin(const QString &groupId, int position); // among the pinned ones
    void unpin(const QString &groupId);

    [[nodiscard]] int unread() const; // of those that are not muted
    [[nodiscard]] bool isMentioned() const;
    // The next one with unread messages behind `groupId`, round the end; empty: none.
    [[nodiscard]] QString nextUnread(const QString &groupId) const;
    // Those that fit `typed`, best first; with nothing typed, as shown.
    [[nodiscard]] QStringList matching(const QString &typed) const;

Q_SIGNALS:
    void unreadChanged();

private:
    void update(Conversation *conversation);
    void reorder();
    [[nodiscard]] bool precedes(const Conversation *a, const Conversation *b) const;
    [[nodiscard]] QList<Conversation *> pinned() const;
    void renumber(const QList<Conversation *> &pinned);

    const QString m_ownUser;
    std::map<QString, std::unique_ptr<Conversation>> m_conversations;
    QList<Conversation *> m_order;
    Order m_by = Order::Activity;
    int m_unread = 0;
};

} // namespace nextchat::desktop
