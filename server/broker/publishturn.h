// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/groupregistry.h"
#include "server/broker/messagelog.h"
#include "server/broker/outbox.h"

#include <map>
#include <unordered_map>

namespace nextchat::broker {

// A publish that waits for the next commit.
struct WaitingPublish
{
    PublishRequest request;
    PublishReply reply;
    LocalGroup *group = nullptr; // null: there is none
    bool isMember = false; // when it arrived
};

// The publishes of one transaction: decides about each, gives out the numbers, writes. Belongs to the
// broker's thread; used once.
class PublishTurn
{
public:
    // The last number and time of a group as of this turn.
    struct Tail
    {
        qint64 seq = 0;
        qint64 time = 0;
    };

    PublishTurn(std::vector<WaitingPublish> waiting, const QString &epoch,
                std::chrono::microseconds clientIdWindow);

    // Inside a transaction: looks up client ids, checks membership, numbers and writes what is accepted.
    [[nodiscard]] Expected<void> write(MessageLog &log);

    // What was accepted, in order; not to be changed any more once it was written.
    [[nodiscard]] std::shared_ptr<const MessageBatch> messages() const { return m_messages; }
    [[nodiscard]] const std::unordered_map<LocalGroup *, Tail> &tails() const { return m_tails; }
    [[nodiscard]] int duplicates() const { return m_duplicates; }

    // Answers everybody. `failure` is for those whose message was to be written; nothing when it was.
    void answer(Outbox &outbox,
                const std::function<std::optional<Error>(const chat::Message &)> &failure) const;
    // Says of which calls that are traced the messages come.
    void logTraced() const;
    // Answers everybody with the error, decided or not.
    void answerAll(Outbox &outbox, const Error &error) const;

private:
    struct Decision
    {
        std::optional<Expected<chat::MessageReceipt>>
            answer; // or else, what becomes of that message decides:
        std::size_t message = 0;
        bool isNew = false; // that message is its own
        bool conflict = false; // its client id was used with another text for that message
    };

    [[nodiscard]] Expected<void> decide(MessageLog &log, const WaitingPublish &publish, Decision &decision);
    // Whether the client id decides: it was used before, in an earlier turn or in this one.
    [[nodiscard]] Expected<bool> decideByClientId(MessageLog &log, const PublishRequest &request,
                                                  Decision &decision);
    void accept(const WaitingPublish &publish, Decision &decision);
    [[nodiscard]] Expected<void> writeTails(MessageLog &log);

    const std::vector<WaitingPublish> m_waiting;
    const QString m_epoch;
    const std::chrono::microseconds m_clientIdWindow;
    qint64 m_now = 0; // microseconds since 1970-01-01 UTC
    std::vector<Decision> m_decisions; // one for each waiting
    std::shared_ptr<MessageBatch> m_messages;
    std::unordered_map<LocalGroup *, Tail> m_tails;
    std::unordered_map<QString, std::size_t> m_byClientId; // of this turn
    int m_duplicates = 0;
};

} // namespace nextchat::broker
