// SPDX-License-Identifier: MIT
#include "tests/support/tokensigner.h"

#include <QJsonDocument>
#include <QMessageAuthenticationCode>

#include <openssl/ec.h>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/rsa.h>

namespace nextchat::test {

using namespace Qt::StringLiterals;

namespace {

QByteArray encoded(const QByteArray &bytes)
{
    return bytes.toBase64(QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals);
}

QByteArray json(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QByteArray signedPart(const QByteArray &header, const QByteArray &claims)
{
    return encoded(header) + '.' + encoded(claims);
}

EVP_PKEY *newKey(TokenSigner::Kind kind)
{
    switch (kind) {
    case TokenSigner::Kind::Rsa:
        return EVP_RSA_gen(2048U);
    case TokenSigner::Kind::SmallRsa:
        return EVP_RSA_gen(1024U);
    case TokenSigner::Kind::P256:
        return EVP_EC_gen("P-256");
    case TokenSigner::Kind::P384:
        return EVP_EC_gen("P-384");
    }
    return nullptr;
}

QByteArray signature(EVP_PKEY *key, const QByteArray &text)
{
    const std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(), EVP_MD_CTX_free);
    EVP_DigestSignInit(context.get(), nullptr, EVP_sha256(), nullptr, key);
    QByteArray bytes(1024, '\0');
    auto size = static_cast<std::size_t>(bytes.size());
    const auto *const data = reinterpret_cast<const unsigned char *>(text.constData());
    EVP_DigestSign(context.get(), reinterpret_cast<unsigned char *>(bytes.data()), &size, data,
                   static_cast<std::size_t>(text.size()));
    bytes.truncate(static_cast<qsizetype>(size));
    return bytes;
}

// A token has the two numbers, each of 32 bytes, where OpenSSL has DER (RFC 7518, 3.4).
QByteArray plainSignature(const QByteArray &der)
{
    const auto *data = reinterpret_cast<const unsigned char *>(der.constData());
    const std::unique_ptr<ECDSA_SIG, decltype(&ECDSA_SIG_free)> read(
        d2i_ECDSA_SIG(nullptr, &data, static_cast<long>(der.size())), ECDSA_SIG_free);
    QByteArray plain(64, '\0');
    auto *const out = reinterpret_cast<unsigned char *>(plain.data());
    BN_bn2binpad(ECDSA_SIG_get0_r(read.get()), out, 32);
    BN_bn2binpad(ECDSA_SIG_get0_s(read.get()), out + 32, 32);
    return plain;
}

template <typename Write> QByteArray pem(Write write)
{
    const std::unique_ptr<BIO, decltype(&BIO_free)> bio(BIO_new(BIO_s_mem()), BIO_free);
    write(bio.get());
    char *bytes = nullptr;
    const long size = BIO_get_mem_data(bio.get(), &bytes);
    return {bytes, static_cast<qsizetype>(size)};
}

} // namespace

void TokenSigner::Free::operator()(EVP_PKEY *key) const
{
    EVP_PKEY_free(key);
}

TokenSigner::TokenSigner(Kind kind)
    : m_kind(kind)
    , m_key(newKey(kind))
{
    if (!m_key)
        qFatal("OpenSSL makes no key");
}

QByteArray TokenSigner::publicKey() const
{
    return pem([this](BIO *bio) { PEM_write_bio_PUBKEY(bio, m_key.get()); });
}

QByteArray TokenSigner::privateKey() const
{
    return pem([this](BIO *bio) {
        PEM_write_bio_PrivateKey(bio, m_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
}

QByteArray TokenSigner::token(const QJsonObject &claims, QJsonObject header) const
{
    const bool isRsa = m_kind == Kind::Rsa || m_kind == Kind::SmallRsa;
    if (!header.contains(u"alg"_s))
        header.insert(u"alg"_s, isRsa ? u"RS256"_s : u"ES256"_s);
    const QByteArray text = signedPart(json(header), json(claims));
    const QByteArray made = signature(m_key.get(), text);
    return text + '.' + encoded(m_kind == Kind::P256 ? plainSignature(made) : made);
}

QByteArray TokenSigner::token(const QByteArray &secret, const QJsonObject &claims, QJsonObject header)
{
    if (!header.contains(u"alg"_s))
        header.insert(u"alg"_s, u"HS256"_s);
    const QString algorithm = header.value(u"alg"_s).toString();
    const auto hash = algorithm == u"HS512" ? QCryptographicHash::Sha512
        : algorithm == u"HS384"             ? QCryptographicHash::Sha384
                                            : QCryptographicHash::Sha256;
    const QByteArray text = signedPart(json(header), json(claims));
    return text + '.' + encoded(QMessageAuthenticationCode::hash(text, secret, hash));
}

QByteArray TokenSigner::assembled(const QByteArray &header, const QByteArray &claims,
                                  const QByteArray &signature)
{
    return signedPart(header, claims) + '.' + encoded(signature);
}

} // namespace nextchat::test
