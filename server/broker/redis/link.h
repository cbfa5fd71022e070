// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/connection.h"
#include "server/broker/redis/script.h"
#include "server/broker/redis/serverinfo.h"

namespace nextchat::broker::redis {

// Why a Redis can't be used just now, or ever.
enum class Trouble {
    Away, // refused, cut off, unknown host
    Slow, // no answer in time
    Loading,
    ReadOnly,
    Password,
    Tls, // a certificate that is not accepted, or no TLS spoken
    Unfit, // a cluster, too old
    Other,
};

// Keeps a connection to one Redis: finds it, by its Sentinels if there are any, connects, looks whether it
// can serve, and does so again, after a pause that grows and differs, whenever that fails or ends. Says each
// change once in the log. Belongs to the thread that made it.
class Link : public QObject
{
    Q_OBJECT

public:
    struct Options
    {
        RedisUrl url;
        QString purpose; // for the log
        std::chrono::milliseconds patience; // for connecting, and for each answer
        std::vector<const Script *> scripts = {}; // loaded before it is ready; they outlive it
        bool warns = false; // speaks for the others: of dangerous settings, and when Redis is away
        std::shared_ptr<const Tls> tls = nullptr; // for a URL that asks for it
    };

    explicit Link(Options options);
    ~Link() override;

    void open();
    // For good: everything that waits is lost.
    void close();
    // Ends the connection and makes another.
    void reconnect(const QString &reason);

    [[nodiscard]] bool isReady() const { return m_isReady; }
    [[nodiscard]] bool isIdle() const { return !m_connection || m_connection->isIdle(); }
    // Of the Redis that it is, or was last, connected to.
    [[nodiscard]] const ServerInfo &info() const { return m_info; }
    // It is, and stays, of no use; `problem` says why.
    [[nodiscard]] bool isRefused() const { return m_isRefused; }
    // Why it is not ready, a clause that follows "Redis at ..."; empty while it is.
    [[nodiscard]] const QString &problem() const { return m_problem; }
    [[nodiscard]] QString name() const; // for logs: the URL without its password

    // As Connection::send() and its channels, while it is ready; a callback is called at once if it is not.
    void send(Connection::Words words, Connection::Callback callback);
    void send(Connection::Words words, Connection::Callback callback, std::chrono::milliseconds patience);
    void subscribe(std::string_view channel, Connection::Heard heard);
    void unsubscribe(std::string_view channel);
    // Runs a script. The answer NOSCRIPT says that Redis had forgotten it, so that it did not run; it is
    // there again for what is sent from then on.
    void run(const Script &script, Connection::Words keys, Connection::Words arguments,
             Connection::Callback callback);

Q_SIGNALS:
    void ready();
    void lost(); // it was ready
    void troubled(nextchat::broker::redis::Trouble trouble); // each failed attempt, and each loss

private:
    void attempt();
    void askSentinel(std::size_t asked, const QString &reason = {});
    void askSentinelAt(const Endpoint &address, const QString &host, std::size_t asked);
    void reach(const Endpoint &redis);
    void connectTo(const Endpoint &address, const QString &host);
    // Calls with the endpoint's address, later or at once; without any where the host is unknown.
    using Resolved = std::function<void(const std::optional<Endpoint> &address)>;
    void resolve(const Endpoint &endpoint, Resolved resolved);
    [[nodiscard]] Encryption encryptionFor(const QString &host) const;
    void check();
    void loadScripts();
    void becomeReady();
    void failed(const QString &problem, bool isFinal = false);
    void drop();
    void reloadScripts();

    const Options m_options;
    std::unique_ptr<Connection> m_connection;
    ServerInfo m_info;
    bool m_isReady = false;
    bool m_isClosed = true;
    bool m_isRefused = false;
    QString m_problem;
    int m_failures = 0; // since it was ready
    int m_attempts = 0;
    std::size_t m_firstSentinel = 0; // that the next attempt begins with, beyond their number
    bool m_isReloading = false;
    QTimer m_retry;
};

} // namespace nextchat::broker::redis
