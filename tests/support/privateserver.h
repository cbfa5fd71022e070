// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>

namespace nextchat::test {

// A server program on a port of 127.0.0.1 that no one else uses, with a temporary folder of its own. It ends
// with this object, and with the test process however that ends. Belongs to the thread that made it, which
// must live as long as the process (the kernel ends it with the thread).
class PrivateServer
{
public:
    PrivateServer(const PrivateServer &) = delete;
    PrivateServer &operator=(const PrivateServer &) = delete;
    virtual ~PrivateServer();

    // Starts it and waits until it answers, running the event loop meanwhile. False, with the reason as a
    // warning, when it did not within 60 s. Port and folder stay the same over restarts.
    [[nodiscard]] bool start();

    // Starts it without waiting until it answers. Its port() is known from here on.
    void launch();

    // SIGKILL, and waits for the end. Nothing when it does not run.
    void kill();

    // SIGSTOP and SIGCONT: connections stay open, nothing is answered.
    void pause();
    void resume();

    // SIGTERM, and waits for the end.
    void stop();

    // stop(), then start(). After kill(), only start().
    [[nodiscard]] bool restart();

    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString folder() const { return m_folder.path(); }
    [[nodiscard]] QByteArray log() const; // of all its starts

protected:
    PrivateServer() = default;

    // Its path; empty when it is not installed.
    [[nodiscard]] virtual QString program() const = 0;
    // The command line, for port().
    [[nodiscard]] virtual QStringList arguments() const = 0;
    // Called before each start, e.g. to write a configuration file; false, with a warning: can't be started.
    [[nodiscard]] virtual bool prepare() { return true; }
    // Whether it is this one that answers: another's server may do so on a port that both chose.
    [[nodiscard]] virtual bool answers() const = 0;

private:
    [[nodiscard]] bool startOnPort();

    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};

} // namespace nextchat::test
