// SPDX-License-Identifier: MIT
#include "tests/support/rawclient.h"

#include <arpa/inet.h>
#include <linux/filter.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::test {

namespace {

using Clock = std::chrono::steady_clock;

int millisecondsTo(Clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    return static_cast<int>(std::max<qint64>(left.count(), 0));
}

} // namespace

RawClient::RawClient(quint16 port)
    : m_socket(::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0))
{
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_port = htons(port);
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    const auto *generic = reinterpret_cast<const sockaddr *>(&address);
    if (m_socket >= 0 && ::connect(m_socket, generic, sizeof address) != 0) {
        ::close(m_socket);
        m_socket = -1;
    }
    const int on = 1;
    ::setsockopt(m_socket, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
}

RawClient::~RawClient()
{
    if (m_socket >= 0)
        ::close(m_socket);
}

bool RawClient::send(const QByteArray &bytes)
{
    qsizetype sent = 0;
    while (sent < bytes.size()) {
        pollfd waiting{m_socket, POLLOUT, 0};
        if (::poll(&waiting, 1, static_cast<int>(usualPatience.count())) <= 0)
            return false;
        const auto count = ::send(m_socket, bytes.constData() + sent,
                                  static_cast<std::size_t>(bytes.size() - sent), MSG_NOSIGNAL | MSG_DONTWAIT);
        if (count < 0 && errno != EAGAIN && errno != EINTR)
            return false;
        sent += std::max<qsizetype>(count, 0);
    }
    return true;
}

void RawClient::finishSending()
{
    ::shutdown(m_socket, SHUT_WR);
}

void RawClient::reset()
{
    const linger none{1, 0};
    ::setsockopt(m_socket, SOL_SOCKET, SO_LINGER, &none, sizeof none);
    ::close(m_socket);
    m_socket = -1;
}

bool RawClient::vanish()
{
    sock_filter nothing = BPF_STMT(BPF_RET | BPF_K, 0); // bytes of a packet to keep
    const sock_fprog program{.len = 1, .filter = &nothing};
    return ::setsockopt(m_socket, SOL_SOCKET, SO_ATTACH_FILTER, &program, sizeof program) == 0;
}

void RawClient::setReceiveBuffer(int bytes)
{
    ::setsockopt(m_socket, SOL_SOCKET, SO_RCVBUF, &bytes, sizeof bytes);
}

bool RawClient::readMore(Clock::time_point deadline)
{
    if (m_ended || m_socket < 0)
        return false;
    pollfd waiting{m_socket, POLLIN, 0};
    if (::poll(&waiting, 1, millisecondsTo(deadline)) <= 0)
        return false;
    char chunk[65536];
    const auto count = ::recv(m_socket, chunk, sizeof chunk, MSG_DONTWAIT);
    if (count > 0)
        m_buffer.append(chunk, static_cast<qsizetype>(count));
    else if (count == 0 || (errno != EAGAIN && errno != EINTR))
        m_ended = true;
    return !m_ended;
}

QByteArray RawClient::readUntil(const QByteArray &delimiter, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    qsizetype at = m_buffer.indexOf(delimiter);
    while (at < 0 && readMore(deadline))
        at = m_buffer.indexOf(delimiter);
    if (at < 0)
        return {};
    const QByteArray found = m_buffer.left(at + delimiter.size());
    m_buffer.remove(0, found.size());
    return found;
}

QByteArray RawClient::readBytes(qsizetype count, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (m_buffer.size() < count && readMore(deadline)) { }
    const QByteArray found = m_buffer.left(count);
    m_buffer.remove(0, found.size());
    return found;
}

bool RawClient::waitForEnd(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (readMore(deadline)) { }
    return m_ended;
}

QByteArray RawClient::peekFor(std::chrono::milliseconds pause)
{
    (void)waitForEnd(pause);
    return m_buffer;
}

HttpAnswer RawClient::readAnswer(std::chrono::milliseconds patience, bool headOnly)
{
    const auto deadline = Clock::now() + patience;
    HttpAnswer answer = HttpAnswer::fromHead(readUntil("\r\n\r\n", patience));
    if (answer.status / 100 == 1 || answer.status == 204 || answer.status == 304 || headOnly)
        return answer;
    const qsizetype length = answer.header("content-length").toLongLong();
    answer.body = readBytes(length, std::chrono::milliseconds(millisecondsTo(deadline)));
    if (answer.body.size() < length)
        answer.status = 0;
    return answer;
}

HttpAnswer RawClient::request(const QByteArray &bytes)
{
    send(bytes);
    return readAnswer();
}

std::optional<WebSocketFrame> RawClient::readFrame(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    auto frame = WebSocketFrame::take(m_buffer);
    while (!frame && readMore(deadline))
        frame = WebSocketFrame::take(m_buffer);
    return frame;
}

QByteArray httpRequest(const QByteArray &method, const QByteArray &target, const QByteArray &user,
                       const QByteArray &headers, const QByteArray &body)
{
    QByteArray bytes = method + ' ' + target + " HTTP/1.1\r\nHost: 127.0.0.1\r\n";
    if (!user.isEmpty())
        bytes += "Authorization: " + user + "\r\n";
    bytes += headers;
    if (method == "POST" || !body.isEmpty())
        bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    return bytes + "\r\n" + body;
}

QByteArray upgradeRequest(const QByteArray &target, const QByteArray &user, const QByteArray &headers)
{
    return httpRequest("GET", target, user,
                       "Connection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13\r\n"
                       "Sec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n"
                           + headers);
}

} // namespace nextchat::test
