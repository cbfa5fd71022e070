// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/iocontext.h"
#include "server/net/transport.h"
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/hubmethods.h"
#include "server/signalr/hubmetrics.h"
#include "server/signalr/huboptions.h"

#include <QTimer>

#include <functional>
#include <memory>
#include <unordered_map>
#include <vector>

namespace nextchat::signalr {

// The hub connections of one I/O thread, and what they share. Made, used and destroyed in that thread.
class HubWorker
{
public:
    using MakeHub = std::function<std::unique_ptr<Hub>(HubConnectionContext &)>;
    using Ended = std::function<void()>;

    // `methods`, `metrics` and the I/O context outlive the worker.
    HubWorker(net::IoContext &io, const HubOptions &options, const HubMethods &methods, HubMetrics &metrics,
              MakeHub makeHub);
    ~HubWorker();

    // Takes a new connection, over a transport of that kind; `ended` is called once it is over.
    void open(std::unique_ptr<net::Transport> transport, TransportKind kind, NewConnection opened,
              Ended ended);
    // The connection of that id that another transport may take over; null when there is none.
    [[nodiscard]] std::shared_ptr<HubConnectionContext> resumable(const QString &connectionId) const;

    // Closes every `share`-th part of the connections with allowReconnect; 1: all.
    void closeSome(std::size_t share);

    // Cuts all connections; `empty` is posted to this thread's mailbox once none is left and no call of one
    // is running. Nothing may be opened any more.
    void stop(std::function<void()> empty);

    [[nodiscard]] HubMetrics &metrics() const { return m_metrics; }
    [[nodiscard]] const HubOptions &options() const { return m_options; }

    // Connections that are not over, including those whose calls are still running.
    [[nodiscard]] std::size_t size() const
    {
        return m_connections.size() + static_cast<std::size_t>(m_lingering);
    }

private:
    friend class HubConnectionContext;

    void remove(HubConnectionContext *connection);
    void wakeInNextTurn(std::shared_ptr<HubConnectionContext> connection);
    void endInNextTurn(std::shared_ptr<HubConnectionContext> connection);
    void destroyed(); // by a context that had been removed
    void reportEmpty();

    struct Entry
    {
        std::shared_ptr<HubConnectionContext> connection;
        Gauge *counted; // among these
        Ended ended;
    };

    net::IoContext &m_io;
    HubOptions m_options;
    const HubMethods &m_methods;
    HubMetrics &m_metrics;
    MakeHub m_makeHub;
    Broadcast m_ping;
    std::unordered_map<HubConnectionContext *, Entry> m_connections;
    std::function<void()> m_empty; // to be posted by a stop() that waits
    QTimer m_nextTurn;
    std::vector<std::shared_ptr<HubConnectionContext>> m_toWake; // in the next turn of the loop
    std::vector<std::shared_ptr<HubConnectionContext>> m_toEnd; // likewise
    std::unordered_map<QString, HubConnectionContext *> m_mayResume; // by connection id
    int m_lingering = 0; // contexts that are over but not destroyed yet
};

} // namespace nextchat::signalr
