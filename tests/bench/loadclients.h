// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "tests/bench/framereader.h"
#include "tests/bench/latencies.h"
#include "tests/bench/stamp.h"

#include <QUrl>

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <string_view>
#include <vector>

namespace nextchat::bench {

// Many SignalR clients (over WebSocket, without negotiation) on one epoll descriptor, made to cost as
// little as possible beside the server they load: no Qt sockets, and of what arrives only as much is read as
// must be counted.
//
// A time stamp, "@" and 19 digits of nanoseconds, travels as the id of each call and at the beginning of each
// text. One thread, and nothing happens outside turn().
class LoadClients
{
public:
    enum class Encoding { Json, MessagePack };

    struct Counts
    {
        qint64 messages = 0; // OnMessage
        qint64 completions = 0; // calls that went well
        qint64 pings = 0;
        qint64 ready = 0; // handshake done
    };

    // `url` of the hub, http only.
    explicit LoadClients(QUrl url, Encoding encoding = Encoding::Json);
    ~LoadClients(); // cuts all connections
    LoadClients(const LoadClients &) = delete;
    LoadClients &operator=(const LoadClients &) = delete;

    // Opens `count` more, no more than `inFlight` at a time, as user1, user2, ... Returns how long it took
    // until the last had its handshake answered.
    [[nodiscard]] Expected<std::chrono::duration<double>> open(int count, int inFlight = 200);
    [[nodiscard]] int size() const { return static_cast<int>(m_connections.size()); }

    // Invokes a hub method; `arguments` is the JSON inside the brackets (with MessagePack texts only),
    // `stamp` the time that it should have been made.
    void call(int client, std::string_view method, std::string_view arguments,
              std::int64_t stamp = monotonicNow());
    // Each sends a Ping of the hub protocol.
    void pingAll();

    // Waits up to `patience` for whatever comes, and handles it.
    void turn(std::chrono::nanoseconds patience);
    // Turns until `done` holds; false when it still does not after `patience`, or when something went wrong.
    template <typename Done> [[nodiscard]] bool turnUntil(Done done, std::chrono::seconds patience)
    {
        const std::int64_t end = monotonicNow() + std::chrono::nanoseconds(patience).count();
        while (!done()) {
            if (monotonicNow() >= end || failed())
                return false;
            turn(std::chrono::milliseconds(20));
        }
        return true;
    }

    Counts counts;
    Latencies deliveries; // from the stamp in the text to OnMessage, of every sampleEvery-th client
    Latencies completions; // from the call to its completion
    int sampleEvery = 1;
    std::function<void(int client)> onCompletion;

    // The first thing that went wrong: a refused call, a lost connection.
    [[nodiscard]] bool failed() const { return !m_failure.isEmpty(); }
    [[nodiscard]] Error failure() const;
    // The WebSocket frame, as the server makes it, of the newest message that the first client got. JSON
    // only.
    [[nodiscard]] std::string lastMessageFrame() const;

private:
    enum class State { Connecting, Upgrading, Handshaking, Ready, Closed };
    struct Connection
    {
        int descriptor = -1;
        State state = State::Connecting;
        FrameReader reader;
        std::string head; // of the HTTP answer
        std::string unsent;
    };
    class Records;

    bool beginOne();
    void connected(std::size_t index);
    void fail(const QString &what);
    void end(Connection &connection, const QString &why);
    void watch(std::size_t index, int operation, bool writable);
    void upgrade(std::size_t index);
    void write(std::size_t index, std::string_view bytes);
    void flush(std::size_t index);
    void read(std::size_t index);
    bool readHead(std::size_t index, std::string_view &bytes);
    void handle(std::size_t index, std::uint32_t events);
    void takeRecord(std::size_t index, std::string_view record);
    void takeHandshake(std::size_t index, std::string_view record);
    void takeJson(std::size_t index, std::string_view record);
    void takeMessagePack(std::size_t index, std::string_view record);
    void takeMessage(std::size_t index, std::string_view record, std::string_view beforeStamp);
    void takeCompletion(std::size_t index, std::string_view record, bool isRefusal,
                        std::string_view beforeStamp);

    QUrl m_url;
    const Encoding m_encoding;
    std::string m_address; // a sockaddr
    int m_epoll = -1;
    std::vector<std::unique_ptr<Connection>> m_connections;
    std::vector<char> m_buffer;
    QString m_failure;
    std::string m_lastMessage;
};

} // namespace nextchat::bench
