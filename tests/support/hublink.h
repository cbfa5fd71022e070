// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/hubwire.h"
#include "tests/support/rawclient.h"

#include <QJsonArray>

#include <memory>

namespace nextchat::test {

enum class LinkTransport { WebSockets, ServerSentEvents, LongPolling };

struct LinkKind
{
    LinkTransport transport = LinkTransport::WebSockets;
    WireEncoding encoding = WireEncoding::Json;
};

// A negotiated SignalR connection over any transport and encoding, by raw bytes. It answers nothing by
// itself. Any one thread.
class HubLink
{
public:
    // Negotiates and opens the transport; with `shakeHands` also completes the handshake. `version` is the
    // handshake's. Look at isOpen().
    HubLink(quint16 port, const QByteArray &user, LinkKind kind, bool shakeHands = true, int version = 1,
            bool asksToResume = false);

    [[nodiscard]] bool isOpen() const { return m_open; }
    [[nodiscard]] const QJsonObject &negotiated() const { return m_negotiated; }
    [[nodiscard]] const QByteArray &target() const { return m_target; } // path and token
    [[nodiscard]] LinkKind kind() const { return m_kind; }
    [[nodiscard]] QByteArray handshake() const; // the request

    // In one WebSocket message or POST. False when the server did not take it.
    bool sendBytes(const QByteArray &bytes);
    bool send(const QJsonObject &message) { return sendBytes(encoded(m_kind.encoding, message)); }

    // The answer to the handshake, which is JSON in either encoding, without its separator.
    [[nodiscard]] QByteArray handshakeAnswer();
    // The body of the next record, Pings left out; empty when the connection ended, or none came in time.
    [[nodiscard]] QByteArray nextBody(std::chrono::milliseconds patience = linkPatience);
    [[nodiscard]] QJsonObject next(std::chrono::milliseconds patience = linkPatience);
    // The next message of that type; others are dropped.
    [[nodiscard]] QJsonObject nextOfType(int type);
    // The Completion of a call with an id of its own; other messages are dropped.
    [[nodiscard]] QJsonObject invoke(const QString &target, const QJsonArray &arguments = {});

    // Reads to the end that the server makes; true when it comes.
    [[nodiscard]] bool waitForEnd();
    [[nodiscard]] int closeCode() const { return m_closeCode; } // of a WebSocket; 0 without a Close frame
    [[nodiscard]] int pings() const { return m_pings; } // hub messages of that type that came

    // Leaves without a word.
    void drop();
    // Loses its WebSocket, as a crashed network does.
    void cut() { m_wire->reset(); }
    // Goes on, for all that the server knows, but hears nothing any more. False where that cannot be had.
    bool vanish() { return m_wire->vanish(); }
    // Takes another WebSocket for the same connection, and leaves the one that it had. False when it may not.
    bool reopen();

    static constexpr std::chrono::milliseconds linkPatience = std::chrono::seconds(60);

private:
    [[nodiscard]] QByteArray head(const QByteArray &method) const;
    void open();
    // Reads more; false at the end, or when none came in time.
    [[nodiscard]] bool receive(std::chrono::milliseconds patience);
    [[nodiscard]] bool receiveFrame(std::chrono::milliseconds patience);
    [[nodiscard]] bool receiveEvent(std::chrono::milliseconds patience);
    [[nodiscard]] bool receivePoll(std::chrono::milliseconds patience);

    quint16 m_port;
    QByteArray m_user;
    LinkKind m_kind;
    int m_version; // of the handshake
    QJsonObject m_negotiated;
    QByteArray m_target;
    std::unique_ptr<RawClient> m_wire; // the WebSocket, the events or the polls
    std::unique_ptr<RawClient> m_poster;
    QByteArray m_received; // not taken yet
    bool m_open = false;
    bool m_ended = false; // by the server
    bool m_polling = false; // a poll is under way
    int m_closeCode = 0;
    int m_pings = 0;
    int m_lastId = 0;
};

} // namespace nextchat::test
