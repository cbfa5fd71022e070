// SPDX-License-Identifier: MIT
#include "server/net/tlscertificates.h"

#include "common/support/configurationfile.h"
#include "common/support/configurationvalue.h"

#include <QCryptographicHash>
#include <QStringBuilder>

namespace nextchat::net {

namespace {

constexpr qint64 largestFile = 1024 * 1024; // bytes

} // namespace

Expected<std::unique_ptr<TlsCertificates>> TlsCertificates::open(const QString &certificateFile,
                                                                 const QString &keyFile)
{
    std::unique_ptr<TlsCertificates> certificates(new TlsCertificates(certificateFile, keyFile));
    if (const auto read = certificates->refresh(); !read)
        return tl::unexpected(read.error());
    return certificates;
}

std::shared_ptr<const TlsCertificate> TlsCertificates::current() const
{
    const std::lock_guard lock(m_mutex);
    return m_current;
}

Expected<bool> TlsCertificates::refresh()
{
    const auto chain = readTextFile(m_certificateFile, largestFile);
    if (!chain)
        return tl::unexpected(chain.error());
    const auto key = readTextFile(m_keyFile, largestFile);
    if (!key)
        return tl::unexpected(key.error());
    QByteArray digest =
        QCryptographicHash::hash(QByteArray(*chain + '\n' + *key), QCryptographicHash::Sha256);
    if (digest == m_digest)
        return false;
    auto certificate = TlsCertificate::parse(*chain, *key);
    if (!certificate)
        return failure(certificate.error().code,
                       u"the certificate " % quoted(m_certificateFile) % u' ' % certificate.error().message);
    m_digest = std::move(digest);
    const std::lock_guard lock(m_mutex);
    m_current = std::move(*certificate);
    return true;
}

} // namespace nextchat::net
