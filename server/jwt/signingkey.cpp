// SPDX-License-Identifier: MIT
#include "server/jwt/signingkey.h"

#include <memory>
#include <openssl/ec.h>
#include <openssl/err.h>
#include <openssl/pem.h>
#include <openssl/x509.h>
#include <string_view>

namespace nextchat::jwt {

namespace {

constexpr qsizetype shortestSecret = 32; // RFC 7518, 3.2: as long as the hash
constexpr int shortestRsaKey = 2048; // bits; RFC 7518, 3.3

using Bio = std::unique_ptr<BIO, decltype([](BIO *bio) { BIO_free(bio); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509 *certificate) { X509_free(certificate); })>;
using PublicKey = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY *key) { EVP_PKEY_free(key); })>;

Bio readerOf(const QByteArray &content)
{
    return Bio(BIO_new_mem_buf(content.constData(), static_cast<int>(content.size())));
}

PublicKey publicKeyIn(const QByteArray &pem)
{
    if (pem.contains("-----BEGIN CERTIFICATE-----")) {
        const Certificate certificate(PEM_read_bio_X509(readerOf(pem).get(), nullptr, nullptr, nullptr));
        return PublicKey(certificate ? X509_get_pubkey(certificate.get()) : nullptr);
    }
    return PublicKey(PEM_read_bio_PUBKEY(readerOf(pem).get(), nullptr, nullptr, nullptr));
}

bool isOnP256(const EVP_PKEY *key)
{
    char group[32] = {};
    return EVP_PKEY_get_group_name(key, group, sizeof group, nullptr) == 1
        && std::string_view(group) == "prime256v1";
}

QByteArray pemOf(EVP_PKEY *key)
{
    const Bio bio(BIO_new(BIO_s_mem()));
    if (PEM_write_bio_PUBKEY(bio.get(), key) != 1)
        return {};
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<qsizetype>(size)};
}

tl::unexpected<Error> unusable(const char *complaint)
{
    ERR_clear_error();
    return failure(Error::Code::InvalidArgument, QString::fromLatin1(complaint));
}

} // namespace

Expected<SigningKey> SigningKey::parse(QByteArray content)
{
    if (content.contains("-----BEGIN"))
        return parsePem(content);
    if (content.endsWith('\n'))
        content.chop(content.endsWith("\r\n") ? 2 : 1);
    if (content.size() < shortestSecret)
        return unusable("holds neither a public key nor a secret of at least 32 characters");
    return SigningKey(Kind::Secret, std::move(content));
}

Expected<SigningKey> SigningKey::parsePem(const QByteArray &content)
{
    if (content.contains("PRIVATE KEY-----"))
        return unusable("holds a private key; the server needs the public one alone");
    if (content.count("-----BEGIN") > 1)
        return unusable("holds more than one key; give each a file");
    const PublicKey key = publicKeyIn(content);
    if (!key)
        return unusable("holds no public key that can be read");
    const bool isRsa = EVP_PKEY_get_base_id(key.get()) == EVP_PKEY_RSA;
    if (isRsa && EVP_PKEY_get_bits(key.get()) < shortestRsaKey)
        return unusable("holds an RSA key of fewer than 2048 bits");
    if (!isRsa && !isOnP256(key.get()))
        return unusable("holds a key that is neither RSA nor on the curve P-256");
    QByteArray pem = pemOf(key.get());
    if (pem.isEmpty())
        return unusable("holds a key that can't be used");
    ERR_clear_error(); // the kind of key that it is not
    return SigningKey(isRsa ? Kind::Rsa : Kind::P256, std::move(pem));
}

bool SigningKey::fits(Algorithm algorithm) const
{
    switch (algorithm) {
    case Algorithm::HS256:
        return m_kind == Kind::Secret;
    case Algorithm::HS384:
        return m_kind == Kind::Secret && m_bytes.size() >= 48;
    case Algorithm::HS512:
        return m_kind == Kind::Secret && m_bytes.size() >= 64;
    case Algorithm::RS256:
        return m_kind == Kind::Rsa;
    case Algorithm::ES256:
        return m_kind == Kind::P256;
    }
    Q_UNREACHABLE();
}

} // namespace nextchat::jwt
