// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/expected.h"

#include <QJsonArray>
#include <QList>
#include <QObject>

#include <chrono>
#include <functional>
#include <optional>

namespace nextchat::chat {

// A message on its way to the server.
struct OutboxItem
{
    enum class State {
        Sending, // waits for its turn, is on its way, or will be tried again
        Sent, // accepted; about to leave the outbox
        Failed, // certainly not accepted, and trying again does not help
        Unknown, // may have been accepted, too long ago to find out by sending it again
    };

    QString clientMessageId;
    QString groupId;
    QString text;
    State state = State::Sending;
    std::optional<Error> error; // of the last attempt
    std::optional<MessageReceipt> receipt; // once Sent; absent when it was recognised among incoming messages

    std::chrono::milliseconds created = {}; // wall clock, since 1970
    std::optional<std::chrono::milliseconds>
        uncertainSince; // when the first attempt whose outcome is unknown began
};

// The rules by which messages are sent, and sent again, so that each arrives once and in order (design.md,
// P2): one at a time per group; an attempt that certainly failed for now is repeated with growing pauses; one
// of unknown outcome is repeated under the same id as long as the server remembers ids. Knows no network:
// whoever drives it asks next() and reports what became of it.
//
// Lives in one thread. Messages leave it when sent or discarded.
class Outbox : public QObject
{
    Q_OBJECT

public:
    using Clock = std::function<std::chrono::milliseconds()>; // wall clock, since 1970

    // The server remembers client message ids for 10 minutes; a minute is left for clocks and slow networks.
    static constexpr std::chrono::minutes retryWindow{9};

    explicit Outbox(QObject *parent = nullptr);
    Outbox(Clock clock, QObject *parent);

    // Adds a message at the end of its group's queue and returns its id. The text must be valid (rules.h).
    QString add(const QString &groupId, const QString &text);

    [[nodiscard]] const QList<OutboxItem> &items() const { return m_items; }
    [[nodiscard]] const OutboxItem *find(const QString &clientMessageId) const;
    [[nodiscard]] QStringList waitingGroups() const; // that have something to send, now or later

    // The message of this group to be sent now; it counts as on its way until one of the answers below.
    // Nothing while another of the group is on its way or its pause is not over.
    [[nodiscard]] std::optional<OutboxItem> next(const QString &groupId);

    // How long until next() may give something that it does not give now; nothing if no pause is running.
    [[nodiscard]] std::optional<std::chrono::milliseconds> nextPause() const;

    void accepted(const QString &clientMessageId, const MessageReceipt &receipt);
    void failed(const QString &clientMessageId, const Error &error);
    void seen(const Message &message); // an incoming message, which may be one of these

    // By the user; false when it can't be. A Failed or Unknown one is sent again under the same id, behind
    // the others of its group.
    bool retry(const QString &clientMessageId);
    // Forgets whatever is not on its way just now.
    bool discard(const QString &clientMessageId);

    // Everything that is not sent, to be kept over a restart of the program. What was on its way is uncertain
    // when it comes back.
    [[nodiscard]] QJsonArray toJson() const;
    void restore(const QJsonArray &items); // adds behind what is there; skips what it can't read

Q_SIGNALS:
    void
    changed(const nextchat::chat::OutboxItem &item); // its state, error or receipt; also when it was added
    void discarded(const QString &clientMessageId);

private:
    struct Progress // of the attempts, by client message id
    {
        bool onItsWay = false;
        std::chrono::milliseconds began = {}; // the attempt
        std::chrono::milliseconds notBefore = {};
        int failures = 0; // in a row
    };

    [[nodiscard]] qsizetype indexOf(const QString &clientMessageId) const;
    [[nodiscard]] std::chrono::milliseconds pauseLeft(const Progress &progress) const;
    [[nodiscard]] bool tooLate(const OutboxItem &item) const;
    void setState(qsizetype index, OutboxItem::State state, std::optional<Error> error);
    void tryAgainLater(qsizetype index, const Error &error);

    Clock m_clock;
    QList<OutboxItem> m_items; // in the order of adding
    QHash<QString, Progress> m_progress;
};

} // namespace nextchat::chat
