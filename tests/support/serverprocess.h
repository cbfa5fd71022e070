// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QUrl>

#include <chrono>

namespace nextchat::test {

// A real nextchat-server of its own: NEXTCHAT_BIN_DIR/nextchat-server on a free port of 127.0.0.1, with a
// temporary data directory. It ends with this object, and with the test process however that ends. Belongs to
// the thread that made it, which must live as long as the server (the kernel ends the server with the thread
// that started it).
class ServerProcess
{
public:
    // `arguments` follow `--listen` and `--data-dir` on the command line, e.g. {"--set", "limits.groups=3"}.
    explicit ServerProcess(QStringList arguments = {});
    ServerProcess(const ServerProcess &) = delete;
    ServerProcess &operator=(const ServerProcess &) = delete;
    ~ServerProcess();

    // Starts the server and waits until it says where it listens. False when it ended or said nothing for 30
    // s.
    [[nodiscard]] bool start();

    // Starts it again on the same port and data directory; one that still runs is terminated first.
    [[nodiscard]] bool restart();

    // SIGKILL, and waits for the end.
    void kill9();

    // SIGTERM, and waits up to 40 s (`server.shutdownTimeout` and some). Its exit code; -1 when it crashed or
    // did not end.
    [[nodiscard]] int terminate();

    // Waits for it to end by itself (a refused configuration). Its exit code, -1 as above.
    [[nodiscard]] int waitForExit(std::chrono::milliseconds patience = std::chrono::seconds(20));

    // Starts it without waiting for anything, for a test of what it says when it refuses.
    void launch();

    // Environment of later starts. It begins as this process's, without NEXTCHAT_* and QT_FATAL_WARNINGS.
    void setEnvironment(const QString &name, const QString &value);

    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QUrl url() const; // http://127.0.0.1:PORT/next-chat
    [[nodiscard]] QString dataDirectory() const;
    [[nodiscard]] QByteArray standardOutput() const;
    [[nodiscard]] QByteArray standardError() const; // of all its starts

private:
    [[nodiscard]] bool readPort();

    QTemporaryDir m_directory;
    QStringList m_arguments;
    QProcess m_process;
    QProcessEnvironment m_environment;
    quint16 m_port = 0;
};

} // namespace nextchat::test
