// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QHostAddress>
#include <QString>

#include <optional>

// What the texts in the server's configuration must look like. The rules give a complaint that goes on after
// the value, or nothing.
namespace nextchat {

// Where to listen.
struct Endpoint
{
    QHostAddress address;
    quint16 port = 0; // 0: a free one

    [[nodiscard]] bool isLoopback() const { return address.isLoopback(); }
    friend bool operator==(const Endpoint &, const Endpoint &) = default;
};

// `HOST:PORT`; HOST is an IPv4 address, an IPv6 address in brackets, `localhost` (127.0.0.1) or `*` (any).
// Names are not resolved.
[[nodiscard]] Expected<Endpoint> parseEndpoint(const QString &text);

namespace rules {

using Complaint = std::optional<QString>;

[[nodiscard]] Complaint endpoint(const QString &text);
[[nodiscard]] Complaint hubPath(const QString &path); // below /, and none of the server's own pages
[[nodiscard]] Complaint origin(const QString &origin); // http(s)://HOST[:PORT], or *
[[nodiscard]] Complaint redisUrl(const QString &url); // as RedisUrl
[[nodiscard]] Complaint historyUrl(const QString &url); // mysql://, sqlite://, or none
[[nodiscard]] Complaint keyPrefix(const QString &prefix); // of keys in Redis
[[nodiscard]] Complaint logLevel(const QString &level);

} // namespace rules

} // namespace nextchat
