// SPDX-License-Identifier: MIT
#include "server/signalr/connectiontoken.h"

#include <QCryptographicHash>
#include <QMessageAuthenticationCode>
#include <QRandomGenerator>
#include <QtEndian>

#include <array>
#include <openssl/crypto.h>

namespace nextchat::signalr {

namespace {

constexpr qsizetype idSize = 16;
constexpr qsizetype timeSize = 8; // seconds since the epoch, big endian
constexpr qsizetype signatureSize = 32;
constexpr qsizetype tokenSize = idSize + timeSize + signatureSize;
constexpr auto urlSafe = QByteArray::Base64UrlEncoding | QByteArray::OmitTrailingEquals;

QByteArray randomBytes(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    auto *words = reinterpret_cast<quint32 *>(bytes.data());
    QRandomGenerator::system()->fillRange(words, size / static_cast<qsizetype>(sizeof(quint32)));
    return bytes;
}

QByteArray signature(const QByteArray &secret, QByteArrayView idAndTime, const QString &userId)
{
    QMessageAuthenticationCode code(QCryptographicHash::Sha256, secret);
    code.addData(idAndTime.data(),
                 idAndTime.size()); // of fixed size, so that the user id begins unmistakably
    code.addData(userId.toUtf8());
    return code.result();
}

std::optional<QByteArray> decoded(const QByteArray &text)
{
    auto result = QByteArray::fromBase64Encoding(text, urlSafe | QByteArray::AbortOnBase64DecodingErrors);
    // One token has one spelling: what only decodes to the same bytes is not it.
    if (!result || result.decoded.toBase64(urlSafe) != text)
        return std::nullopt;
    return std::move(result.decoded);
}

} // namespace

QByteArray randomConnectionId()
{
    return randomBytes(idSize).toBase64(urlSafe);
}

ConnectionTokens::ConnectionTokens(QByteArray secret, Secret when)
    : m_secrets{.current = secret.isEmpty() ? randomBytes(signatureSize) : std::move(secret), .previous = {}}
    , m_isReady(when == Secret::Given)
{ }

void ConnectionTokens::setSecret(const QByteArray &secret)
{
    const std::scoped_lock lock(m_mutex);
    if (isReady() && secret == m_secrets.current)
        return;
    m_secrets.previous = isReady() ? m_secrets.current : QByteArray();
    m_secrets.current = secret;
    m_isReady.store(true, std::memory_order_release);
}

ConnectionTokens::Secrets ConnectionTokens::secrets() const
{
    const std::scoped_lock lock(m_mutex);
    return m_secrets;
}

QByteArray ConnectionTokens::issue(const QByteArray &connectionId, const QString &userId,
                                   std::chrono::system_clock::time_point now) const
{
    QByteArray token = QByteArray::fromBase64(connectionId, urlSafe);
    Q_ASSERT(token.size() == idSize && isReady());
    const auto seconds = qToBigEndian<qint64>(
        std::chrono::duration_cast<std::chrono::seconds>(now.time_since_epoch()).count());
    token.append(reinterpret_cast<const char *>(&seconds), timeSize);
    token.append(signature(secrets().current, token, userId));
    return token.toBase64(urlSafe);
}

QByteArray ConnectionTokens::claimedId(const QByteArray &token)
{
    const auto bytes = decoded(token);
    return bytes && bytes->size() == tokenSize ? bytes->first(idSize).toBase64(urlSafe) : QByteArray();
}

std::optional<ConnectionTokens::Known>
ConnectionTokens::verify(const QByteArray &token, const QString &userId,
                         std::chrono::system_clock::time_point now) const
{
    const auto bytes = isReady() ? decoded(token) : std::nullopt;
    if (!bytes || bytes->size() != tokenSize)
        return std::nullopt;
    const QByteArrayView idAndTime = QByteArrayView(*bytes).first(idSize + timeSize);
    const auto isSignedWith = [&](const QByteArray &secret) {
        const QByteArray expected = signature(secret, idAndTime, userId);
        return CRYPTO_memcmp(expected.constData(), bytes->constData() + idAndTime.size(), signatureSize) == 0;
    };
    const Secrets known = secrets();
    if (!isSignedWith(known.current) && (known.previous.isEmpty() || !isSignedWith(known.previous)))
        return std::nullopt;
    const std::chrono::system_clock::time_point issued(
        std::chrono::seconds(qFromBigEndian<qint64>(bytes->constData() + idSize)));
    const auto age = now - issued;
    return Known{bytes->first(idSize).toBase64(urlSafe),
                 age <= lifetime && age >= -lifetime}; // clocks of replicas may differ
}

} // namespace nextchat::signalr
