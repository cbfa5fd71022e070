// SPDX-License-Identifier: MIT
#include "server/server.h"

#include "common/chat/rules.h"
#include "common/support/mailbox.h"
#include "server/broker/localbroker.h"
#include "server/chat/chathub.h"
#include "server/history/sqlhistorystore.h"
#include "server/ops/filelimit.h"
#include "server/ops/loopwatchdog.h"
#include "server/ops/opsendpoints.h"
#include "server/ops/processmetrics.h"
#include "server/serveroptions.h"
#include "server/startup.h"
#include "server/worker.h"

#include <QLoggingCategory>
#include <QThread>

namespace nextchat {

Q_LOGGING_CATEGORY(serverLog, "nextchat.server")

namespace {

constexpr auto drainSliceLength = std::chrono::milliseconds(100);
constexpr auto emptyPollInterval = std::chrono::milliseconds(20);

} // namespace

Expected<std::unique_ptr<Server>> Server::open(const ServerConfiguration &configuration)
{
    std::unique_ptr<Server> server(new Server(configuration));
    if (const auto opened = server->openStorage(); !opened)
        return tl::unexpected(opened.error());
    server->prepareWorkers();
    return server;
}

Server::Server(const ServerConfiguration &configuration)
    : m_configuration(configuration)
{
    connect(&m_drain, &QTimer::timeout, this, &Server::drainSlice);
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        qCWarning(serverLog, "the time for an orderly shutdown is over; what is left is cut");
        stopWorkers();
    });
}

Server::~Server() = default;

