// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/redisserver.h"
#include "tests/support/testauthority.h"

namespace nextchat::test {

// A private Redis server that speaks TLS on a port of its own, beside the plain one for the test: see
// RedisProcess. Redis must be built with TLS, as Debian's is.
class RedisTlsServer : public RedisServer
{
public:
    enum class Clients {
        Anybody,
        Certified, // by the authority
    };

    // What makes a Redis, or a Sentinel, speak TLS: names and values by turns, without the port.
    [[nodiscard]] static QStringList settings(const TestAuthority &authority,
                                              const TestCertificate &certificate, Clients clients);

    RedisTlsServer(const TestAuthority &authority, const TestCertificate &certificate,
                   Clients clients = Clients::Anybody);
    ~RedisTlsServer() override;

    [[nodiscard]] quint16 tlsPort() const { return m_tlsPort; }
    // rediss://HOST:PORT, of that port.
    [[nodiscard]] QString tlsUrl(const QString &host = QStringLiteral("localhost")) const;

protected:
    [[nodiscard]] QStringList arguments() const override;
    [[nodiscard]] bool prepare() override;

private:
    const QStringList m_settings;
    quint16 m_tlsPort = 0;
};

} // namespace nextchat::test
