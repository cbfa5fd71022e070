// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QHash>
#include <QSet>
#include <QString>

#include <memory>
#include <mutex>
#include <optional>
#include <variant>

namespace nextchat::signalr {

// How many hub connections may be open (contract.md 1.4); 0: any number.
struct ConnectionLimits
{
    int connections = 0;
    int connectionsPerUser = 20;
    int connectionsPerAddress = 0;
};

// Counts the hub connections of the process and says who may open another; also keeps a connection token from
// being used by two connections at once. Any thread; takes a lock, but only when connections open and close.
// Outlives its slots.
class ConnectionAdmission
{
public:
    // A connection's place; freed by its destruction.
    class Slot
    {
    public:
        Slot(ConnectionAdmission &admission, QString userId, QByteArray address, QByteArray tokenId);
        ~Slot();
        Slot(const Slot &) = delete;
        Slot &operator=(const Slot &) = delete;

    private:
        ConnectionAdmission &m_admission;
        QString m_userId;
        QByteArray m_address;
        QByteArray m_tokenId;
    };

    enum class Refusal { ServerFull, UserFull, AddressFull, TokenInUse };

    explicit ConnectionAdmission(const ConnectionLimits &limits)
        : m_limits(limits)
    { }

    // `tokenId` is the connection id inside the token, empty for a connection without negotiate.
    [[nodiscard]] std::variant<std::unique_ptr<Slot>, Refusal>
    admit(const QString &userId, const QByteArray &address, const QByteArray &tokenId);

    // What admit() would refuse now, for an early answer; reserves nothing.
    [[nodiscard]] std::optional<Refusal> refusal(const QString &userId, const QByteArray &address) const;

    // Whether a connection with that token is open.
    [[nodiscard]] bool isInUse(const QByteArray &tokenId) const;

private:
    [[nodiscard]] std::optional<Refusal> full(const QString &userId, const QByteArray &address) const;

    mutable std::mutex m_mutex;
    ConnectionLimits m_limits;
    int m_connections = 0;
    QHash<QString, int> m_byUser;
    QHash<QByteArray, int> m_byAddress;
    QSet<QByteArray> m_tokens;
};

} // namespace nextchat::signalr
