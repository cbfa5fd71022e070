// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/books.h"
#include "tests/integration/chatuser.h"

namespace nextchat::test {

// One of the crowd in a soak: in one group, under one name, it comes, posts, leaves, is dropped and comes
// back, whatever becomes of the server or of its place, and keeps the books of it. What it posts are the
// numbers from 0. Lives in one thread with an event loop; may be destroyed at any time.
class SoakMember : public QObject
{
public:
    SoakMember(QUrl url, QString name, QString groupId);

    void enter(); // once, to begin
    void post(); // while isIn()
    // Leaves and comes back a moment later; false, and nothing happens, while something waits in the outbox,
    // which could not be sent from outside.
    bool leave();
    // Its client disappears as in a crash, whatever it is doing, and a new one takes over the outbox.
    void drop();

    [[nodiscard]] bool isIn() const { return m_phase == Phase::In; }
    [[nodiscard]] bool isAtRest() const; // in its group, with nothing left to send

    [[nodiscard]] const QString &groupId() const { return m_groupId; }
    [[nodiscard]] Books books() const;
    [[nodiscard]] const QList<chat::Message> &received() const { return m_user->received; } // of this stay
    [[nodiscard]] const QList<std::chrono::milliseconds> &pauses() const { return m_user->pauses; }
    [[nodiscard]] int reconnects() const { return m_reconnects + m_user->reconnects; }

private:
    enum class Phase { Out, In, Leaving };

    void makeUser();
    QCoro::Task<> comeIn();
    QCoro::Task<bool> tryToComeIn();
    QCoro::Task<> goOutAndComeBack();
    void endStay();

    const QUrl m_url;
    const QString m_name;
    const QString m_groupId;
    std::unique_ptr<ChatUser> m_user;
    int m_life = 0; // counts clients, so that the stories of earlier ones end
    Phase m_phase = Phase::Out;
    QList<Stay> m_stays; // that are over
    QList<chat::OutboxItem> m_ended; // of earlier clients, as the counts below
    int m_missed = 0;
    int m_lost = 0;
    int m_reconnects = 0;
    int m_posted = 0;
    int m_refused = 0;
};

} // namespace nextchat::test
