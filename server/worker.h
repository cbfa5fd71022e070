// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"
#include "server/chat/chatmetrics.h"
#include "server/chat/chatoptions.h"
#include "server/history/historystore.h"
#include "server/net/eventloopthread.h"
#include "server/net/httpconnection.h"
#include "server/net/httpmetrics.h"
#include "server/net/listener.h"
#include "server/net/tlscertificates.h"
#include "server/signalr/hubendpoint.h"
#include "server/signalr/hubmethods.h"
#include "server/signalr/hubmetrics.h"
#include "server/signalr/huboptions.h"

#include <functional>
#include <memory>

namespace nextchat {

// What all workers share; outlives them. The functions are called in any worker's thread.
struct WorkerServices
{
    broker::MessageBroker &broker;
    history::HistoryStore &history;
    const signalr::HubMethods &methods;
    signalr::HubMetrics &metrics;
    chat::ChatMetrics &chatMetrics;
    signalr::HubEndpointConfiguration &endpoint;
    signalr::HubOptions hubOptions;
    chat::ChatOptions chatOptions;
    net::HttpLimits httpLimits;
    net::HttpTimeouts httpTimeouts;
    net::HttpMetrics &httpMetrics;
    const net::TlsCertificates *certificates; // of server.listen; null: plain
    // Answers what is not the hub's. `forOps`: the request came in at `server.opsListen`.
    std::function<net::HttpResponse(const net::HttpRequest &, bool forOps)> answer;
};

// One I/O thread with its share of the connections: HTTP front, hub, audience. Made, used and destroyed in
// the main thread; what is inside lives in the worker's own.
class Worker final : private signalr::ConnectionHome
{
public:
    Worker(int index, const WorkerServices &services);
    ~Worker() override;

    // Starts the thread and attaches it to the broker; `ready` is posted to the calling thread's mailbox.
    void start(std::function<void()> ready);

    // Takes over a share of new connections. `forOps`: only health and metrics are served to them.
    void accept(std::vector<net::AcceptedSocket> sockets, bool forOps);

    // Asks every `share`-th hub connection to reconnect elsewhere.
    void closeSome(std::size_t share);
    // Answers in the calling thread's mailbox with the number of hub connections that are not over.
    void countConnections(std::function<void(std::size_t)> answer);

    // Detaches from the broker and takes everything down; `stopped` is posted to the calling thread's
    // mailbox. Connections that are not over by then are cut.
    void stop(std::function<void()> stopped);

    [[nodiscard]] Mailbox &mailbox() { return m_thread.mailbox(); }

private:
    struct Inside;

    void take(net::MovedConnection connection) override;

    WorkerServices m_services;
    net::EventLoopThread m_thread;
    std::shared_ptr<Inside> m_inside; // touched in the worker's thread only
};

} // namespace nextchat
