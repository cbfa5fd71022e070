// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <memory>

struct redisAsyncContext;
struct ssl_ctx_st;
struct ssl_st;

namespace nextchat::broker::redis {

// Whom TLS connections to Redis trust, and as whom they appear. hiredis has TLS from 1.0 on, in a library of
// its own; a build without that can't load any. Immutable; any thread.
class Tls
{
public:
    // Names of PEM files.
    struct Options
    {
        QString authorities = {}; // whom to trust; empty: whom the system trusts
        QString certificate = {}; // of this client, with its chain; empty: none
        QString key = {}; // of that, without a passphrase
    };

    // Whether the hiredis of this build has TLS.
    [[nodiscard]] static bool isAvailable();
    // InvalidArgument, with a clause that names the file. A certificate without a key is read, not used.
    [[nodiscard]] static Expected<std::shared_ptr<const Tls>> load(const Options &options);

    // Begins the handshake on a context that is connected, outside of what it calls; it goes on by itself.
    // Nothing else is sent before a certificate was shown that is valid now, comes from whom is trusted, and
    // is of `host`: of that name, or that address. Gives what problem() can tell of as long as the context
    // lives, or a clause for the log.
    [[nodiscard]] Expected<const ssl_st *> begin(redisAsyncContext *context, const QString &host) const;
    [[nodiscard]] static bool isEstablished(const ssl_st *connection);
    // Why the context just failed, if that is TLS' doing: a clause for the log, or empty.
    [[nodiscard]] static QString problem(const ssl_st *connection);

private:
    struct Free
    {
        void operator()(ssl_ctx_st *context) const;
    };

    Tls() = default;

    std::unique_ptr<ssl_ctx_st, Free> m_context;
};

// How a connection is encrypted: not at all without `tls`.
struct Encryption
{
    std::shared_ptr<const Tls> tls = nullptr;
    QString host = {}; // whose certificate it has to be: a name, or an address
};

} // namespace nextchat::broker::redis
