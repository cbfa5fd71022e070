// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/privateserver.h"

#include <QVariantList>

#include <optional>
#include <vector>

namespace nextchat::test {

// A private MariaDB server: `mariadbd` on a Unix socket, too, with its data in a temporary folder. `root` may
// do everything, without a password. Commits are durable as in production.
class MariaDbServer : public PrivateServer
{
public:
    // How much a crash may lose: nothing, or about the last second of commits (which are faster then).
    enum class Durability { EveryCommit, EverySecond };

    // `options` follow the defaults on the command line, e.g. {"--max-connections=3"}.
    explicit MariaDbServer(QStringList options = {}, Durability durability = Durability::EveryCommit);
    ~MariaDbServer() override;

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

    [[nodiscard]] QString socketPath() const; // of the Unix socket; the data are in `data` of folder()

protected:
    [[nodiscard]] QString program() const override;
    [[nodiscard]] QStringList arguments() const override;
    [[nodiscard]] bool prepare() override;
    [[nodiscard]] bool answers() const override;

private:
    [[nodiscard]] QString dataFolder() const;

    QStringList m_options;
    const Durability m_durability;
};

} // namespace nextchat::test
