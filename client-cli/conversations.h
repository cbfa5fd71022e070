// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"

#include <QHash>
#include <QMap>
#include <QStringList>

#include <optional>

namespace nextchat::console {

// A group with messages that were not shown yet.
struct UnreadMark
{
    QString groupId;
    qsizetype count = 0;
    bool isMentioned = false; // the user is, in one of them

    friend bool operator==(const UnreadMark &, const UnreadMark &) = default;
};

// What a person has before them of their groups: in which one they talk, what came in the others meanwhile,
// and how far back they have looked in each. Without one that they talk in, all are before them. Pure logic.
class Conversations
{
public:
    static constexpr qsizetype keptUnread = 200; // messages of a group; of more only the newest are kept

    struct Unread
    {
        qsizetype count = 0;
        QList<chat::Message> newest; // as many as are kept, oldest first; own ones from elsewhere among them
        bool hasMore = false; // that are not kept
    };

    [[nodiscard]] const QString &current() const { return m_current; } // empty: none
    void talkIn(const QString &groupId); // empty: in none

    // Whether a message that came in is to be shown now. One that is not counts as unread, unless it is the
    // user's own.
    [[nodiscard]] bool showsNow(const chat::Message &message, const QString &user);
    [[nodiscard]] QList<UnreadMark> unread() const; // by group
    [[nodiscard]] QStringList waitingGroups() const; // that takeUnread() gives something of
    [[nodiscard]] Unread takeUnread(const QString &groupId); // which are shown now

    // `page`, oldest first, was shown of a group, by joining or by looking back.
    void joined(const QString &groupId, const QList<chat::Message> &page);
    void lookedBack(const QString &groupId, const QList<chat::Message> &page);
    // What is older than anything that was shown begins before this; nothing when nothing was.
    [[nodiscard]] std::optional<qint64> oldestShown(const QString &groupId) const;

    void forget(const QString &groupId); // it was left
    void clear();

private:
    struct Waiting
    {
        Unread unread;
        bool isMentioned = false;
    };

    QString m_current;
    QMap<QString, Waiting> m_waiting;
    QHash<QString, qint64> m_oldestShown; // a seq
};

} // namespace nextchat::console
