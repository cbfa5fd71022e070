// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QVariantList>

#include <optional>
#include <tl/expected.hpp>
#include <vector>

namespace nextchat::test {

// How tests get at a MySQL or MariaDB server beside the code under test: as a user that may do everything,
// over a connection for each call. Value type; calls block, and may come from any thread.
struct SqlAccess
{
    QString host;
    quint16 port = 3306;
    QString user;
    QString password;

    // To a MariaDbServer.
    [[nodiscard]] static SqlAccess root(quint16 port);
    // mysql://USER[:PASSWORD]@HOST[:PORT]; nothing for another URL.
    [[nodiscard]] static std::optional<SqlAccess> fromUrl(const QString &url);

    // Rows of its result; what the server or the driver said when it failed.
    [[nodiscard]] tl::expected<std::vector<QVariantList>, QString> query(const QString &sql) const;

    // An empty database with a name that nothing else has, its text utf8mb4; the name. Empty, with a warning,
    // when that failed.
    [[nodiscard]] QString createDatabase() const;

    // mysql://USER:PASSWORD@HOST:PORT/DATABASE
    [[nodiscard]] QString url(const QString &database) const;
};

} // namespace nextchat::test
