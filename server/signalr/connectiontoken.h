// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <atomic>
#include <chrono>
#include <mutex>
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

    // Until the first one no token is good, and none may be issued. A later one takes its place; tokens made
    // with the one before stay good.
    void setSecret(const QByteArray &secret);
    [[nodiscard]] bool isReady() const { return m_isReady.load(std::memory_order_acquire); }

    // URL-safe text without padding.
    [[nodiscard]] QByteArray issue(const QByteArray &connectionId, const QString &userId,
                                   std::chrono::system_clock::time_point now) const;

    // The connection id that a token claims to be for. Nothing is checked: for finding the thread that
    // checks.
    [[nodiscard]] static QByteArray claimedId(const QByteArray &token); // empty when it is no token

    struct Known
    {
        QByteArray connectionId;
        bool isFresh = false; // may open the connection; a late one is for those that are open
    };
    // What a token says that was issued to this user, however long ago; nothing of any other.
    [[nodiscard]] std::optional<Known> verify(const QByteArray &token, const QString &userId,
                                              std::chrono::system_clock::time_point now) const;

private:
    struct Secrets
    {
        QByteArray current;
        QByteArray previous; // empty: none
    };
    [[nodiscard]] Secrets secrets() const;

    mutable std::mutex m_mutex; // tokens are rare: one per connection
    Secrets m_secrets;
    std::atomic<bool> m_isReady;
};

} // namespace nextchat::signalr
