// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QByteArray>

#include <vector>

namespace nextchat::broker::redis {

struct Endpoint
{
    QString host; // a name or an address
    quint16 port = 0;

    [[nodiscard]] QString toString() const; // HOST:PORT, IPv6 in brackets

    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

// Where a Redis is, and as whom to talk to it:
//     redis://[USER][:PASSWORD@]HOST[:PORT][/DATABASE]                 port 6379, database 0
//     redis+sentinel://[USER][:PASSWORD@]HOST[:PORT][,...]/NAME[/DATABASE]   the master NAME, asked of
//     Sentinels (port 26379)
// With rediss instead of redis, both and the Sentinels speak TLS. User, password and name are
// percent-encoded.
struct RedisUrl
{
    QByteArray user; // empty: the default user
    QByteArray password; // empty: none
    std::vector<Endpoint> endpoints; // of the Redis, or of the Sentinels
    QByteArray masterName; // empty: no Sentinels
    int database = 0;
    bool usesTls = false;

    // InvalidArgument, with a clause that follows "the URL" and does not show the password.
    [[nodiscard]] static Expected<RedisUrl> parse(const QString &text);

    // Without the password.
    [[nodiscard]] QString display() const;

    friend bool operator==(const RedisUrl &, const RedisUrl &) = default;
};

} // namespace nextchat::broker::redis
