// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/chat/chatmetrics.h"
#include "server/chat/chatoptions.h"
#include "server/net/eventloopthread.h"
#include "server/net/httpmetrics.h"
#include "server/signalr/hubendpoint.h"
#include "server/signalr/hubworker.h"
#include "tests/support/rawhub.h"
#include "tests/unit/serverchat/fakebroker.h"

#include <functional>
#include <memory>

namespace nextchat::test {

// Chat hubs at `/next-chat` on a free port, in a thread of their own, on a broker that the test plays.
// Belongs to the thread that made it.
class ChatServer
{
public:
    explicit ChatServer(const signalr::HubOptions &options = {}, const chat::ChatOptions &chatOptions = {});
    ~ChatServer();

    // Runs `work` in the server's thread and waits for it.
    void inThread(const std::function<void()> &work);
    // The value of an expression about the broker or the history, read in the server's thread.
    template <typename Read> auto read(Read reading)
    {
        decltype(reading()) value{};
        inThread([&] { value = reading(); });
        return value;
    }
    // What `/metrics` would give.
    [[nodiscard]] QByteArray metrics() const { return m_registry.render(); }
    // What `broker.watches` is now.
    [[nodiscard]] QStringList watches()
    {
        return read([this] { return broker.watches; });
    }

    quint16 port = 0;
    FakeBroker broker; // both belong to the server's thread
    FakeHistory history;

private:
    struct Inside;

    signalr::HubOptions m_options;
    chat::ChatOptions m_chatOptions;
    signalr::HubMethods m_methods;
    MetricsRegistry m_registry;
    signalr::HubMetrics m_metrics;
    chat::ChatMetrics m_chatMetrics{m_registry};
    net::HttpMetrics m_httpMetrics{m_registry};
    signalr::HubEndpointConfiguration m_endpoint;
    net::EventLoopThread m_thread;
    std::unique_ptr<Inside> m_inside; // the thread's
};

// A client's connection that is in group "g". Fails the test when it can't.
[[nodiscard]] std::unique_ptr<RawHub> joined(ChatServer &server, const QByteArray &user);

// The calls that came, up to an answer that is asked for now: "OnTyping g ann" and so on, with the seq of
// messages and the count of histories.
[[nodiscard]] QStringList callsUntilNow(RawHub &hub);

[[nodiscard]] chat::Message message(qint64 seq, const QString &epoch = QStringLiteral("e1"));

} // namespace nextchat::test
