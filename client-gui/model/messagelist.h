// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/outbox.h"
#include "common/chat/types.h"

#include <QAbstractListModel>
#include <QDateTime>
#include <QSet>

namespace nextchat::desktop {

// A message as it is shown: what is said about it depends on those before and after it.
struct MessageRow
{
    enum class Delivery { Received, Sent, Sending, Failed, Unknown }; // all but Received: own messages

    qint64 id = 0; // of the row, for ever: the message's number, or a negative one on its way
    QString author;
    QString text;
    QDateTime time; // local; of an own message on its way: when it was written
    Delivery delivery = Delivery::Received;
    QString clientMessageId; // of own ones on their way
    QString problem; // a sentence, of Failed and Unknown

    bool beginsDay = false; // the first of its day
    bool beginsRun = false; // the first of several by one author, soon one after the other
    bool endsRun = false;
    bool afterGap = false; // messages may be missing before it
    bool firstUnread = false;
    bool mentionsMe = false;

    [[nodiscard]] bool isOwn() const { return delivery != Delivery::Received; }
    [[nodiscard]] bool needsDecision() const // by the user: whether to send it again
    {
        return delivery == Delivery::Failed || delivery == Delivery::Unknown;
    }
};

// The loaded messages of one group, oldest first and without holes but those that are marked, with the own
// ones that are on their way behind them. One row a message. Main thread.
class MessageList : public QAbstractListModel
{
    Q_OBJECT

public:
    enum Role { RowId = Qt::UserRole, Author, Text, Time, Delivery, IsOwn, AfterGap, FirstUnread };

    // What lies before the first message.
    enum class Top { Unknown, More, Loading, Beginning, Failed };
    Q_ENUM(Top)

    explicit MessageList(QString ownUser, QObject *parent = nullptr);

    [[nodiscard]] int rowCount(const QModelIndex &parent = {}) const override;
    [[nodiscard]] QVariant data(const QModelIndex &index, int role) const override;
    [[nodiscard]] MessageRow row(int row) const;
    [[nodiscard]] qint64 rowId(int row) const;
    [[nodiscard]] int rowOf(qint64 id) const; // -1: none

    [[nodiscard]] const QString &ownUser() const { return m_ownUser; }
    [[nodiscard]] const QList<chat::Message> &messages() const { return m_messages; }
    [[nodiscard]] qint64 firstSeq() const { return m_messages.isEmpty() ? 0 : m_messages.first().seq; }
    [[nodiscard]] qint64 lastSeq() const { return m_messages.isEmpty() ? 0 : m_messages.last().seq; }
    [[nodiscard]] bool isWaiting(const QString &clientMessageId) const; // on its way
    [[nodiscard]] int othersAfter(qint64 seq) const; // messages of other users above this number

    void reset(const QList<chat::Message> &messages);
    void prepend(const QList<chat::Message> &messages); // those that are older than the first
    void append(const QList<chat::Message> &messages); // those that are newer than the last
    void dropOldest(int count); // they can be loaded again
    // Of joining: goes on with what is there (of a cache) where it follows, else takes its place. `whole`: it
    // is the newest page, not only what is new. Whether it went on.
    bool join(const QList<chat::Message> &newest, bool whole);
    void markGap(); // before the next message that is appended
    [[nodiscard]] bool hasGaps() const { return !m_gaps.isEmpty() || m_gapComes; }
    [[nodiscard]] bool gapComes() const { return m_gapComes; }

    void setFirstUnread(qint64 seq); // 0: none
    [[nodiscard]] qint64 firstUnread() const { return m_firstUnread; }
    void setTop(Top top);
    [[nodiscard]] Top top() const { return m_top; }

    // An own message, on its way or done with; one that was sent stays until it comes back as a message.
    void put(const chat::OutboxItem &item);
    void drop(const QString &clientMessageId);

Q_SIGNALS:
    void topChanged(nextchat::desktop::MessageList::Top top);

private:
    struct Waiting
    {
        qint64 id = 0;
        chat::OutboxItem item;
    };

    [[nodiscard]] int waitingIndex(const QString &clientMessageId) const;
    [[nodiscard]] MessageRow plainRow(int row) const;
    void appendOne(const chat::Message &message);
    void appendAll(const QList<chat::Message> &messages);
    [[nodiscard]] bool follows(const QList<chat::Message> &newest) const;
    void changed(int first, int last);

    const QString m_ownUser;
    QList<chat::Message> m_messages;
    QList<Waiting> m_waiting;
    QSet<qint64> m_gaps; // numbers of messages that come after one
    bool m_gapComes = false;
    qint64 m_firstUnread = 0;
    qint64 m_lastWaitingId = 0;
    Top m_top = Top::Unknown;
};

} // namespace nextchat::desktop
