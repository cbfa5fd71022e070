// SPDX-License-Identifier: MIT
#include "server/signalr/connectionadmission.h"

namespace nextchat::signalr {

namespace {

bool isFull(int count, int limit)
{
    return limit > 0 && count >= limit;
}

template <typename Key> void release(QHash<Key, int> &counts, const Key &key)
{
    const auto found = counts.find(key);
    if (--*found == 0)
        counts.erase(found);
}

} // namespace

ConnectionAdmission::Slot::Slot(ConnectionAdmission &admission, QString userId, QByteArray address,
                                QByteArray tokenId)
    : m_admission(admission)
    , m_userId(std::move(userId))
    , m_address(std::move(address))
    , m_tokenId(std::move(tokenId))
{ }

ConnectionAdmission::Slot::~Slot()
{
    const std::lock_guard lock(m_admission.m_mutex);
    --m_admission.m_connections;
    release(m_admission.m_byUser, m_userId);
    release(m_admission.m_byAddress, m_address);
    m_admission.m_tokens.remove(m_tokenId);
}

std::variant<std::unique_ptr<ConnectionAdmission::Slot>, ConnectionAdmission::Refusal>
ConnectionAdmission::admit(const QString &userId, const QByteArray &address, const QByteArray &tokenId)
{
    const std::lock_guard lock(m_mutex);
    if (!tokenId.isEmpty() && m_tokens.contains(tokenId))
        return Refusal::TokenInUse;
    if (const auto refused = full(userId, address))
        return *refused;
    ++m_connections;
    ++m_byUser[userId];
    ++m_byAddress[address];
    if (!tokenId.isEmpty())
        m_tokens.insert(tokenId);
    return std::make_unique<Slot>(*this, userId, address, tokenId);
}

std::optional<ConnectionAdmission::Refusal> ConnectionAdmission::full(const QString &userId,
                                                                      const QByteArray &address) const
{
    if (isFull(m_connections, m_limits.connections))
        return Refusal::ServerFull;
    if (isFull(m_byUser.value(userId), m_limits.connectionsPerUser))
        return Refusal::UserFull;
    if (isFull(m_byAddress.value(address), m_limits.connectionsPerAddress))
        return Refusal::AddressFull;
    return std::nullopt;
}

std::optional<ConnectionAdmission::Refusal> ConnectionAdmission::refusal(const QString &userId,
                                                                         const QByteArray &address) const
{
    const std::lock_guard lock(m_mutex);
    return full(userId, address);
}

bool ConnectionAdmission::isInUse(const QByteArray &tokenId) const
{
    const std::lock_guard lock(m_mutex);
    return m_tokens.contains(tokenId);
}

} // namespace nextchat::signalr
