// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "common/support/metrics.h"
#include "server/configuration.h"
#include "server/storage.h"

#include <QObject>
#include <QTimer>
#include <qcorotask.h>

#include <functional>
#include <memory>
#include <vector>

namespace nextchat {

class Rotation;
class Worker;
struct WorkerServices;

namespace net {
class AcceptedSocket;
class Listener;
class TlsCertificates;
struct HttpMetrics;
struct HttpRequest;
struct HttpResponse;
} // namespace net
namespace chat {
class ChatMetrics;
} // namespace chat
namespace ops {
class OpsEndpoints;
class LoopWatchdog;
} // namespace ops
namespace signalr {
class HubMethods;
struct Identity;
struct HubEndpointConfiguration;
struct HubMetrics;
} // namespace signalr

// A whole server: broker, history, workers, listeners, and its orderly end. Lives in the main thread.
class Server : public QObject
{
    Q_OBJECT

public:
    // Opens what the configuration names. Fails with a sentence for the person who started it.
    [[nodiscard]] static Expected<std::unique_ptr<Server>> open(const ServerConfiguration &configuration);
    ~Server() override;

    // Starts the workers, then the listeners; started() or failed() follows.
    void start();

    // Reads again what may change while it runs: keys and certificates.
    void reload();

    // Lets nobody new in, asks the clients to reconnect elsewhere, spread over server.drainTime, finishes the
    // calls in flight, and emits stopped(): after server.shutdownTimeout at the latest.
    void shutDown();

Q_SIGNALS:
    void started(const QString &url);
    void failed(const QString &reason);
    void stopped();

private:
    explicit Server(const ServerConfiguration &configuration);
    [[nodiscard]] Expected<void> prepareAuthentication();
    [[nodiscard]] Expected<void> prepareTls();
    void prepareWorkers();
    [[nodiscard]] int workerCount() const;
    // Gets the secret that all servers of the deployment sign their tokens with, now and again, so that it
    // stays the same for all of them, also when Redis lost it.
    QCoro::Task<> shareSecret();
    void begin();
    [[nodiscard]] net::HttpResponse answer(const net::HttpRequest &request, bool forOps) const;
    using Listeners = std::vector<std::unique_ptr<net::Listener>>;
    [[nodiscard]] Expected<void> listen();
    [[nodiscard]] Expected<Listeners> listenAt(const QString &address, bool forOps);
    void distribute(std::vector<net::AcceptedSocket> sockets, bool forOps);
    void drainSlice();
    void awaitEmpty();
    void stopWorkers();
    void end();

    ServerConfiguration m_configuration;
    MetricsRegistry m_metrics;
    Storage m_storage;
    std::unique_ptr<signalr::HubMethods> m_methods;
    std::unique_ptr<signalr::HubMetrics> m_hubMetrics;
    std::unique_ptr<chat::ChatMetrics> m_chatMetrics;
    std::unique_ptr<net::HttpMetrics> m_httpMetrics;
    std::function<Expected<signalr::Identity>(const net::HttpRequest &)> m_authenticate;
    std::unique_ptr<net::TlsCertificates> m_certificates; // null: plain
    std::vector<std::unique_ptr<Rotation>> m_rotations; // of what is read from files that may change
    std::unique_ptr<signalr::HubEndpointConfiguration> m_endpoint;
    std::unique_ptr<ops::LoopWatchdog> m_watchdog;
    std::unique_ptr<ops::OpsEndpoints> m_ops;
    std::unique_ptr<WorkerServices> m_services;
    std::vector<std::unique_ptr<Worker>> m_workers;
    Listeners m_listeners; // of server.listen; none before begin()
    Listeners m_opsListeners;
    std::size_t m_nextWorker = 0;
    QByteArray m_secret; // of the deployment; empty while it is not known
    QTimer m_secretTimer; // asks for it again
    QTimer m_drain; // one slice of the clients a tick
    int m_slicesLeft = 0;
    QTimer m_deadline; // of the shutdown
    bool m_shuttingDown = false;
    bool m_stopping = false; // the workers are being stopped
    QString m_failure; // null unless it could not begin
};

} // namespace nextchat
