// SPDX-License-Identifier: MIT
#include "server/signalr/hubworker.h"

namespace nextchat::signalr {

HubWorker::HubWorker(net::IoContext &io, const HubOptions &options, const HubMethods &methods, HubMetrics &metrics,
                     MakeHub makeHub)
    : m_io(io)
    , m_options(options)
    , m_methods(methods)
    , m_metrics(metrics)
    , m_makeHub(std::move(makeHub))
    , m_ping({Ping {}})
{
}

HubWorker::~HubWorker() = default;

void HubWorker::open(std::unique_ptr<net::Transport> transport, const QString &connectionId, const QString &userId,
                     Ended ended)
{
    auto connection = std::make_shared<HubConnectionContext>(*this, std::move(transport), connectionId, userId);
    m_connections.emplace(connection.get(), Entry {connection, std::move(ended)});
    m_metrics.connections.add();
    connection->begin();
}

void HubWorker::closeSome(std::size_t share)
{
    std::vector<std::shared_ptr<HubConnectionContext>> chosen;
    std::size_t index = 0;
    for (const auto &[key, entry] : m_connections) {
        if (index++ % share == 0)
            chosen.push_back(entry.connection);
    }
    for (const auto &connection : chosen)
        connection->close({}, true);
}

void HubWorker::remove(HubConnectionContext *connection)
{
    auto node = m_connections.extract(connection);
    if (node.empty())
        return;
    m_metrics.connections.subtract();
    node.mapped().ended();
    ++m_lingering;
    // Its functions may still be on the stack.
    m_io.turn.retire(std::make_unique<std::shared_ptr<HubConnectionContext>>(std::move(node.mapped().connection)));
}

} // namespace nextchat::signalr
