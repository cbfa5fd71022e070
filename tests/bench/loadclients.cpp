// SPDX-License-Identifier: MIT
#include "tests/bench/loadclients.h"

#include <array>
#include <cerrno>
#include <charconv>
#include <cstring>
#include <netdb.h>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::bench {

namespace {

constexpr std::size_t bufferSize = 256 * 1024;
constexpr std::size_t stampDigits = 19;
constexpr char recordSeparator = '\x1e';
constexpr auto openPatience = std::chrono::seconds(120);

// The digits behind `marker`; 0 when they are not there.
std::int64_t stampBehind(std::string_view record, std::string_view marker)
{
    const std::size_t at = record.find(marker);
    std::int64_t stamp = 0;
    if (at != std::string_view::npos) {
        const char *digits = record.data() + at + marker.size();
        std::from_chars(digits, record.data() + record.size(), stamp);
    }
    return stamp;
}

std::string stampOf(std::int64_t stamp)
{
    std::string digits = std::to_string(stamp);
    return "@" + std::string(stampDigits - std::min(stampDigits, digits.size()), '0') + digits;
}

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

// What one connection's frames hold.
class LoadClients::Records : public FrameReader::Sink
{
public:
    Records(LoadClients &clients, std::size_t index)
        : m_clients(clients)
        , m_index(index)
    { }
    void record(std::string_view record) override { m_clients.takeRecord(m_index, record); }
    void ping(std::string_view payload) override
    {
        std::string pong;
        appendPongFrame(pong, payload);
        m_clients.write(m_index, pong);
    }
    void closed() override
    {
        m_clients.end(*m_clients.m_connections[m_index], QStringLiteral("the server closed a connection"));
    }

private:
    LoadClients &m_clients;
    const std::size_t m_index;
};

LoadClients::LoadClients(QUrl url)
    : m_url(std::move(url))
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

Error LoadClients::failure() const
{
    const bool known = failed();
    return Error{Error::Code::Unavailable,
                 known ? m_failure : QStringLiteral("the server did not answer in time")};
}

void LoadClients::fail(const QString &what)
{
    if (m_failure.isEmpty())
        m_failure = what;
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

void LoadClients::watch(std::size_t index, int operation, bool writable)
{
    epoll_event event{};
    event.events = writable ? EPOLLIN | EPOLLOUT : EPOLLIN;
    event.data.u64 = index;
    const int before = errno;
    epoll_ctl(m_epoll, operation, m_connections[index]->descriptor, &event);
    errno = before;
}

void LoadClients::end(Connection &connection, const QString &why)
{
    if (connection.state == State::Closed)
        return;
    connection.state = State::Closed;
    ::close(std::exchange(connection.descriptor, -1));
    fail(why);
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

void LoadClients::write(std::size_t index, std::string_view bytes)
{
    Connection &connection = *m_connections[index];
    if (connection.state == State::Closed)
        return;
    const bool waiting = !connection.unsent.empty();
    connection.unsent.append(bytes);
    if (!waiting)
        flush(index);
}

void LoadClients::flush(std::size_t index)
{
    Connection &connection = *m_connections[index];
    const ssize_t sent =
        ::send(connection.descriptor, connection.unsent.data(), connection.unsent.size(), MSG_NOSIGNAL);
    if (sent < 0 && errno != EAGAIN) {
        end(connection, QStringLiteral("sending failed: ") % qt_error_string(errno));
        return;
    }
    if (sent == static_cast<ssize_t>(connection.unsent.size())) {
        connection.unsent = {};
        return;
    }
    connection.unsent.erase(0, static_cast<std::size_t>(std::max<ssize_t>(sent, 0)));
    watch(index, EPOLL_CTL_MOD, true);
}

void LoadClients::turn(std::chrono::nanoseconds patience)
{
    std::array<epoll_event, 512> events;
    const auto nanoseconds = std::max<std::int64_t>(patience.count(), 0);
    const timespec timeout{.tv_sec = nanoseconds / 1'000'000'000, .tv_nsec = nanoseconds % 1'000'000'000};
    const int count = epoll_pwait2(m_epoll, events.data(), int(events.size()), &timeout, nullptr);
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[static_cast<std::size_t>(i)];
        handle(event.data.u64, event.events);
    }
}

void LoadClients::handle(std::size_t index, std::uint32_t events)
{
    Connection &connection = *m_connections[index];
    if (connection.state == State::Connecting) {
        int reason = 0;
        socklen_t size = sizeof reason;
        getsockopt(connection.descriptor, SOL_SOCKET, SO_ERROR, &reason, &size);
        if (reason != 0) {
            end(connection, QStringLiteral("a connection could not be opened: ") % qt_error_string(reason));
            return;
        }
        watch(index, EPOLL_CTL_MOD, false);
        upgrade(index);
        return;
    }
    if ((events & EPOLLOUT) != 0 && connection.state != State::Closed) {
        watch(index, EPOLL_CTL_MOD, false);
        flush(index);
    }
    if ((events & ~std::uint32_t(EPOLLOUT)) != 0 && connection.state != State::Closed)
        read(index);
}

void LoadClients::read(std::size_t index)
{
    Connection &connection = *m_connections[index];
    const ssize_t size = recv(connection.descriptor, m_buffer.data(), m_buffer.size(), 0);
    if (size < 0 && errno == EAGAIN)
        return;
    if (size <= 0) {
        end(connection, QStringLiteral("the server cut a connection"));
        return;
    }
    std::string_view bytes(m_buffer.data(), static_cast<std::size_t>(size));
    if (connection.state == State::Upgrading && !readHead(index, bytes))
        return;
    Records records(*this, index);
    if (!connection.reader.feed(bytes, records))
        end(connection, QStringLiteral("the server sent what is no WebSocket frame"));
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
    appendTextFrame(frame, "{\"protocol\":\"json\",\"version\":1}\x1e");
    write(index, frame);
    return true;
}

void LoadClients::takeRecord(std::size_t index, std::string_view record)
{
    Connection &connection = *m_connections[index];
    if (connection.state == State::Handshaking) {
        if (record != "{}") {
            end(connection, QStringLiteral("the server refused a handshake"));
            return;
        }
        connection.state = State::Ready;
        ++counts.ready;
        return;
    }
    const std::string_view beginning = record.substr(0, 64);
    if (beginning.find("\"OnMessage\"") != std::string_view::npos)
        takeMessage(index, record);
    else if (beginning.find("\"type\":3") != std::string_view::npos)
        takeCompletion(index, record);
    else if (beginning.find("\"type\":6") != std::string_view::npos)
        ++counts.pings;
    else if (beginning.find("\"type\":7") != std::string_view::npos)
        end(connection,
            QStringLiteral("the server ended a connection: ")
                % QString::fromUtf8(record.data(), qsizetype(record.size())));
}

void LoadClients::takeMessage(std::size_t index, std::string_view record)
{
    ++counts.messages;
    if (index == 0)
        m_lastMessage.assign(record);
    if (index % static_cast<std::size_t>(sampleEvery) != 0)
        return;
    if (const std::int64_t stamp = stampBehind(record, "\"text\":\"@"))
        deliveries.add(stamp, monotonicNow());
}

void LoadClients::takeCompletion(std::size_t index, std::string_view record)
{
    if (record.find("\"error\":") != std::string_view::npos
        || record.find("\"result\":1") != std::string_view::npos) {
        fail(QStringLiteral("a call was refused: ")
             % QString::fromUtf8(record.data(), qsizetype(record.size())));
        return;
    }
    ++counts.completions;
    if (const std::int64_t stamp = stampBehind(record, "\"invocationId\":\"@"))
        completions.add(stamp, monotonicNow());
    if (onCompletion)
        onCompletion(static_cast<int>(index));
}

void LoadClients::call(int client, std::string_view method, std::string_view arguments, std::int64_t stamp)
{
    std::string record = "{\"type\":1,\"invocationId\":\"" + stampOf(stamp) + "\",\"target\":\"";
    record.append(method).append("\",\"arguments\":[").append(arguments).append("]}");
    record += recordSeparator;
    std::string frame;
    appendTextFrame(frame, record);
    write(static_cast<std::size_t>(client), frame);
}

void LoadClients::pingAll()
{
    std::string frame;
    appendTextFrame(frame, "{\"type\":6}\x1e");
    for (std::size_t index = 0; index < m_connections.size(); ++index)
        write(index, frame);
}

std::string LoadClients::lastMessageFrame() const
{
    const std::string payload = m_lastMessage + recordSeparator;
    std::string frame = "\x81";
    if (payload.size() < 126) {
        frame += static_cast<char>(payload.size());
    } else {
        frame += '\x7e';
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xff);
    }
    return frame + payload;
}

std::string stampedText(std::int64_t stamp, std::size_t size)
{
    std::string text = stampOf(stamp) + ' ';
    text.resize(size, 'x');
    return text;
}

} // namespace nextchat::bench