Expected<void> Server::openStorage()
{
    broker::LocalBrokerOptions options;
    options.dataDir = m_configuration.server.dataDir;
    options.maximumMembers = m_configuration.limits.groupMembers;
    options.maximumGroups = m_configuration.limits.groups;
    options.leaseDuration = m_configuration.groups.leaseDuration;
    auto broker = broker::LocalBroker::open(options, m_metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    m_broker = std::move(*broker);
    m_history = std::make_unique<history::SqlHistoryStore>(
        history::SqlHistoryOptions{.database = options.database(),
                                   .readers = m_configuration.history.readers,
                                   .readTimeout = m_configuration.history.readTimeout},
        m_metrics);
    return {};
}

void Server::prepareWorkers()
{
    m_methods = std::make_unique<signalr::HubMethods>();
    chat::ChatHub::registerMethods(*m_methods);
    m_hubMetrics = std::make_unique<signalr::HubMetrics>(m_metrics);
    const auto limits = connectionLimits(m_configuration, ops::raiseFileLimit());
    const QByteArray path = m_configuration.server.path.toUtf8();
    m_endpoint.reset(new signalr::HubEndpointConfiguration{
        .path = path,
        .authenticate =
            signalr::trustedAuthenticator([](const QString &user) { return chat::isValidId(user); }),
        .origins = signalr::OriginPolicy(m_configuration.server.allowedOrigins),
        .tokens = signalr::ConnectionTokens(m_configuration.server.tokenSecret.toUtf8()),
        .admission = signalr::ConnectionAdmission(limits),
    });
    ops::registerProcessMetrics(m_metrics, serverVersion().toUtf8());
    m_watchdog = std::make_unique<ops::LoopWatchdog>(m_metrics);
    const auto messagingWorks = [broker = m_broker.get()] { return broker->isHealthy(); };
    m_ops = std::make_unique<ops::OpsEndpoints>(
        m_metrics, *m_watchdog, ops::OpsEndpoints::Probes{messagingWorks, messagingWorks}, path);
    m_services.reset(new WorkerServices{
        .broker = *m_broker,
        .history = *m_history,
        .methods = *m_methods,
        .metrics = *m_hubMetrics,
        .endpoint = *m_endpoint,
        .hubOptions = hubOptions(m_configuration),
        .chatOptions = chatOptions(m_configuration),
        .httpLimits = {},
        .httpTimeouts = httpTimeouts(m_configuration),
        .answer = [this](const net::HttpRequest &request, bool forOps) { return answer(request, forOps); },
    });
}

// Any thread. What is not the hub's: health, metrics, the page for people.
net::HttpResponse Server::answer(const net::HttpRequest &request, bool forOps) const
{
    using Scope = ops::OpsEndpoints::Scope;
    const bool separate = !m_configuration.server.opsListen.isEmpty();
    const Scope scope = forOps ? Scope::Operations : separate ? Scope::PublicPage : Scope::Everything;
    return m_ops->answer(request, scope).value_or(net::HttpResponse::text(404, "Not found"));
}

void Server::start()
{
    const int configured = m_configuration.server.ioThreads;
    const int count = configured > 0 ? configured : QThread::idealThreadCount();
    auto waiting = std::make_shared<int>(count);
    for (int i = 0; i < count; ++i) {
        m_workers.push_back(std::make_unique<Worker>(i, *m_services));
        m_workers.back()->start([this, waiting] {
            if (--*waiting == 0)
                begin();
        });
    }
}

// All workers are there: the world may come in.
void Server::begin()
{
    for (std::size_t i = 0; i < m_workers.size(); ++i)
        m_watchdog->watch("io" + QByteArray::number(i), m_workers[i]->mailbox());
    if (const auto listening = listen(); !listening) {
        m_failure = listening.error().message;
        stopWorkers();
        return;
    }
    const QString host = m_configuration.server.listen.left(m_configuration.server.listen.lastIndexOf(u':'));
    Q_EMIT started(u"http://" % host % u':' % QString::number(m_listener->port())
                   % m_configuration.server.path);
}

Expected<void> Server::listen()
{
    auto listener =
        net::Listener::open(m_configuration.server.listen, [this](std::vector<net::AcceptedSocket> sockets) {
            distribute(std::move(sockets), false);
        });
    if (!listener)
        return tl::unexpected(listener.error());
    m_listener = std::move(*listener);
    if (m_configuration.server.opsListen.isEmpty())
        return {};
    auto opsListener = net::Listener::open(
        m_configuration.server.opsListen,
        [this](std::vector<net::AcceptedSocket> sockets) { distribute(std::move(sockets), true); });
    if (!opsListener)
        return tl::unexpected(opsListener.error());
    m_opsListener = std::move(*opsListener);
    return {};
}

// Deals the sockets out to the workers in turn.
void Server::distribute(std::vector<net::AcceptedSocket> sockets, bool forOps)
{
    std::vector<std::vector<net::AcceptedSocket>> shares(m_workers.size());
    for (net::AcceptedSocket &socket : sockets)
        shares[m_nextWorker++ % m_workers.size()].push_back(std::move(socket));
    for (std::size_t i = 0; i < shares.size(); ++i) {
        if (!shares[i].empty())
            m_workers[i]->accept(std::move(shares[i]), forOps);
    }
}

// --- the end ---

void Server::shutDown()
{
    if (std::exchange(m_shuttingDown, true))
        return;
    qCInfo(serverLog, "shutting down");
    m_endpoint->draining = true;
    m_ops->beginShutdown();
    m_deadline.start(m_configuration.server.shutdownTimeout);
    if (!m_listener)
        return stopWorkers(); // it had not begun
    m_listener->close();
    m_slicesLeft = std::max(1, static_cast<int>(m_configuration.server.drainTime / drainSliceLength));
    m_drain.start(drainSliceLength);
    drainSlice();
}

void Server::drainSlice()
{
    for (const auto &worker : m_workers)
        worker->closeSome(static_cast<std::size_t>(m_slicesLeft));
    if (--m_slicesLeft > 0)
        return awaitEmpty();
    m_slicesLeft = 1; // whoever is still there, or came in just before, is asked again
    m_drain.setInterval(emptyPollInterval);
    awaitEmpty();
}

// Goes on once no connection is left; earlier than planned when there never were any.
void Server::awaitEmpty()
{
    auto waiting = std::make_shared<std::size_t>(m_workers.size());
    auto left = std::make_shared<std::size_t>(0);
    for (const auto &worker : m_workers) {
        worker->countConnections([this, waiting, left](std::size_t count) {
            *left += count;
            if (--*waiting == 0 && *left == 0)
                stopWorkers();
        });
    }
}

void Server::stopWorkers()
{
    if (std::exchange(m_stopping, true))
        return;
    m_drain.stop();
    auto waiting = std::make_shared<std::size_t>(m_workers.size());
    for (const auto &worker : m_workers) {
        m_watchdog->unwatch(worker->mailbox());
        worker->stop([this, waiting] {
            if (--*waiting == 0)
                end();
        });
    }
}

void Server::end()
{
    m_deadline.stop();
    m_opsListener.reset();
    m_listener.reset();
    m_history.reset();
    m_broker.reset(); // answers whoever is still waiting, in the workers' threads
    m_workers.clear();
    if (m_failure.isNull())
        Q_EMIT stopped();
    else
        Q_EMIT failed(m_failure);
}

} // namespace nextchat
