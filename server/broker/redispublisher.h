// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/outbox.h"
#include "server/broker/redispartitioncontext.h"

#include <QTimer>

#include <list>

namespace nextchat::broker {

// The publishes of one partition that are not answered yet (design.md 5, "Publish"). What was sent and not
// answered, because the connection was lost, is sent again under the same id until its deadline; in their
// order, as all of them were on the one connection. Belongs to the broker's thread.
class RedisPublisher
{
public:
    explicit RedisPublisher(RedisPartitionContext &context);
    ~RedisPublisher(); // answers everybody: certainly not accepted, or unknown

    // Sends it at once, or when the partition is open.
    void publish(PublishRequest request, PublishReply reply);
    // The partition is open: sends what waits.
    void resume();
    // Redis is away: refuses what was never sent.
    void refuseUnsent();
    // The history has stored the log up to the entry of that number, in that epoch.
    void stored(const QByteArray &epoch, qint64 number);

private:
    struct Pending
    {
        PublishRequest request;
        PublishReply reply;
        QByteArray group = {};
        QByteArray sender = {};
        QByteArray text = {};
        QByteArray id = {}; // the client's, or one of ours
        QByteArray epoch = {}; // in which it was sent last
        std::chrono::steady_clock::time_point sentAt = {}; // likewise
        bool inFlight = false; // the answer to that is still to come
        QByteArray lookedUpIn = {}; // the epoch in which the history did not know its id
        qint64 number = 0; // of its entry, while it waits for the history to store that
        chat::MessageReceipt receipt = {}; // then
        bool lookingUp = false; // the history is asked for its id
        bool maybeDone = false; // it was sent, and the answer was lost
        bool onlyAsks = false; // what became of it: an epoch began since
        bool reasserted = false; // its sender's place was
        bool answered = false; // too late
    };
    using Place = std::list<Pending>::iterator;

    // What is to be said of one that gets no answer.
    [[nodiscard]] static Expected<chat::MessageReceipt> outcome(const Pending &pending);
    void send(Place place);
    [[nodiscard]] bool mustLookUp(const Pending &pending) const;
    QCoro::Task<> lookUp(Place place);
    void received(Place place, const ScriptAnswer &answer);
    void decide(Place place, const ScriptAnswer &answer);
    void decideMembership(Place place);
    void accept(Place place, const ScriptAnswer &answer);
    void awaitReplica(Place place, const chat::MessageReceipt &receipt);
    void awaitStore(Place place, const chat::MessageReceipt &receipt, qint64 number);
    // Ends it, once its answer has come.
    void answer(Place place, Expected<chat::MessageReceipt> answer);
    // This attempt was not accepted; so nothing was, unless an earlier one may have been.
    void refuse(Place place);
    void endOverdue();

    RedisPartitionContext &m_context;
    std::list<Pending> m_pending; // in the order of their arrival
    quint64 m_lastId = 0; // of those made here
    QByteArray m_storedEpoch; // how far the history is, as was heard last
    qint64 m_stored = 0;
    QTimer m_deadlines;
};

} // namespace nextchat::broker
