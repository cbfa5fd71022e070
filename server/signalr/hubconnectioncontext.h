// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubprotocol.h"
#include "common/signalr/statefulreconnect.h"
#include "common/support/metrics.h"
#include "server/net/heartbeat.h"
#include "server/net/transport.h"
#include "server/signalr/authentication.h"
#include "server/signalr/broadcast.h"
#include "server/signalr/clientresults.h"
#include "server/signalr/hub.h"
#include "server/signalr/hubmethods.h"
#include "server/signalr/uploads.h"

#include <coroutine>
#include <deque>
#include <memory>
#include <unordered_map>

namespace nextchat::signalr {

class HubWorker;

// What a connection is opened with.
struct NewConnection
{
    QString connectionId;
    Identity identity;
    bool mayResume = false; // it has a token by which it can come back, if its handshake asks for that
    TraceContext trace = {}; // of the request that connected
};

// The engine's side of one client connection: handshake, calls in order, streams, keep-alive, time limits,
// closing. Lives in one I/O thread; kept alive by its HubWorker until it is over, and by its running calls.
class HubConnectionContext final : public std::enable_shared_from_this<HubConnectionContext>,
                                   private net::TransportHandler,
                                   private net::Ticking
{
public:
    HubConnectionContext(HubWorker &worker, std::unique_ptr<net::Transport> transport,
                         const NewConnection &opened);
    ~HubConnectionContext() override;

    // Starts to listen to the transport.
    void begin();

    [[nodiscard]] const QString &connectionId() const { return m_connectionId; }
    [[nodiscard]] const QString &userId() const { return m_userId; }
    // Of the call that is being started: to be asked before it waits for anything. None at other times.
    [[nodiscard]] TraceContext trace() const { return m_current ? *m_current : TraceContext(); }
    // Whether messages still reach the client.
    [[nodiscard]] bool isOpen() const { return m_state == State::Open; }

    // Whether another transport may take the place of this one, which may be gone or not.
    [[nodiscard]] bool isResumable() const;
    // Goes on over that transport, for as long as the user's new token lasts. The connection isResumable().
    void reattach(std::unique_ptr<net::Transport> transport, const Identity &identity);

    // Sends to the client; ignored when the connection is not open. A connection that has more waiting than
    // HubOptions::outboundBytes is closed with allowReconnect instead; then, or when sending finds the
    // connection broken, Hub::disconnected() is called before send() returns.
    void send(const HubMessage &message);
    void send(const Broadcast &broadcast);
    // As send(), but tells of an item that cannot be encoded.
    [[nodiscard]] Expected<void> sendItem(const StreamItem &item);

    enum class InvokedFrom {
        OwnCall, // a running call of this connection, whose place others may take meanwhile
        Elsewhere,
    };
    // Calls a method of the client and awaits its result; a client that answers with none gives null. Fails
    // with the client's error, after `patience` (checked once a second), when the connection is over, or
    // while Hub::connected() runs, before which the client hears of nothing.
    [[nodiscard]] QCoro::Task<Expected<Value>> invoke(QString target, Value::Array arguments,
                                                      std::chrono::milliseconds patience, InvokedFrom from);

    // Ends the connection with a Close message. `error` may be null.
    void close(const QString &error, bool allowReconnect);

    // Ends the connection without a word.
    void abort();

    // Awaits until there is room for more in the connection's queue, the stream that waits is cancelled, or
    // the connection is over. What produces without end gets one queue's worth a turn of the loop, however
    // fast the client reads.
    class Drained
    {
    public:
        Drained(HubConnectionContext &connection, const OutgoingStream &stream)
            : m_connection(connection)
            , m_stream(stream)
        { }
        [[nodiscard]] bool await_ready() const { return m_connection.hasRoom(); }
        void await_suspend(std::coroutine_handle<> handle)
        {
            m_connection.m_waitingForRoom.push_back({handle, &m_stream});
        }
        void await_resume() const { }

    private:
        HubConnectionContext &m_connection;
        const OutgoingStream &m_stream;
    };
    [[nodiscard]] Drained drained(const OutgoingStream &stream) { return {*this, stream}; }

private:
    friend class HubWorker;

    enum class State {
        Handshake,
        Open,
        Closing, // our Close is on its way, the transport is not over yet
        Closed,
    };

    // A call that came, with its streams: their items may come before it starts.
    struct Call
    {
        Invocation invocation;
        qsizetype size = 0; // bytes on the wire
        Uploads::Streams uploads = {};
    };

    struct WaitingForRoom
    {
        std::coroutine_handle<> handle;
        const OutgoingStream *stream; // kept by what waits
    };

    void recordsArrived(std::span<char> bytes) override;
    void transportDrained() override;
    void transportClosing(bool orderly) override;
    void transportEnded(bool orderly) override;
    void tick(Clock::time_point now) override;

    void takeHandshake();
    void acceptHandshake(const HubProtocol &protocol, int version);
    void refuseHandshake(const QString &error);
    [[nodiscard]] bool mayHoldMessage(QByteArrayView more) const;
    void takeMessages();
    void dispatch(HubMessage message, qsizetype size);
    [[nodiscard]] bool isBehind();
    void reconsiderReading();
    void dispatchInvocation(Invocation invocation, qsizetype size);
    void cancelStream(const QString &invocationId);
    void pump();
    void start(Call call);
    [[nodiscard]] QString uploadRefusalOf(const Invocation &invocation) const;
    [[nodiscard]] std::shared_ptr<OutgoingStream>
    openStream(const Invocation &invocation); // null: refused, and answered
    [[nodiscard]] std::size_t openStreams() const { return m_streams.size() + m_uploads.size(); }
    [[nodiscard]] QString refusalOf(const Invocation &invocation, const HubMethod *method) const;
    [[nodiscard]] QString unadmittedOf(const Invocation &invocation, const HubMethod *method) const;
    QCoro::Task<> runConnected();
    QCoro::Task<> run(Call call, const HubMethod &method, std::shared_ptr<OutgoingStream> stream);
    [[nodiscard]] QString bindingError(const QString &target) const;
    [[nodiscard]] QString describe(const Invocation &invocation, const HubMethod &method,
                                   const std::exception &thrown);
    void complete(const Invocation &invocation, const InvocationOutcome &outcome);
    void completeWithError(const QString &invocationId, const QString &error);
    void callEnded();
    [[nodiscard]] QString disconnectedText() const;
    [[nodiscard]] const TraceContext &traceOf(const Invocation &invocation) const;
    void logIfSlow(const HubMethod &method, const TraceContext &trace, Clock::duration took) const;
    void logIfSampled(const HubMethod &method, const TraceContext &trace, bool succeeded,
                      Clock::duration took) const;
    void countPending(qsizetype bytes);

    // `counted`: how many messages in it have ids for a stateful reconnect.
    void sendPayload(const net::Payload &payload, qint64 counted);
    void setExpiry(const Identity &identity);
    void exchangeTransport(std::unique_ptr<net::Transport> transport);
    void detach();
    [[nodiscard]] bool takeSequenced(const HubMessage &message);
    void keepForReplay(const net::Payload &payload, qint64 messages);
    void acknowledge();
    [[nodiscard]] bool hasRoomBelowTheLimit(qsizetype bytes);
    [[nodiscard]] bool hasRoom();
    void wakeWaiting();
    void wakeLater();
    void setReading(bool on);
    void protocolError(const QString &detail);
    void closeSlow();
    void closeExpired();
    void beginClosing(DisconnectReason reason, Counter &counter);
    void disconnectHub(DisconnectReason reason);
    void finish();

    HubWorker &m_worker;
    std::unique_ptr<net::Transport> m_transport;
    const HubProtocol *m_protocol = nullptr; // from the handshake on
    QString m_connectionId;
    QString m_userId;
    std::chrono::system_clock::time_point m_expires; // of the identity
    const TraceContext m_trace; // of calls that have none of their own
    const TraceContext *m_current = nullptr; // of the call that is being started
    std::unique_ptr<Hub> m_hub; // from the handshake on

    State m_state = State::Handshake;
    qsizetype m_countedPending = 0; // bytes, in the metrics
    qsizetype m_exceeding = 0; // bytes of the payload that exceeded outboundBytes, or may do so next
    bool m_hubConnected = false; // connected() was started and disconnected() not yet called
    bool m_pinged = false; // the client has sent a ping, so it can time out
    bool m_received = false; // something since the last tick
    bool m_sent = false; // likewise
    bool m_reading = true;
    bool m_taking = false; // messages off m_input
    bool m_pumping = false;
    bool m_connecting = false; // Hub::connected() runs
    bool m_wakesLater = false; // whoever waits for room, in the next turn of the loop
    int m_running = 0; // calls that count against maximumParallelInvocations
    Clock::time_point m_began;
    Clock::time_point m_lastReceived;
    Clock::time_point m_lastSent;
    Clock::time_point m_lastTick;
    QByteArray m_input; // an incomplete record, and whatever came while the queue was full
    bool m_awaitsEnd = false; // of the record in m_input, all of which was looked at
    std::deque<Call> m_waiting; // calls whose turn has not come
    qsizetype m_waitingBytes = 0; // of them
    std::unordered_map<QString, std::shared_ptr<OutgoingStream>> m_streams; // by invocation id
    std::vector<WaitingForRoom> m_waitingForRoom; // in turn
    bool m_mayResume;
    bool m_awaitsSequence = false; // the first message of a new transport
    std::optional<ReplayBuffer<net::Payload>> m_replay; // while the connection can be resumed
    ReceivedSequence m_sequence;
    std::optional<Clock::time_point> m_detachedSince; // without a transport
    Uploads m_uploads;
    ClientResults m_results;
};

} // namespace nextchat::signalr
