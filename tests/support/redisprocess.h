// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/redisanswer.h"

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

namespace nextchat::test {

// What RedisServer and RedisSentinel share: a process of `redis-server` (from PATH) on a port of 127.0.0.1
// that no one else uses, with a temporary folder of its own. It ends with this object, and with the test
// process however that ends. Belongs to the thread that made it, which must live as long as the process.
class RedisProcess
{
public:
    RedisProcess(const RedisProcess &) = delete;
    RedisProcess &operator=(const RedisProcess &) = delete;
    virtual ~RedisProcess();

    // Starts it and waits until it answers, running the event loop meanwhile. False, with the reason as a
    // warning, when it did not within 30 s. The port stays the same over restarts.
    [[nodiscard]] bool start();

    // Starts it without waiting until it answers PING (one that loads its data does not).
    void launch();

    // SIGKILL, and waits for the end. Nothing when it does not run.
    void kill();

    // SIGSTOP and SIGCONT: connections stay open, nothing is answered.
    void pause();
    void resume();

    // SIGTERM, and waits for the end: it saves as its options say.
    void stop();

    // stop(), then start() in the same folder and on the same port. After kill(), only start().
    [[nodiscard]] bool restart();

    // Runs a command and gives its answer as text (RedisAnswer::toText). Blocks. Any bytes.
    QByteArray cli(const QByteArrayList &arguments) const;

    // The same, with the answer's structure.
    [[nodiscard]] RedisAnswer ask(const QByteArrayList &arguments) const;

    // One field of INFO, e.g. "run_id"; empty when it is not there.
    [[nodiscard]] QByteArray info(const QByteArray &field) const;

    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString folder() const { return m_folder.path(); }
    [[nodiscard]] QByteArray log() const; // of all its starts

    // What cli(), ask() and start() give to AUTH; the server's own options set the password it wants.
    void setPassword(const QByteArray &password) { m_password = password; }

protected:
    RedisProcess() = default;

    // The command line, for m_port.
    [[nodiscard]] virtual QStringList arguments() const = 0;

    // Called before each start, e.g. to write a configuration file.
    virtual void prepare() { }

private:
    [[nodiscard]] bool startOnPort();
    [[nodiscard]] bool answers() const;

    QTemporaryDir m_folder;
    QProcess m_process;
    QByteArray m_password;
    quint16 m_port = 0;
};

} // namespace nextchat::test
