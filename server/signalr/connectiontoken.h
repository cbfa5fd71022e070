// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <atomic>
#include <chrono>
#include <optional>

namespace nextchat::signalr {

// 16 bytes of the system's random source as 22 characters of base64url (signalr-notes 1.1).
[[nodiscard]] QByteArray randomConnectionId();

// Makes and checks connection tokens: HMAC-SHA256 over connection id, issue time and user, so that negotiate
// leaves no state behind and any replica with the same secret accepts them (design.md 4). Any thread.
class ConnectionTokens
{
public:
    static constexpr std::chrono::seconds lifetime{120}; // from issue to opening a connection

    enum class Secret {
        Given, // an empty one is replaced by a random one, which only this process knows
        GivenLater, // by setSecret()
    };
    explicit ConnectionTokens(QByteArray secret, Secret when = Secret::Given);

    // Once, if it was to be given later. Until then no token is good, and none may be issued.
    void setSecret(const QByteArray &secret);
    [[nodiscard]] bool isReady() const { return m_isReady.load(std::memory_order_acquire); }

    // URL-safe text without padding.
    [[nodiscard]] QByteArray issue(const QByteArray &connectionId, const QString &userId,
                                   std::chrono::system_clock::time_point now) const;

    // The connection id of a token that was issued to this user and has not expired.
    [[nodiscard]] std::optional<QByteArray> verify(const QByteArray &token, const QString &userId,
                                                   std::chrono::system_clock::time_point now) const;

private:
    [[nodiscard]] QByteArray signature(QByteArrayView idAndTime, const QString &userId) const;

    QByteArray m_secret; // does not change once it is ready
    std::atomic<bool> m_isReady;
};

} // namespace nextchat::signalr
