// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/httpanswer.h"
#include "tests/support/websocketframe.h"

#include <QByteArray>

#include <chrono>
#include <optional>

namespace nextchat::test {

constexpr std::chrono::milliseconds usualPatience = std::chrono::seconds(10);

// A blocking TCP client that sends exactly the bytes it is given, for black-box tests of what happens on the
// wire. It runs no event loop and checks nothing. Any one thread.
class RawClient
{
public:
    explicit RawClient(quint16 port); // of 127.0.0.1
    RawClient(const RawClient &) = delete;
    RawClient &operator=(const RawClient &) = delete;
    ~RawClient();

    [[nodiscard]] bool isConnected() const { return m_socket >= 0; }

    // False when the peer no longer takes it, or took nothing for 10 s.
    bool send(const QByteArray &bytes);
    void finishSending(); // FIN; reading goes on
    void reset(); // RST, as a crashed machine's kernel does
    // Nothing that the peer sends arrives any more, nor is it told so: as if the cable had been cut. What is
    // sent still leaves.
    bool vanish();
    void setReceiveBuffer(int bytes); // for a reader that is to fall behind

    // Reads up to and including `delimiter`; empty when it did not come in time. What follows stays for the
    // next read.
    [[nodiscard]] QByteArray readUntil(const QByteArray &delimiter,
                                       std::chrono::milliseconds patience = usualPatience);
    [[nodiscard]] QByteArray readBytes(qsizetype count, std::chrono::milliseconds patience = usualPatience);
    // True when the peer ended the connection (FIN or RST) in time; what came before is in unread().
    [[nodiscard]] bool waitForEnd(std::chrono::milliseconds patience = usualPatience);
    // What arrives within `pause` and stays in the buffer as well; for "nothing may come".
    [[nodiscard]] QByteArray peekFor(std::chrono::milliseconds pause);
    [[nodiscard]] const QByteArray &unread() const { return m_buffer; }

    // One answer with its Content-Length of body (none for 1xx, 204 and 304, or when `headOnly`).
    [[nodiscard]] HttpAnswer readAnswer(std::chrono::milliseconds patience = usualPatience,
                                        bool headOnly = false);
    [[nodiscard]] HttpAnswer request(const QByteArray &bytes);

    [[nodiscard]] std::optional<WebSocketFrame> readFrame(std::chrono::milliseconds patience = usualPatience);

private:
    [[nodiscard]] bool readMore(std::chrono::steady_clock::time_point deadline);

    int m_socket = -1;
    bool m_ended = false;
    QByteArray m_buffer;
};

// A request with `Host`, `Authorization: USER` unless that is empty, `headers` (each with its CRLF), and a
// Content-Length when there is a body or the method is POST.
[[nodiscard]] QByteArray httpRequest(const QByteArray &method, const QByteArray &target,
                                     const QByteArray &user, const QByteArray &headers = {},
                                     const QByteArray &body = {});
// The WebSocket upgrade of `target`.
[[nodiscard]] QByteArray upgradeRequest(const QByteArray &target, const QByteArray &user,
                                        const QByteArray &headers = {});

} // namespace nextchat::test
