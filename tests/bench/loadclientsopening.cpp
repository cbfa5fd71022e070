// SPDX-License-Identifier: MIT
// How the load clients come to be connected: TCP, WebSocket upgrade, handshake.
#include "tests/bench/loadclients.h"

#include <cerrno>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::bench {

namespace {

constexpr std::size_t bufferSize = 256 * 1024;
constexpr auto openPatience = std::chrono::seconds(120);

std::string addressOf(const QUrl &url)
{
    addrinfo hints{};
    hints.ai_socktype = SOCK_STREAM;
    addrinfo *found = nullptr;
    const QByteArray host = url.host().toLatin1();
    const QByteArray port = QByteArray::number(url.port(80));
    if (getaddrinfo(host.constData(), port.constData(), &hints, &found) != 0)
        return {};
    std::string address(reinterpret_cast<const char *>(found->ai_addr), found->ai_addrlen);
    freeaddrinfo(found);
    return address;
}

} // namespace

LoadClients::LoadClients(QUrl url, Encoding encoding)
    : m_url(std::move(url))
    , m_encoding(encoding)
    , m_address(addressOf(m_url))
    , m_epoll(epoll_create1(EPOLL_CLOEXEC))
    , m_buffer(bufferSize)
{ }

LoadClients::~LoadClients()
{
    for (const auto &connection : m_connections) {
        if (connection->descriptor >= 0)
            ::close(connection->descriptor);
    }
    ::close(m_epoll);
}

Expected<std::chrono::duration<double>> LoadClients::open(int count, int inFlight)
{
    if (m_address.empty())
        return nextchat::failure(Error::Code::InvalidArgument, u"There is no host " % m_url.host());
    const std::int64_t start = monotonicNow();
    const qint64 goal = counts.ready + count;
    int toBegin = count;
    const auto more = [&] {
        while (toBegin > 0 && size() - counts.ready < inFlight && !failed()) {
            --toBegin;
            if (!beginOne())
                fail(QStringLiteral("a connection could not be opened: ") % qt_error_string(errno));
        }
        return counts.ready == goal;
    };
    if (!turnUntil(more, openPatience))
        return tl::unexpected(failure());
    return std::chrono::nanoseconds(monotonicNow() - start);
}

bool LoadClients::beginOne()
{
    const auto *address = reinterpret_cast<const sockaddr *>(m_address.data());
    const int descriptor = socket(address->sa_family, SOCK_STREAM | SOCK_NONBLOCK | SOCK_CLOEXEC, 0);
    if (descriptor < 0)
        return false;
    const int on = 1;
    setsockopt(descriptor, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    const linger cut{.l_onoff = 1, .l_linger = 0}; // leaves no port in TIME_WAIT
    setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &cut, sizeof cut);
    const std::size_t index = m_connections.size();
    m_connections.push_back(std::make_unique<Connection>());
    m_connections.back()->descriptor = descriptor;
    if (connect(descriptor, address, static_cast<socklen_t>(m_address.size())) == 0) {
        watch(index, EPOLL_CTL_ADD, false);
        upgrade(index);
        return true;
    }
    watch(index, EPOLL_CTL_ADD, true);
    return errno == EINPROGRESS;
}

void LoadClients::connected(std::size_t index)
{
    Connection &connection = *m_connections[index];
    int reason = 0;
    socklen_t size = sizeof reason;
    getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &reason, &size);
    if (reason != 0) {
        end(connection, QStringLiteral("a connection could not be opened: ") % qt_error_string(reason));
        return;
    }
    watch(index, EPOLL_CTL_MOD, false);
    upgrade(index);
}

void LoadClients::upgrade(std::size_t index)
{
    m_connections[index]->state = State::Upgrading;
    const QByteArray request = "GET " + m_url.path().toLatin1() + " HTTP/1.1\r\nHost: "
        + m_url.authority().toLatin1() + "\r\nAuthorization: user" + QByteArray::number(qint64(index) + 1)
        + "\r\nConnection: Upgrade\r\nUpgrade: websocket\r\nSec-WebSocket-Version: 13"
          "\r\nSec-WebSocket-Key: dGhlIHNhbXBsZSBub25jZQ==\r\n\r\n";
    write(index, std::string_view(request.constData(), static_cast<std::size_t>(request.size())));
}

// False while the head is not complete; `bytes` are then what follows it.
bool LoadClients::readHead(std::size_t index, std::string_view &bytes)
{
    constexpr std::string_view headEnd = "\r\n\r\n";
    Connection &connection = *m_connections[index];
    const std::size_t before = connection.head.size();
    connection.head.append(bytes);
    const std::size_t end = connection.head.find(headEnd);
    if (end == std::string::npos)
        return false;
    if (!connection.head.starts_with("HTTP/1.1 101 ")) {
        const std::string line = connection.head.substr(0, connection.head.find('\r'));
        this->end(connection,
                  QStringLiteral("the server refused a WebSocket: ") % QString::fromStdString(line));
        return false;
    }
    bytes.remove_prefix(end + headEnd.size() - before);
    connection.head = {};
    connection.state = State::Handshaking;
    std::string frame;
    const std::string protocol = m_encoding == Encoding::Json ? "json" : "messagepack";
    appendTextFrame(frame, "{\"protocol\":\"" + protocol + "\",\"version\":1}\x1e");
    write(index, frame);
    return true;
}

} // namespace nextchat::bench
