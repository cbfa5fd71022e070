// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"

namespace nextchat::chat {

// What of one group's messages was given out, and whether the next one may follow (design.md, P1 and P2):
// each once, in order, and nothing in between unnoticed. Messages that may not follow yet are held until the
// group is resumed. Pure logic, in the thread of its client.
class GroupTimeline
{
public:
    // Messages to give out now, oldest first; before them, whether some may be missing; and whether to call
    // ResumeGroup with epoch() and seq().
    struct Step
    {
        QList<Message> messages = {};
        bool mayHaveMissed = false;
        bool needsResume = false;
    };

    [[nodiscard]] const QString &epoch() const
    {
        return m_epoch;
    } // of the last message given out; empty: none yet
    [[nodiscard]] qint64 seq() const { return m_seq; } // of the last message given out; 0: none yet
    [[nodiscard]] bool isHolding() const { return m_holding; }

    [[nodiscard]] Step history(const QList<Message> &page); // OnHistory
    [[nodiscard]] Step live(const Message &message); // OnMessage
    // OnEpoch. Messages of a new epoch begin far above the old ones, and only the server can tell whether
    // that skips any.
    [[nodiscard]] Step epochBegan(const QString &epoch);

    void hold(); // the connection is gone; ResumeGroup will tell
    [[nodiscard]] Step resumed(const ResumeResult &result);

private:
    [[nodiscard]] bool follows(const Message &message) const;
    [[nodiscard]] bool isGap(const ResumeResult &result) const;
    void goBack(const ResumeResult &result);
    void give(const Message &message, Step &step);
    void place(const Message &message, Step &step);
    void release(bool progress, Step &step);

    QString m_epoch;
    qint64 m_seq = 0;
    QString m_earlierEpoch; // of the messages before those of m_epoch; empty: none
    QString m_confirmedEpoch; // the server has said that nothing of it was missed between epoch() and its
                              // first message
    QString m_announcedEpoch; // began since the last answer of ResumeGroup; empty: none
    bool m_holding = false;
    bool m_overflowed = false;
    QList<Message> m_held;
};

} // namespace nextchat::chat
