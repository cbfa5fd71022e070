// SPDX-License-Identifier: MIT
#include "tests/bench/loadclients.h"

#include "common/signalr/hubprotocol.h"

#include <QJsonArray>
#include <QJsonDocument>

#include <array>
#include <cerrno>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::bench {

namespace {

constexpr char recordSeparator = '\x1e';

std::string messagePackCall(std::string_view method, std::string_view arguments, std::int64_t stamp)
{
    const QByteArray list = '[' + QByteArray(arguments.data(), qsizetype(arguments.size())) + ']';
    const QJsonArray texts = QJsonDocument::fromJson(list).array();
    signalr::Invocation invocation;
    invocation.invocationId = QString::fromStdString(stampOf(stamp));
    invocation.target = QString::fromUtf8(method.data(), qsizetype(method.size()));
    for (const auto &text : texts)
        invocation.arguments.emplace_back(text.toString());
    return signalr::HubProtocol::byName("messagepack")->encode(std::move(invocation))->toStdString();
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
        connected(index);
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

void LoadClients::takeRecord(std::size_t index, std::string_view record)
{
    if (m_connections[index]->state == State::Handshaking)
        takeHandshake(index, record);
    else if (m_encoding == Encoding::Json)
        takeJson(index, record);
    else
        takeMessagePack(index, record);
}

void LoadClients::takeHandshake(std::size_t index, std::string_view record)
{
    Connection &connection = *m_connections[index];
    if (record != "{}") {
        end(connection, QStringLiteral("the server refused a handshake"));
        return;
    }
    if (m_encoding == Encoding::MessagePack)
        connection.reader.expectLengths();
    connection.state = State::Ready;
    ++counts.ready;
}

void LoadClients::takeJson(std::size_t index, std::string_view record)
{
    const std::string_view beginning = record.substr(0, 64);
    if (beginning.find("\"OnMessage\"") != std::string_view::npos) {
        takeMessage(index, record, "\"text\":\"@");
    } else if (beginning.find("\"type\":3") != std::string_view::npos) {
        const bool isRefusal = record.find("\"error\":") != std::string_view::npos
            || record.find("\"result\":1") != std::string_view::npos;
        takeCompletion(index, record, isRefusal, "\"invocationId\":\"@");
    } else if (beginning.find("\"type\":6") != std::string_view::npos) {
        ++counts.pings;
    } else if (beginning.find("\"type\":7") != std::string_view::npos) {
        end(*m_connections[index],
            QStringLiteral("the server ended a connection: ")
                % QString::fromUtf8(record.data(), qsizetype(record.size())));
    }
}

// An array whose first element is the type.
void LoadClients::takeMessagePack(std::size_t index, std::string_view record)
{
    constexpr std::size_t kindAt = 3 + 1 + 20; // behind array, type, no headers, and a stamp as id
    switch (record.size() < 2 ? 0 : record[1]) {
    case 1:
        if (record.substr(0, 64).find("OnMessage") != std::string_view::npos)
            takeMessage(index, record, "@");
        break;
    case 3:
        takeCompletion(index, record,
                       (record.size() > kindAt && record[kindAt] == 1) || record.ends_with("NoRoom"), "@");
        break;
    case 6:
        ++counts.pings;
        break;
    case 7:
        end(*m_connections[index], QStringLiteral("the server ended a connection"));
        break;
    default:
        break;
    }
}

void LoadClients::takeMessage(std::size_t index, std::string_view record, std::string_view beforeStamp)
{
    ++counts.messages;
    if (index == 0)
        m_lastMessage.assign(record);
    if (index % static_cast<std::size_t>(sampleEvery) != 0)
        return;
    if (const std::int64_t stamp = stampBehind(record, beforeStamp))
        deliveries.add(stamp, monotonicNow());
}

void LoadClients::takeCompletion(std::size_t index, std::string_view record, bool isRefusal,
                                 std::string_view beforeStamp)
{
    if (isRefusal) {
        fail(QStringLiteral("a call was refused: ")
             % QString::fromUtf8(record.data(), qsizetype(record.size())));
        return;
    }
    ++counts.completions;
    if (const std::int64_t stamp = stampBehind(record, beforeStamp))
        completions.add(stamp, monotonicNow());
    if (onCompletion)
        onCompletion(static_cast<int>(index));
}

void LoadClients::call(int client, std::string_view method, std::string_view arguments, std::int64_t stamp)
{
    std::string frame;
    if (m_encoding == Encoding::MessagePack) {
        appendBinaryFrame(frame, messagePackCall(method, arguments, stamp));
    } else {
        std::string record = "{\"type\":1,\"invocationId\":\"" + stampOf(stamp) + "\",\"target\":\"";
        record.append(method).append("\",\"arguments\":[").append(arguments).append("]}");
        record += recordSeparator;
        appendTextFrame(frame, record);
    }
    write(static_cast<std::size_t>(client), frame);
}

void LoadClients::pingAll()
{
    std::string frame;
    if (m_encoding == Encoding::MessagePack)
        appendBinaryFrame(frame, "\x02\x91\x06");
    else
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

} // namespace nextchat::bench
