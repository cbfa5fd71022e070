// SPDX-License-Identifier: MIT
// Where hiredis has no TLS.
#include "server/broker/redis/tls.h"

namespace nextchat::broker::redis {

void Tls::Free::operator()(ssl_ctx_st * /*context*/) const { }

bool Tls::isAvailable()
{
    return false;
}

Expected<std::shared_ptr<const Tls>> Tls::load(const Options & /*options*/)
{
    return failure(Error::Code::InvalidArgument, QStringLiteral("this build's hiredis has no TLS"));
}

Expected<const ssl_st *> Tls::begin(redisAsyncContext * /*context*/, const QString & /*host*/) const
{
    Q_UNREACHABLE(); // none was loaded
}

bool Tls::isEstablished(const ssl_st * /*connection*/)
{
    return false;
}

QString Tls::problem(const ssl_st * /*connection*/)
{
    return {};
}

} // namespace nextchat::broker::redis
