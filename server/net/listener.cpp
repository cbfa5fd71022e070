// SPDX-License-Identifier: MIT
#include "server/net/listener.h"

#include "server/net/netlog.h"

#include <arpa/inet.h>
#include <array>
#include <cerrno>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::net {

namespace {

constexpr int acceptsPerTurn = 256;
constexpr auto descriptorPause = std::chrono::milliseconds(100);
constexpr int userTimeoutMilliseconds =
    30'000; // unacknowledged data; finds peers that vanished without a word

struct HostAndPort
{
    QByteArray host;
    QByteArray port;
};

Expected<HostAndPort> split(const QString &address)
{
    const qsizetype colon = address.lastIndexOf(u':');
    bool isNumber = false;
    const uint port = colon < 0 ? 0 : QStringView(address).sliced(colon + 1).toUInt(&isNumber);
    QString host = address.left(colon);
    if (host.startsWith(u'[') && host.endsWith(u']'))
        host = host.sliced(1, host.size() - 2);
    if (!isNumber || port > 65535 || host.isEmpty())
        return failure(Error::Code::InvalidArgument,
                       u"'" % address % u"' is not an address of the form HOST:PORT.");
    return HostAndPort{host.toUtf8(), QByteArray::number(port)};
}

QByteArray textOf(const sockaddr_storage &address)
{
    std::array<char, INET6_ADDRSTRLEN> text = {};
    if (address.ss_family == AF_INET) {
        ::inet_ntop(AF_INET, &reinterpret_cast<const sockaddr_in &>(address).sin_addr, text.data(),
                    text.size());
    } else {
        ::inet_ntop(AF_INET6, &reinterpret_cast<const sockaddr_in6 &>(address).sin6_addr, text.data(),
                    text.size());
    }
    return text.data();
}

quint16 boundPort(int descriptor)
{
    sockaddr_storage address = {};
    socklen_t size = sizeof address;
    ::getsockname(descriptor, reinterpret_cast<sockaddr *>(&address), &size);
    return ntohs(address.ss_family == AF_INET ? reinterpret_cast<sockaddr_in &>(address).sin_port
                                              : reinterpret_cast<sockaddr_in6 &>(address).sin6_port);
}

void setOption(int descriptor, int level, int name, int value)
{
    ::setsockopt(descriptor, level, name, &value, sizeof value);
}

int openListening(const addrinfo &candidate)
{
    const int descriptor = ::socket(candidate.ai_family, candidate.ai_socktype | SOCK_NONBLOCK | SOCK_CLOEXEC,
                                    candidate.ai_protocol);
    if (descriptor < 0)
        return -1;
    setOption(descriptor, SOL_SOCKET, SO_REUSEADDR, 1);
    if (::bind(descriptor, candidate.ai_addr, candidate.ai_addrlen) == 0
        && ::listen(descriptor, Listener::backlog) == 0)
        return descriptor;
    const int error = errno;
    ::close(descriptor);
    errno = error;
    return -1;
}

} // namespace

AcceptedSocket::~AcceptedSocket()
{
    if (m_descriptor >= 0)
        ::close(m_descriptor);
}

Expected<std::unique_ptr<Listener>> Listener::open(const QString &address, Accepted accepted)
{
    const auto parts = split(address);
    if (!parts)
        return tl::unexpected(parts.error());
    addrinfo hints = {};
    hints.ai_socktype = SOCK_STREAM;
    hints.ai_flags = AI_PASSIVE | AI_NUMERICSERV;
    addrinfo *found = nullptr;
    if (const int problem = ::getaddrinfo(parts->host.constData(), parts->port.constData(), &hints, &found);
        problem != 0) {
        return failure(Error::Code::InvalidArgument,
                       u"Cannot listen on " % address % u": "
                           % QString::fromLocal8Bit(::gai_strerror(problem)) % u'.');
    }
    const std::unique_ptr<addrinfo, decltype(&::freeaddrinfo)> owned(found, &::freeaddrinfo);
    const int descriptor = openListening(*found);
    if (descriptor < 0) {
        return failure(Error::Code::Unavailable,
                       u"Cannot listen on " % address % u": " % QString::fromLocal8Bit(std::strerror(errno))
                           % u'.');
    }
    return std::unique_ptr<Listener>(new Listener(descriptor, boundPort(descriptor), std::move(accepted)));
}

Listener::Listener(int descriptor, quint16 port, Accepted accepted)
    : m_descriptor(descriptor)
    , m_port(port)
    , m_accepted(std::move(accepted))
    , m_notifier(descriptor, QSocketNotifier::Read)
{
    connect(&m_notifier, &QSocketNotifier::activated, this, &Listener::acceptWaiting);
    m_pause.setSingleShot(true);
    connect(&m_pause, &QTimer::timeout, this, [this] { m_notifier.setEnabled(m_descriptor >= 0); });
}

Listener::~Listener()
{
    close();
}

void Listener::close()
{
    m_notifier.setEnabled(false);
    if (m_descriptor >= 0)
        ::close(std::exchange(m_descriptor, -1));
}

void Listener::acceptWaiting()
{
    std::vector<AcceptedSocket> batch;
    for (int i = 0; i < acceptsPerTurn; ++i) {
        sockaddr_storage peer = {};
        socklen_t size = sizeof peer;
        const int descriptor =
            ::accept4(m_descriptor, reinterpret_cast<sockaddr *>(&peer), &size, SOCK_NONBLOCK | SOCK_CLOEXEC);
        if (descriptor < 0) {
            if (errno == EMFILE || errno == ENFILE || errno == ENOBUFS || errno == ENOMEM)
                pauseForDescriptors();
            else if (errno == EINTR || errno == ECONNABORTED)
                continue;
            break;
        }
        setOption(descriptor, IPPROTO_TCP, TCP_NODELAY, 1);
        setOption(descriptor, SOL_SOCKET, SO_KEEPALIVE, 1);
        setOption(descriptor, IPPROTO_TCP, TCP_USER_TIMEOUT, userTimeoutMilliseconds);
        batch.emplace_back(descriptor, textOf(peer));
        if (std::exchange(m_isShort, false))
            qCInfo(netLog, "there is room for new connections again");
    }
    if (!batch.empty())
        m_accepted(std::move(batch));
}

void Listener::pauseForDescriptors()
{
    if (m_pause.isActive())
        return;
    if (!std::exchange(m_isShort, true))
        qCWarning(netLog, "out of file descriptors or memory for new connections; they wait");
    m_notifier.setEnabled(false);
    m_pause.start(descriptorPause);
}

} // namespace nextchat::net
