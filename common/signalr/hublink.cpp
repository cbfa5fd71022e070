// SPDX-License-Identifier: MIT
#include "common/signalr/hublink.h"

#include "common/signalr/handshake.h"

#include <QPointer>

namespace nextchat::signalr {

namespace {

constexpr std::chrono::seconds acknowledgeAfter(1); // as the other clients (signalr-notes 1.9)

} // namespace

HubLink::HubLink(const HubConnectionOptions &options, const HubProtocol &protocol, HubTransport transport,
                 HubAddress address, HubNetwork network, Receiver receiver, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_protocol(protocol)
    , m_kind(transport)
    , m_address(std::move(address))
    , m_network(std::move(network))
    , m_receiver(std::move(receiver))
{
    m_deadline.setSingleShot(true);
    m_serverTimer.setSingleShot(true);
    m_ackTimer.setSingleShot(true);
    m_ackTimer.setInterval(acknowledgeAfter);
    prepareTransport();
    connectTimers();
}

HubLink::~HubLink()
{
    releaseTransport();
}

void HubLink::prepareTransport()
{
    m_transport = makeTransport(m_kind, m_options, m_address, m_network);
    connect(m_transport, &ClientTransport::opened, this, &HubLink::transportOpened);
    connect(m_transport, &ClientTransport::received, this, &HubLink::arrived);
    connect(m_transport, &ClientTransport::heard, this, [this] { m_lastArrival.start(); });
    connect(m_transport, &ClientTransport::ended, this, &HubLink::transportEnded);
}

void HubLink::releaseTransport()
{
    if (!m_transport)
        return;
    m_transport->disconnect(this);
    std::exchange(m_transport, nullptr)->release();
}

bool HubLink::mayResume() const
{
    return m_address.mayResume && m_kind == HubTransport::WebSockets;
}

void HubLink::connectTimers()
{
    connect(&m_ackTimer, &QTimer::timeout, this, [this] {
        if (const qint64 id = m_phase == Phase::Open ? m_sequence.takeUnacknowledged() : 0; id > 0)
            send(Ack{id});
    });
    connect(&m_pingTimer, &QTimer::timeout, this, &HubLink::ping);
    connect(&m_serverTimer, &QTimer::timeout, this, &HubLink::checkServer);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        if (m_phase == Phase::Closing)
            end(std::nullopt, false); // the server does not answer; enough manners
        else
            end(Error{Error::Code::TimedOut,
                      u"The server at " % m_address.url.authority() % u" did not answer in time."},
                true);
    });
}

void HubLink::open()
{
    m_deadline.start(m_options.handshakeTimeout);
    m_transport->open();
}

void HubLink::transportOpened()
{
    if (m_phase == Phase::Resuming)
        return resumed();
    m_hasReachedServer = true;
    m_phase = Phase::Handshaking;
    const QByteArray name = m_protocol.name().toByteArray();
    m_transport->send(signalr::write(HandshakeRequest{QString::fromLatin1(name), mayResume() ? 2 : 1}),
                      ClientTransport::Format::Text);
}

void HubLink::transportEnded(const Error &error)
{
    switch (m_phase) {
    case Phase::Handshaking:
        return end(Error{Error::Code::Protocol, QStringLiteral("The server hung up during the handshake.")},
                   true);
    case Phase::Closing:
        return end(std::nullopt, false);
    case Phase::Open:
        if (m_replay)
            return resume();
        [[fallthrough]];
    default:
        end(error, true);
    }
}

void HubLink::arrived(const QByteArray &bytes)
{
    if (m_phase == Phase::Ended)
        return;
    m_lastArrival.start();
    m_buffer += bytes;
    const QPointer<HubLink> self(this);
    if (m_phase == Phase::Handshaking && !takeHandshake())
        return;
    while (self && (m_phase == Phase::Open || m_phase == Phase::Closing) && takeRecord()) { }
}

// True when the handshake is done and this is still there.
bool HubLink::takeHandshake()
{
    const auto read = readHandshakeResponse(m_buffer);
    if (!read) {
        end(read.error(), true);
        return false;
    }
    if (!read->record)
        return false;
    m_buffer.remove(0, read->consumed);
    if (!read->record->error.isNull()) {
        end(Error{Error::Code::Protocol, u"The server refused the handshake: " % read->record->error}, true);
        return false;
    }
    m_phase = Phase::Open;
    if (mayResume())
        m_replay.emplace();
    m_deadline.stop();
    m_pingTimer.start(m_options.keepAliveInterval);
    m_serverTimer.start(m_options.serverTimeout);
    const QPointer<HubLink> self(this);
    Q_EMIT opened();
    return self;
}

