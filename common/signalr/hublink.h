// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/clienttransport.h"
#include "common/signalr/hubconnectionoptions.h"
#include "common/signalr/hubmessage.h"
#include "common/signalr/hubprotocol.h"
#include "common/signalr/negotiator.h"
#include "common/signalr/statefulreconnect.h"

#include <QElapsedTimer>
#include <QObject>
#include <QTimer>

namespace nextchat::signalr {

// One connection to a hub, from opening its transport through the handshake to its end: re-frames what
// arrives (a WebSocket message is no record, signalr-notes 0.8), keeps it alive, and notices when the server
// is gone. Where the server grants it, a lost WebSocket is replaced by another one, once for each loss. Lives
// in its connection's thread. May be destroyed in its own signals.
class HubLink : public QObject
{
    Q_OBJECT

public:
    using Receiver = std::function<void(HubMessage &&)>; // everything but Ping and Close

    // `address` offers the transport.
    HubLink(const HubConnectionOptions &options, const HubProtocol &protocol, HubTransport transport,
            HubAddress address, HubNetwork network, Receiver receiver, QObject *parent);
    ~HubLink() override;

    [[nodiscard]] const QString &connectionId() const { return m_address.connectionId; }
    [[nodiscard]] HubTransport transport() const { return m_kind; }
    // Whether the transport came about, however the handshake went.
    [[nodiscard]] bool hasReachedServer() const { return m_hasReachedServer; }

    void open();

    // Queues the record of a message that counts (isCounted()). LimitReached when more than maximumOutgoing
    // bytes wait, or wait to be acknowledged.
    Expected<void> write(const QByteArray &record);

    // Says goodbye; ended() follows, within closeTimeout.
    void close();

Q_SIGNALS:
    void opened(); // the handshake is done
    // Once, and the last. `error` is absent when either side ended it in good order.
    void ended(const std::optional<nextchat::Error> &error, bool mayReconnect);

private:
    enum class Phase { Opening, Handshaking, Open, Resuming, Closing, Ended };

    void prepareTransport();
    void connectTimers();
    void transportOpened();
    void transportEnded(const Error &error);
    void arrived(const QByteArray &bytes);
    [[nodiscard]] bool takeHandshake();
    [[nodiscard]] bool takeRecord();
    void serverClosed(const Close &message);
    void checkServer();
    void ping();
    void send(const HubMessage &message); // of those that do not count
    void transmit(const QByteArray &record);
    [[nodiscard]] bool mayResume() const;
    void releaseTransport();
    void resume();
    void resumed();
    [[nodiscard]] bool takeSequenced(const HubMessage &message);
    void end(const std::optional<Error> &error, bool mayReconnect);

    const HubConnectionOptions m_options;
    const HubProtocol &m_protocol;
    const HubTransport m_kind;
    const HubAddress m_address;
    const HubNetwork m_network;
    const Receiver m_receiver;
    Phase m_phase = Phase::Opening;
    ClientTransport *m_transport = nullptr; // until the end
    bool m_hasReachedServer = false;
    QByteArray m_buffer; // arrived and not yet consumed
    QTimer m_deadline; // of the handshake, then of closing
    QTimer m_pingTimer;
    QTimer m_serverTimer;
    QElapsedTimer m_lastArrival;
    std::optional<ReplayBuffer<QByteArray>> m_replay; // while a lost WebSocket may be replaced
    ReceivedSequence m_sequence;
    bool m_awaitsSequence = false;
    QTimer m_ackTimer; // from the first message that is not acknowledged
};

} // namespace nextchat::signalr
