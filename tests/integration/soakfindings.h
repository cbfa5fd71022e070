// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/books.h"

#include <QHash>

namespace nextchat::test {

// Compares what the members of one group sent and saw with the group's history. Value type.
class SoakFindings
{
public:
    // `history` is the whole of it, as StreamHistory gives it. `joinLimit` is the server's
    // `history.joinLimit`: who joins sees at least that many of the messages that are there.
    SoakFindings(QList<chat::Message> history, qsizetype joinLimit);
    // What was accepted in an epoch before the history's last may be gone: P3 allows the store to lose it, as
    // long as a new epoch says so.
    void allowAnnouncedLoss() { m_mayLose = true; }
    // Somebody deleted the history below its first message, also what some members had not seen: these were
    // to be told so.
    void allowDeletion() { m_mayBeDeleted = true; }
    // Members may lose their places in the group. They were to be told so; what they posted just then may
    // have been refused.
    void allowLostPlaces() { m_mayLosePlaces = true; }

    void compare(const Books &books);
    [[nodiscard]] bool isClean() const;
    [[nodiscard]] QString summary() const;
    [[nodiscard]] qsizetype lostAnnounced() const { return m_lostAnnounced; }
    [[nodiscard]] qsizetype deleted() const { return m_deleted; }
    [[nodiscard]] qsizetype gapsAnnounced() const { return m_gapsAnnounced; }

    SoakFindings &operator+=(const SoakFindings &other); // adds the counts

private:
    void lookAtHistory();
    // Whether the message, which is not in the history, was lost with an announcement.
    [[nodiscard]] bool isAnnounced(const QString &epoch) const;
    [[nodiscard]] bool isDeleted(qint64 seq) const;
    void compareSent(const Books &books, const chat::OutboxItem &item);
    // `wasTold`: that it may have missed something.
    void compareStay(const Stay &stay, bool wasTold);
    // Of what was deleted only the numbers tell; gives how many of it the stay saw.
    [[nodiscard]] qsizetype compareDeleted(const Stay &stay, bool wasTold);

    using Id = std::pair<QString, QString>; // author, clientMessageId

    QList<chat::Message> m_history;
    qsizetype m_joinLimit;
    bool m_mayLose = false;
    bool m_mayBeDeleted = false;
    bool m_mayLosePlaces = false;
    QHash<Id, qsizetype> m_positions; // in the history

    qsizetype m_messages = 0; // in the history
    qsizetype m_posted = 0;
    qsizetype m_deliveries = 0;
    qsizetype m_stays = 0;
    qsizetype m_lost = 0; // reported as sent, or between two that were seen, and not there
    qsizetype m_doubled = 0;
    qsizetype m_outOfOrder = 0;
    qsizetype m_different = 0; // not what the history or the receipt says
    qsizetype m_notSent = 0; // failed, unknown, or refused by the outbox
    qsizetype m_gapsAnnounced = 0; // mayHaveMissed and groupLost
    qsizetype m_lostAnnounced = 0; // sent, and lost with an announcement
    qsizetype m_unseenAnnounced = 0; // deliveries of such
    qsizetype m_deleted = 0; // sent, and deleted since
    qsizetype m_withoutPlace = 0; // refused to those who were told that they lost their place
};

} // namespace nextchat::test