// Handles the first record. False when there is none, or when this may be gone.
bool HubLink::takeRecord()
{
    auto decoded = m_protocol.decode(m_buffer, m_options.maximumMessageSize);
    if (!decoded) {
        end(Error{Error::Code::Protocol, u"The server broke the protocol: " % decoded.error().message}, true);
        return false;
    }
    if (decoded->consumed == 0)
        return false;
    m_buffer.remove(0, decoded->consumed);
    if (!decoded->message || std::holds_alternative<Ping>(*decoded->message))
        return true;
    if (const auto *close = std::get_if<Close>(&*decoded->message)) {
        serverClosed(*close);
        return false;
    }
    const QPointer<HubLink> self(this);
    if (m_replay && !takeSequenced(*decoded->message))
        return self && m_phase != Phase::Ended;
    m_receiver(std::move(*decoded->message));
    return self;
}

void HubLink::serverClosed(const Close &message)
{
    if (m_phase == Phase::Closing || message.error.isEmpty()) {
        const bool mayReconnect = m_phase != Phase::Closing && message.allowReconnect;
        std::optional<Error> error;
        if (mayReconnect)
            error =
                Error{Error::Code::Unavailable, QStringLiteral("The server closed the connection for now.")};
        end(error, mayReconnect);
    } else {
        end(Error{message.allowReconnect ? Error::Code::Unavailable : Error::Code::Internal,
                  u"The server closed the connection: " % message.error},
            message.allowReconnect);
    }
}

Expected<void> HubLink::write(const QByteArray &record)
{
    if (m_phase != Phase::Open && m_phase != Phase::Resuming)
        return failure(Error::Code::Unavailable, QStringLiteral("The connection is not open."));
    const qsizetype kept = m_replay ? m_replay->bytes() : 0;
    if (std::max(m_transport->bytesToWrite(), kept) + record.size() > m_options.maximumOutgoing)
        return failure(Error::Code::LimitReached, QStringLiteral("Too much waits to be sent to the server."));
    if (m_replay)
        m_replay->add(record, 1, record.size());
    if (m_phase != Phase::Resuming) // else it goes along with what was sent before
        transmit(record);
    return {};
}

void HubLink::transmit(const QByteArray &record)
{
    m_transport->send(
        record, m_protocol.isBinary() ? ClientTransport::Format::Binary : ClientTransport::Format::Text);
    m_pingTimer.start();
}

void HubLink::send(const HubMessage &message)
{
    if (const Expected<QByteArray> record = m_protocol.encode(message);
        record && m_transport->bytesToWrite() + record->size() <= m_options.maximumOutgoing)
        transmit(*record); // into a full queue it would come too late anyway
}

void HubLink::ping()
{
    if (m_phase == Phase::Open)
        send(Ping{});
}

// The server may still have the connection: another WebSocket goes on with it.
void HubLink::resume()
{
    m_phase = Phase::Resuming;
    releaseTransport();
    m_buffer.clear();
    prepareTransport();
    open();
}

void HubLink::resumed()
{
    m_phase = Phase::Open;
    m_deadline.stop();
    m_awaitsSequence = true;
    m_sequence.forgetAcknowledged();
    m_lastArrival.start();
    m_ackTimer.start();
    send(Sequence{m_replay->sequenceId()});
    m_replay->replay([this](const QByteArray &record) { transmit(record); });
}

// Whether the message is new, and not for this alone.
bool HubLink::takeSequenced(const HubMessage &message)
{
    const auto broken = [this](const QString &text) {
        end(Error{Error::Code::Protocol, u"The server broke the protocol: " % text}, true);
        return false;
    };
    if (const auto *ack = std::get_if<Ack>(&message))
        return m_replay->acknowledge(ack->sequenceId)
            ? false
            : broken(QStringLiteral("it acknowledged what was not sent."));
    if (const auto *sequence = std::get_if<Sequence>(&message)) {
        m_awaitsSequence = false;
        return m_sequence.restart(sequence->sequenceId) ? false
                                                        : broken(QStringLiteral("it left messages out."));
    }
    if (!isCounted(message))
        return true;
    if (m_awaitsSequence)
        return false; // it will come again behind that
    if (!m_ackTimer.isActive())
        m_ackTimer.start();
    return m_sequence.take();
}

void HubLink::checkServer()
{
    const std::chrono::milliseconds silence(m_lastArrival.elapsed());
    if (silence < m_options.serverTimeout) {
        m_serverTimer.start(m_options.serverTimeout - silence);
        return;
    }
    end(Error{Error::Code::Unavailable,
              QStringLiteral("Server timeout elapsed without receiving a message from the server.")},
        true);
}

void HubLink::close()
{
    if (m_phase == Phase::Closing || m_phase == Phase::Ended)
        return;
    if (m_phase != Phase::Open)
        return end(std::nullopt, false);
    m_replay.reset();
    send(Close{}); // with a full queue the server learns it from the transport
    m_phase = Phase::Closing;
    m_deadline.start(m_options.closeTimeout);
}

void HubLink::end(const std::optional<Error> &error, bool mayReconnect)
{
    if (m_phase == Phase::Ended)
        return;
    m_phase = Phase::Ended;
    m_deadline.stop();
    m_pingTimer.stop();
    m_serverTimer.stop();
    releaseTransport();
    Q_EMIT ended(error, mayReconnect); // last: may delete this
}

} // namespace nextchat::signalr
