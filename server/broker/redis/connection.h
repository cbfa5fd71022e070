// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/eventhooks.h"
#include "server/broker/redis/redisurl.h"
#include "server/broker/redis/reply.h"
#include "server/broker/redis/tls.h"

#include <QTimer>

#include <deque>
#include <span>

struct redisAsyncContext;

namespace nextchat::broker::redis {

// As whom a connection talks to Redis.
struct Login
{
    QByteArray user; // empty: the default user
    QByteArray password; // empty: none
    int database = 0;
};

// One TCP connection to a Redis, encrypted or not: commands are pipelined and answered in their order, each
// within its deadline; one that is not ends the connection. Used once. Belongs to the thread that made it;
// must not be destroyed by what it calls (deleteLater()). The process must ignore SIGPIPE: hiredis does not.
class Connection : public QObject
{
    Q_OBJECT

public:
    using Callback = std::function<void(const Result &)>;
    using Words = std::span<const std::string_view>;

    // Begins to connect to an address. opened() or closed() follows, within `patience`; it is also how long
    // commands wait for their answers.
    Connection(const Endpoint &address, Login login, Encryption encryption,
               std::chrono::milliseconds patience);
    ~Connection() override; // as close()

    // Sends a command, once opened() was emitted; `callback` is called once: with the answer, or when the
    // connection is over, at once if it is already. The words are copied.
    void send(Words words, Callback callback);
    void send(Words words, Callback callback, std::chrono::milliseconds patience);

    // Receives what is published at the channel, after an empty message that says that it is subscribed. A
    // connection that subscribes takes no other commands.
    using Heard = std::function<void(std::string_view payload, bool isSubscription)>;
    void subscribe(std::string_view channel, Heard heard);
    void unsubscribe(std::string_view channel);

    // Ends it: whatever waits is lost. closed() is not emitted.
    void close();
    [[nodiscard]] bool isOpen() const { return m_isOpen; }
    // Everything that was sent is answered.
    [[nodiscard]] bool isIdle() const { return m_pending.empty(); }

Q_SIGNALS:
    void opened();
    void closed(const QString &reason); // one clause, for a log

private:
    struct Pending
    {
        Callback callback;
        std::chrono::steady_clock::time_point deadline;
        qsizetype bytes = 0;
    };

    void connected(int status);
    void encrypt();
    void logIn();
    void answered(const Result &result);
    void end(const QString &reason);
    void checkDeadlines();
    [[nodiscard]] bool isLate();
    void heard(const Reply &reply);
    static Connection *ownerOf(const redisAsyncContext *context);

    const Login m_login;
    const Encryption m_encryption;
    const std::chrono::milliseconds m_patience;
    redisAsyncContext *m_context = nullptr; // owned by itself: hiredis frees it
    const ssl_st *m_ssl = nullptr; // the context's
    std::unique_ptr<EventHooks> m_hooks;
    bool m_isOpen = false;
    bool m_isOver = false;
    std::deque<Pending> m_pending; // in the order of their answers
    qsizetype m_pendingBytes = 0;
    // No deadline of what waits is before that.
    std::chrono::steady_clock::time_point m_earliest = std::chrono::steady_clock::time_point::max();
    std::unordered_map<std::string, Heard> m_channels;
    QTimer m_deadlines;
};

} // namespace nextchat::broker::redis
