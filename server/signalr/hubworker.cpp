// SPDX-License-Identifier: MIT
#include "server/signalr/hubworker.h"

#include "common/support/mailbox.h"

namespace nextchat::signalr {

HubWorker::HubWorker(net::IoContext &io, const HubOptions &options, const HubMethods &methods,
                     HubMetrics &metrics, MakeHub makeHub)
    : m_io(io)
    , m_options(options)
    , m_methods(methods)
    , m_metrics(metrics)
    , m_makeHub(std::move(makeHub))
    , m_ping({Ping{}})
{
    m_nextTurn.setSingleShot(true);
    QObject::connect(&m_nextTurn, &QTimer::timeout, &m_nextTurn, [this] {
        for (const auto &connection : std::exchange(m_toWake, {}))
            connection->wakeWaiting();
        for (const auto &connection : std::exchange(m_toEnd, {}))
            connection->abort();
    });
}

HubWorker::~HubWorker() = default;

void HubWorker::open(std::unique_ptr<net::Transport> transport, TransportKind kind, NewConnection opened,
                     Ended ended)
{
    opened.mayResume = opened.mayResume && m_options.statefulReconnect;
    auto connection = std::make_shared<HubConnectionContext>(*this, std::move(transport), opened);
    if (opened.mayResume)
        m_mayResume.emplace(opened.connectionId, connection.get());
    Gauge &counted = m_metrics.connections(kind);
    m_connections.emplace(connection.get(), Entry{connection, &counted, std::move(ended)});
    counted.add();
    connection->begin();
}

std::shared_ptr<HubConnectionContext> HubWorker::resumable(const QString &connectionId) const
{
    const auto found = m_mayResume.find(connectionId);
    return found != m_mayResume.end() && found->second->isResumable() ? found->second->shared_from_this()
                                                                      : nullptr;
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

void HubWorker::stop(std::function<void()> empty)
{
    m_empty = std::move(empty);
    std::vector<std::shared_ptr<HubConnectionContext>> all;
    for (const auto &[key, entry] : m_connections)
        all.push_back(entry.connection);
    for (const auto &connection : all)
        connection->abort();
    reportEmpty();
}

void HubWorker::destroyed()
{
    --m_lingering;
    reportEmpty();
}

void HubWorker::reportEmpty()
{
    if (m_empty && size() == 0)
        Mailbox::current()->post(std::exchange(m_empty, {}));
}

void HubWorker::wakeInNextTurn(std::shared_ptr<HubConnectionContext> connection)
{
    m_toWake.push_back(std::move(connection));
    m_nextTurn.start(0); // a timer and no posted event: those of one turn all come before the sockets
}

void HubWorker::endInNextTurn(std::shared_ptr<HubConnectionContext> connection)
{
    m_toEnd.push_back(std::move(connection));
    m_nextTurn.start(0);
}

void HubWorker::remove(HubConnectionContext *connection)
{
    auto node = m_connections.extract(connection);
    if (node.empty())
        return;
    node.mapped().counted->subtract();
    if (const auto found = m_mayResume.find(connection->connectionId());
        found != m_mayResume.end() && found->second == connection)
        m_mayResume.erase(found);
    node.mapped().ended();
    ++m_lingering;
    // Its functions may still be on the stack.
    m_io.turn.retire(
        std::make_unique<std::shared_ptr<HubConnectionContext>>(std::move(node.mapped().connection)));
}

} // namespace nextchat::signalr
