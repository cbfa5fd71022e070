// SPDX-License-Identifier: MIT
#include "tests/support/redistlsserver.h"

#include "tests/support/freeport.h"

#include <QStringBuilder>

namespace nextchat::test {

using namespace Qt::StringLiterals;

QStringList RedisTlsServer::settings(const TestAuthority &authority, const TestCertificate &certificate,
                                     Clients clients)
{
    const bool asks = clients == Clients::Certified;
    return {u"tls-ca-cert-file"_s, authority.file(), u"tls-cert-file"_s,    certificate.certificate,
            u"tls-key-file"_s,     certificate.key,  u"tls-auth-clients"_s, asks ? u"yes"_s : u"no"_s};
}

RedisTlsServer::RedisTlsServer(const TestAuthority &authority, const TestCertificate &certificate,
                               Clients clients)
    : m_settings(settings(authority, certificate, clients))
{ }

// Here, while arguments() is still this class's.
RedisTlsServer::~RedisTlsServer()
{
    kill();
}

QString RedisTlsServer::tlsUrl(const QString &host) const
{
    return u"rediss://" % host % u':' % QString::number(m_tlsPort);
}

QStringList RedisTlsServer::arguments() const
{
    QStringList list = RedisServer::arguments() + QStringList{u"--tls-port"_s, QString::number(m_tlsPort)};
    for (qsizetype i = 0; i < m_settings.size(); i += 2)
        list << u"--" % m_settings[i] << m_settings[i + 1];
    return list;
}

bool RedisTlsServer::prepare()
{
    if (m_tlsPort == 0)
        m_tlsPort = freePort();
    return true;
}

} // namespace nextchat::test
