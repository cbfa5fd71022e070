// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>

class QUrl;

namespace nextchat::sqlmigrate {

// Where a MySQL or MariaDB server is, and as whom to talk to it about which database. Value type.
struct MySqlAddress
{
    // Without verification, TLS keeps out who only listens. Qt's driver can't verify a server's certificate
    // (design.md 7).
    enum class Tls {
        Disabled,
        Preferred, // where the server offers it
        Required, // a server without it is refused
    };

    QString host; // a name or an address; `localhost` is reached over TCP as well
    quint16 port = 3306;
    QString user;
    QString password; // null: from the file, or the environment
    QString passwordFile; // null: none
    QString database;
    QString socket; // a Unix socket, used instead of host and port; null: none
    Tls tls = Tls::Preferred; // never over a socket
    QString certificate; // PEM files that say who we are; null: none
    QString key;

    // mysql://USER[:PASSWORD]@HOST[:PORT]/DATABASE[?OPTIONS], percent-encoded. The options are those of
    // MySQL's own URLs: `ssl-mode` (DISABLED, PREFERRED, REQUIRED), `ssl-cert`, `ssl-key`, `socket`; and
    // `password-file`. InvalidArgument for anything else, for options that ask for verification too, with a
    // text that repeats no password.
    [[nodiscard]] static Expected<MySqlAddress> parse(const QString &text);

    // What parse() reads, without the password.
    [[nodiscard]] QString text() const;

    // The password of the URL, else the content of the file (without the line end), else that of the
    // environment variable MYSQL_PWD, else an empty one. Unavailable when the file can't be read,
    // InvalidArgument when it is more than a line. Read again for each connection, so that a secret may
    // change under a running program.
    [[nodiscard]] Expected<QString> resolvedPassword() const;

    friend bool operator==(const MySqlAddress &, const MySqlAddress &) = default;

private:
    [[nodiscard]] Expected<void> readOptions(const QUrl &url);
    [[nodiscard]] Expected<void> readOption(const QString &name, const QString &value);
};

} // namespace nextchat::sqlmigrate
