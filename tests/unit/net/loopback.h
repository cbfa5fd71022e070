// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QtGlobal>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/socket.h>
#include <unistd.h>
#include <utility>

namespace nextchat::net {

// Two ends of a TCP connection on the loopback interface that don't block: `ours` is for the object under
// test, which takes it over; `peer` is the test's.
struct Loopback
{
    // The size of both buffers, 0 for the system's.
    explicit Loopback(int bufferBytes = 0)
    {
        const int listening = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        sockaddr_in address = {};
        address.sin_family = AF_INET;
        address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
        socklen_t size = sizeof address;
        auto *generic = reinterpret_cast<sockaddr *>(&address);
        peer = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
        if (bufferBytes > 0) {
            ::setsockopt(peer, SOL_SOCKET, SO_RCVBUF, &bufferBytes, sizeof bufferBytes);
            ::setsockopt(listening, SOL_SOCKET, SO_SNDBUF, &bufferBytes, sizeof bufferBytes);
        }
        if (::bind(listening, generic, size) != 0 || ::listen(listening, 1) != 0
            || ::getsockname(listening, generic, &size) != 0 || ::connect(peer, generic, size) != 0)
            qFatal("loopback: errno %d", errno);
        ours = ::accept4(listening, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
        ::close(listening);
        ::fcntl(peer, F_SETFL, O_NONBLOCK);
        const int on = 1;
        ::setsockopt(peer, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    }
    ~Loopback() { closePeer(); }
    Loopback(const Loopback &) = delete;
    Loopback &operator=(const Loopback &) = delete;

    void closePeer()
    {
        if (peer >= 0)
            ::close(std::exchange(peer, -1));
    }
    // RST instead of FIN.
    void resetPeer()
    {
        const linger none{1, 0};
        ::setsockopt(peer, SOL_SOCKET, SO_LINGER, &none, sizeof none);
        closePeer();
    }
    void finishSending() const { ::shutdown(peer, SHUT_WR); }
    bool send(const QByteArray &bytes) const
    {
        return ::send(peer, bytes.constData(), static_cast<std::size_t>(bytes.size()), MSG_NOSIGNAL)
            == bytes.size();
    }
    // What is there now, at most `limit` bytes; sets `ended` at the end of what the other side sent.
    QByteArray receive(qsizetype limit = 1 << 20)
    {
        QByteArray bytes(limit, Qt::Uninitialized);
        const auto got = ::recv(peer, bytes.data(), static_cast<std::size_t>(limit), 0);
        ended = ended || got == 0 || (got < 0 && errno != EAGAIN);
        bytes.truncate(std::max<qsizetype>(got, 0));
        return bytes;
    }

    int ours = -1;
    int peer = -1;
    bool ended = false;
};

} // namespace nextchat::net
