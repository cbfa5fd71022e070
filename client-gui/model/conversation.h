// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/memberlist.h"
#include "client-gui/model/messagelist.h"

#include <QDeadlineTimer>
#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace nextchat::desktop {

// What is kept of a group over restarts.
struct GroupRecord
{
    QString groupId;
    qint64 readSeq = -1; // messages up to here were read; -1: not known yet
    QString draft;
    bool pinned = false;
    bool muted = false;
    int position = 0; // among the pinned ones

    friend bool operator==(const GroupRecord &, const GroupRecord &) = default;
};

// A group that the user is in: its messages, people, unread count and draft. Messages that arrive are
// gathered, so that many of them change the list once. Main thread.
class Conversation : public QObject
{
    Q_OBJECT

public:
    enum class Place { Waiting, Joined, Refused }; // Refused: `problem` says why

    Conversation(GroupRecord record, const QString &ownUser, QObject *parent = nullptr);

    [[nodiscard]] const QString &id() const { return m_record.groupId; }
    [[nodiscard]] const GroupRecord &record() const { return m_record; }
    [[nodiscard]] MessageList &messages() { return m_messages; }
    [[nodiscard]] const MessageList &messages() const { return m_messages; }
    [[nodiscard]] MemberList &members() { return m_members; }

    [[nodiscard]] Place place() const { return m_place; }
    [[nodiscard]] const QString &problem() const { return m_problem; }
    void setPlace(Place place, const QString &problem = {});

    [[nodiscard]] int unread() const { return m_unread; }
    [[nodiscard]] bool mayBeMoreUnread() const { return m_moreUnread; } // than are loaded
    [[nodiscard]] bool isMentioned() const { return m_mentioned; } // in what is unread
    void markRead(); // all of it
    void markUnreadLine(); // puts the line before the first unread message, where it stays until cleared
    void clearUnreadLine() { m_messages.setFirstUnread(0); }

    [[nodiscard]] const QString &draft() const { return m_record.draft; }
    void setDraft(const QString &draft);
    void setMuted(bool muted);
    void setPinned(bool pinned, int position);

    [[nodiscard]] QStringList typing() const; // users, who began first comes first
    void isTyping(const QString &user);

    // From the cache, from joining (`whole`: the newest page, not only what is new), live, from paging back.
    void restore(const QList<chat::Message> &messages);
    void joined(const QList<chat::Message> &newest, bool whole);
    void received(const chat::Message &message);
    void older(const QList<chat::Message> &messages);
    void mayHaveMissed();
    void flush(); // takes in what was gathered; a moment after each arrival it happens by itself

    [[nodiscard]] QString lastText() const; // of the newest message; empty: none
    [[nodiscard]] QString lastAuthor() const;
    [[nodiscard]] QDateTime lastTime() const;

Q_SIGNALS:
    void changed(); // anything that a list of conversations shows
    void recordChanged(); // what is kept
    void placeChanged();
    void typingChanged();
    void arrived(const QList<nextchat::chat::Message> &messages); // live ones, after they were taken in
    // What a cache should take over; `anew`: in place of all that it has.
    void loaded(const QList<nextchat::chat::Message> &messages, bool anew);

private:
    void countUnread();
    void stopTyping(const QString &user);

    GroupRecord m_record;
    MessageList m_messages;
    MemberList m_members;
    Place m_place = Place::Waiting;
    QString m_problem;
    int m_unread = 0;
    bool m_moreUnread = false;
    bool m_mentioned = false;
    QList<std::pair<QString, QDeadlineTimer>> m_typing;
    QTimer m_typingTimer;
    QList<chat::Message> m_gathered;
    QTimer m_gathering;
    QElapsedTimer m_sinceFlush;
};

} // namespace nextchat::desktop
