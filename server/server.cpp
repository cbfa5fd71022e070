// SPDX-License-Identifier: MIT
#include "server/server.h"

#include "common/chat/rules.h"
#include "common/support/mailbox.h"
#include "server/broker/redisbroker.h"
#include "server/chat/chathub.h"
#include "server/history/historystore.h"
#include "server/ops/filelimit.h"
#include "server/ops/loopwatchdog.h"
#include "server/ops/opsendpoints.h"
#include "server/ops/processmetrics.h"
#include "server/ops/selfcheck.h"
#include "server/rotation.h"
#include "server/serverlog.h"
#include "server/serveroptions.h"
#include "server/startup.h"
#include "server/tokenrules.h"
#include "server/worker.h"

#include <QPointer>
#include <QThread>

namespace nextchat {

namespace {

constexpr auto drainSliceLength = std::chrono::milliseconds(100);
constexpr auto secretRetry = std::chrono::milliseconds(250);
constexpr auto secretInterval = std::chrono::seconds(3);
constexpr auto emptyPollInterval = std::chrono::milliseconds(20);

// The connection ends when the token would let nobody in any more. Were it sooner, a client whose token is
// late by less than the skew would be let in to be sent away.
Expected<signalr::Identity> identityOf(QByteArrayView token, const jwt::SigningKeys &keys,
                                       const jwt::TokenRules &rules,
                                       std::chrono::system_clock::time_point now)
{
    const auto verified = jwt::verifyToken(token, keys, rules, now);
    if (!verified)
        return failure(verified.error().code, u"has a token that " % verified.error().message);
    return signalr::Identity{verified->userId, verified->expires};
}

} // namespace

Expected<std::unique_ptr<Server>> Server::open(const ServerConfiguration &configuration)
{
    std::unique_ptr<Server> server(new Server(configuration));
    auto storage = Storage::open(configuration, server->m_metrics);
    if (!storage)
        return tl::unexpected(storage.error());
    server->m_storage = std::move(*storage);
    if (const auto prepared = server->prepareAuthentication(); !prepared)
        return tl::unexpected(prepared.error());
    if (const auto prepared = server->prepareTls(); !prepared)
        return tl::unexpected(prepared.error());
    server->prepareWorkers();
    return server;
}

Server::Server(const ServerConfiguration &configuration)
    : m_configuration(configuration)
{
    connect(&m_drain, &QTimer::timeout, this, &Server::drainSlice);
    m_secretTimer.setSingleShot(true);
    connect(&m_secretTimer, &QTimer::timeout, this, [this] { shareSecret(); });
    m_deadline.setSingleShot(true);
    connect(&m_deadline, &QTimer::timeout, this, [this] {
        qCWarning(serverLog, "the time for an orderly shutdown is over; what is left is cut");
        stopWorkers();
    });
}

Server::~Server() = default;

Expected<void> Server::prepareAuthentication()
{
    if (m_configuration.auth.mode == ServerConfiguration::Auth::Mode::Trusted) {
        m_authenticate =
            signalr::trustedAuthenticator([](const QString &user) { return chat::isValidId(user); });
        return {};
    }
    auto keys = tokenKeys(m_configuration);
    if (!keys)
        return tl::unexpected(keys.error());
    const jwt::TokenRules rules = tokenRules(m_configuration);
    const auto ring =
        std::make_shared<jwt::KeyRing>(m_configuration.auth.jwt.keys, std::move(*keys), rules.algorithms);
    m_rotations.push_back(
        std::make_unique<Rotation>(QStringLiteral("the keys of tokens"), [ring] { return ring->refresh(); }));
    m_authenticate = signalr::bearerAuthenticator([ring, rules](QByteArrayView token) {
        return identityOf(token, *ring->keys(), rules, std::chrono::system_clock::now());
    });
    return {};
}

Expected<void> Server::prepareTls()
{
    const auto &files = m_configuration.server.tls;
    if (files.certificate.isEmpty())
        return {};
    auto opened = net::TlsCertificates::open(files.certificate, files.key);
    if (!opened)
        return tl::unexpected(opened.error());
    m_certificates = std::move(*opened);
    m_rotations.push_back(std::make_unique<Rotation>(QStringLiteral("the certificate and its key"),
                                                     [this] { return m_certificates->refresh(); }));
    return {};
}

void Server::prepareWorkers()
{
    m_methods = std::make_unique<signalr::HubMethods>();
    chat::ChatHub::registerMethods(*m_methods);
    m_hubMetrics = std::make_unique<signalr::HubMetrics>(m_metrics);
    m_hubMetrics->measure(*m_methods);
    m_chatMetrics = std::make_unique<chat::ChatMetrics>(m_metrics);
    m_httpMetrics = std::make_unique<net::HttpMetrics>(m_metrics);
    const qint64 openFiles = ops::raiseFileLimit();
    const bool expiresMatter = m_configuration.auth.mode == ServerConfiguration::Auth::Mode::Jwt;
    for (const QString &warning : ops::warningsAbout(
             ops::readHostFacts(openFiles), m_configuration.limits.connections.value_or(0), expiresMatter))
        qCWarning(serverLog, "%s", qUtf8Printable(warning));
    const QByteArray path = m_configuration.server.path.toUtf8();
    using Secret = signalr::ConnectionTokens::Secret;
    const bool isShared = m_storage.redis && m_configuration.server.tokenSecret.isEmpty();
    m_endpoint.reset(new signalr::HubEndpointConfiguration{
        .path = path,
        .authenticate = m_authenticate,
        .origins = signalr::OriginPolicy(m_configuration.server.allowedOrigins),
        .tokens = signalr::ConnectionTokens(m_configuration.server.tokenSecret.toUtf8(),
                                            isShared ? Secret::GivenLater : Secret::Given),
        .admission = signalr::ConnectionAdmission(connectionLimits(m_configuration, openFiles)),
        .transports = transports(m_configuration),
        .hasReplicas = m_storage.redis != nullptr,
    });
    ops::registerProcessMetrics(m_metrics, serverVersion().toUtf8());
    m_watchdog = std::make_unique<ops::LoopWatchdog>(m_metrics);
    const auto messagingWorks = [broker = m_storage.broker.get()] { return broker->isHealthy(); };
    const auto historyWorks = [this] { return m_storage.historyWorks(); };
    m_ops = std::make_unique<ops::OpsEndpoints>(
        m_metrics, *m_watchdog, ops::OpsEndpoints::Probes{messagingWorks, historyWorks}, path);
    m_services.reset(new WorkerServices{
        .broker = *m_storage.broker,
        .history = *m_storage.history,
        .methods = *m_methods,
        .metrics = *m_hubMetrics,
        .chatMetrics = *m_chatMetrics,
        .endpoint = *m_endpoint,
        .hubOptions = hubOptions(m_configuration),
        .chatOptions = chatOptions(m_configuration),
        .httpLimits = httpLimits(m_configuration, openFiles, workerCount()),
        .httpTimeouts = httpTimeouts(m_configuration),
        .httpMetrics = *m_httpMetrics,
        .certificates = m_certificates.get(),
        .answer = [this](const net::HttpRequest &request, bool forOps) { return answer(request, forOps); },
    });
}

int Server::workerCount() const
{
    const int configured = m_configuration.server.ioThreads;
    return configured > 0 ? configured : QThread::idealThreadCount();
}

QCoro::Task<> Server::shareSecret()
{
    const QPointer<Server> self(this);
    if (!m_storage.redis)
        co_return; // it ends
    const auto secret = co_await m_storage.redis->deploymentSecret(m_secret);
    if (!self)
        co_return;
    if (secret) {
        m_secret = *secret;
        m_endpoint->tokens.setSecret(m_secret);
    }
    m_secretTimer.start(m_secret.isEmpty() ? std::chrono::milliseconds(secretRetry) : secretInterval);
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
    if (!m_endpoint->tokens.isReady())
        shareSecret();
    const int count = workerCount();
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
    const QString scheme = m_certificates ? QStringLiteral("https://") : QStringLiteral("http://");
    Q_EMIT started(scheme % host % u':' % QString::number(m_listeners.front()->port())
                   % m_configuration.server.path);
}

Expected<void> Server::listen()
{
    auto listeners = listenAt(m_configuration.server.listen, false);
    if (!listeners)
        return tl::unexpected(listeners.error());
    m_listeners = std::move(*listeners);
    if (m_configuration.server.opsListen.isEmpty())
        return {};
    auto opsListeners = listenAt(m_configuration.server.opsListen, true);
    if (!opsListeners)
        return tl::unexpected(opsListeners.error());
    m_opsListeners = std::move(*opsListeners);
    return {};
}

// `localhost` is two addresses, and a client may know either of them alone.
Expected<Server::Listeners> Server::listenAt(const QString &address, bool forOps)
{
    const auto open = [this, forOps](const QString &one) {
        return net::Listener::open(one, [this, forOps](std::vector<net::AcceptedSocket> sockets) {
            distribute(std::move(sockets), forOps);
        });
    };
    const QString localhost = QStringLiteral("localhost:");
    const bool isLocalhost = address.startsWith(localhost);
    Listeners listeners;
    auto first = open(isLocalhost ? QString(u"127.0.0.1:" % address.mid(localhost.size())) : address);
    if (!first)
        return tl::unexpected(first.error());
    listeners.push_back(std::move(*first));
    if (!isLocalhost)
        return listeners;
    if (auto second = open(u"[::1]:" % QString::number(listeners.front()->port())))
        listeners.push_back(std::move(*second));
    else
        qCInfo(serverLog, "%s It goes on without.", qUtf8Printable(second.error().message));
    return listeners;
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

void Server::reload()
{
    qCInfo(serverLog, "reloading");
    for (const auto &rotation : m_rotations)
        rotation->refresh();
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
    if (m_listeners.empty())
        return stopWorkers(); // it had not begun
    for (const auto &listener : m_listeners)
        listener->close();
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
    m_opsListeners.clear();
    m_listeners.clear();
    m_storage.close(); // answers whoever is still waiting, in the workers' threads
    m_workers.clear();
    if (m_failure.isNull())
        Q_EMIT stopped();
    else
        Q_EMIT failed(m_failure);
}

} // namespace nextchat
