// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/support/expected.h"
#include "common/support/tracecontext.h"

#include <QStringList>
#include <qcorotask.h>

#include <chrono>
#include <memory>
#include <optional>
#include <vector>

namespace nextchat::broker {

// Messages in the order in which the broker accepted them. Immutable once handed over, shared by all workers.
using MessageBatch = std::vector<chat::Message>;

// What a worker hears from the broker. Called in the thread that attached it, in the broker's order.
class BrokerListener
{
public:
    virtual ~BrokerListener() = default;

    // Of groups in which this listener has members, possibly also of others.
    virtual void messagesArrived(const std::shared_ptr<const MessageBatch> &batch) = 0;
    virtual void memberJoined(const QString &groupId, const QString &userId) = 0;
    virtual void memberLeft(const QString &groupId, const QString &userId) = 0;
    virtual void typing(const QString &groupId, const QString &userId) = 0;
    virtual void epochBegan(const QString &groupId, const QString &epoch) = 0;
    // Messages of the group may be missing, and those after them arrive: its members have to read back.
    virtual void messagesMissed(const QString &groupId) = 0;
    // The user's place was taken while this server could not defend it: no connection of the user is in the
    // group any more.
    virtual void placeLost(const QString &groupId, const QString &userId) = 0;
};

// A connection's being in a group, to be ended by leave().
struct Membership
{
    QString groupId;
    QString userId;
    quint64 joinId = 0; // names this join: a leave ends no other
    int listener = -1; // what attach() gave
};

struct Joined
{
    chat::GroupJoinResult result = chat::GroupJoinResult::Ok;
    Membership membership; // valid for Ok
    QString epoch; // the group's epoch now
    qint64 lastSeq =
        0; // the group's highest seq now; 0: no message yet. Everything above it reaches the listener.
};

struct PublishRequest
{
    QString groupId;
    QString senderId;
    QString text;
    QString clientMessageId; // null when there is none; counts per sender and group
    std::chrono::steady_clock::time_point notAfter; // refused when it is only reached later
    bool isJoined = true; // the connection is in the group; if not, only a known client id is answered
    TraceContext trace = {}; // goes with the message, as far as the logs of the servers, if it is sampled
};

// Why a place is given up.
enum class LeaveReason {
    Left, // LeaveGroup, or the connection ended with a Close
    Lost, // the connection broke: the user's place is kept for a lease, so that a reconnect finds it
};

// Accepts, orders and delivers the messages of groups, and keeps who is in them (design.md 5). All functions
// may be called from any thread that owns a Mailbox and answer there. Ids and texts were validated by the
// caller.
//
// Errors: Unavailable when certainly not done, UnknownOutcome when that is not known; the others are named
// per function.
class MessageBroker
{
public:
    virtual ~MessageBroker() = default;

    // Registers the calling worker; deliveries go to its mailbox. The listener lives until detach() has been
    // answered.
    [[nodiscard]] virtual QCoro::Task<int> attach(BrokerListener *listener) = 0;
    [[nodiscard]] virtual QCoro::Task<> detach(int listener) = 0;

    // Creating an existing group is no error. LimitReached above limits.groups.
    [[nodiscard]] virtual QCoro::Task<Expected<void>> createGroup(QString groupId) = 0;

    // Ids in the order of their UTF-8 bytes that begin with `prefix` and come after `after` (null: from the
    // start), at most `limit` (0: all).
    [[nodiscard]] virtual QCoro::Task<Expected<QStringList>> groups(QString prefix, QString after,
                                                                    int limit) = 0;

    // Takes a place for the user and subscribes the listener: every message above Joined::lastSeq is
    // delivered to it. NotFound.
    [[nodiscard]] virtual QCoro::Task<Expected<Joined>> join(int listener, QString groupId,
                                                             QString userId) = 0;
    // Ends that join and no other; an unknown one is no error.
    [[nodiscard]] virtual QCoro::Task<Expected<void>> leave(Membership membership, LeaveReason reason) = 0;

    // Completes once the message is accepted (P3). The client id is looked up before membership. NotFound,
    // NotMember, Conflict (client id used with another text), Unavailable, UnknownOutcome.
    [[nodiscard]] virtual QCoro::Task<Expected<chat::MessageReceipt>> publish(PublishRequest request) = 0;

    // User ids with a place, sorted by their UTF-8 bytes. NotFound.
    [[nodiscard]] virtual QCoro::Task<Expected<QStringList>> members(QString groupId) = 0;

    // Reports joins, leaves and typing of the group to the listener while on.
    [[nodiscard]] virtual QCoro::Task<Expected<void>> watch(int listener, QString groupId, bool on) = 0;
    [[nodiscard]] virtual QCoro::Task<Expected<void>> reportTyping(QString groupId, QString userId) = 0;

    // Whether messaging works: a probe went round within the last 5 s. Any thread, at once.
    [[nodiscard]] virtual bool isHealthy() const = 0;
};

} // namespace nextchat::broker
