// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QStringList>
#include <QTemporaryDir>
#include <QVariantList>

#include <optional>
#include <vector>

namespace nextchat::test {

// A private MariaDB server: `mariadbd` on a port of 127.0.0.1 that no one else uses and on a Unix socket,
// with its data in a temporary folder. `root` may do everything, without a password. Commits are durable as
// in production. It ends with this object, and with the test process however that ends. Belongs to the thread
// that made it, which must live as long as the server (the kernel ends the server with it).
class MariaDbServer
{
public:
    // How much a crash may lose: nothing, or about the last second of commits (which are faster then).
    enum class Durability { EveryCommit, EverySecond };

    // `options` follow the defaults on the command line, e.g. {"--max-connections=3"}.
    explicit MariaDbServer(QStringList options = {}, Durability durability = Durability::EveryCommit);
    MariaDbServer(const MariaDbServer &) = delete;
    MariaDbServer &operator=(const MariaDbServer &) = delete;
    ~MariaDbServer();

    // Starts it and waits until it lets root in, running the event loop meanwhile. False, with the reason as
    // a warning, when it did not within 60 s. Port and data stay the same over restarts.
    [[nodiscard]] bool start();

    // Starts it without waiting. Its port() is known from here on.
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

    // Options for later starts.
    void setOptions(const QStringList &options) { m_options = options; }

    // An empty database with a name that nothing else has; the name. Text is utf8mb4. Empty, with a warning,
    // when that failed.
    [[nodiscard]] QString createDatabase();

    // mysql://root@127.0.0.1:PORT/DATABASE
    [[nodiscard]] QString url(const QString &database) const;

    // Runs a statement as root, in no database, over a connection of its own. The rows of its result;
    // nothing, with a warning, when it failed. Blocks.
    std::optional<std::vector<QVariantList>> query(const QString &sql) const;

    [[nodiscard]] bool isRunning() const;
    [[nodiscard]] qint64 processId() const { return m_process.processId(); }
    [[nodiscard]] quint16 port() const { return m_port; }
    [[nodiscard]] QString socketPath() const; // of the Unix socket
    [[nodiscard]] QString folder() const { return m_folder.path(); } // its data are in `data`
    [[nodiscard]] QByteArray log() const; // of all its starts

private:
    [[nodiscard]] bool startOnPort();
    [[nodiscard]] bool answers() const;
    [[nodiscard]] bool prepareData();
    [[nodiscard]] QString dataFolder() const;
    [[nodiscard]] QStringList arguments() const;

    QStringList m_options;
    const Durability m_durability;
    QTemporaryDir m_folder;
    QProcess m_process;
    quint16 m_port = 0;
};

} // namespace nextchat::test
