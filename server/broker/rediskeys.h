// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QStringBuilder>

#include <string_view>

namespace nextchat::broker {

// The names of one partition's keys (design.md 5): all share a hash tag, so that a script touches one slot.
// Ids are UTF-8; they hold no control characters (contract.md 1.4), so that one of these separates them.
class RedisKeys
{
public:
    // redis.prefix, and the number of the partition.
    RedisKeys(const QByteArray &prefix, int partition);

    // FNV-1a 64 of the id, modulo the number of partitions.
    [[nodiscard]] static int partitionOf(const QByteArray &group, int partitions);

    [[nodiscard]] const QByteArray &prefix() const { return m_prefix; } // of all keys of the partition
    [[nodiscard]] const QByteArray &log() const { return m_log; } // the stream
    [[nodiscard]] const QByteArray &meta() const { return m_meta; }
    [[nodiscard]] const QByteArray &seq() const { return m_seq; }
    [[nodiscard]] const QByteArray &groups() const { return m_groups; }
    [[nodiscard]] const QByteArray &servers() const { return m_servers; }
    [[nodiscard]] QByteArray deadLetters() const { return m_prefix + "dead"; } // entries by their ids
    [[nodiscard]] QByteArray held(const QByteArray &server) const { return m_prefix + "held:" + server; }
    [[nodiscard]] QByteArray members(const QByteArray &group) const { return m_prefix + "members:" + group; }
    [[nodiscard]] QByteArray tail(const QByteArray &group) const { return m_prefix + "tail:" + group; }
    // What is known of a client message id, or of one that a server made.
    [[nodiscard]] QByteArray sent(const QByteArray &group, const QByteArray &sender,
                                  const QByteArray &clientId) const
    {
        return m_prefix + "sent:" + group + '\x1f' + sender + '\x1f' + clientId;
    }
    [[nodiscard]] QByteArray own(const QByteArray &server, const QByteArray &id) const
    {
        return m_prefix + "own:" + server + ':' + id;
    }
    // The channel of joins, leaves and typing in the group.
    [[nodiscard]] QByteArray events(const QByteArray &group) const { return m_prefix + "events:" + group; }
    // The channel of the log's messages.
    [[nodiscard]] const QByteArray &entries() const { return m_entries; }
    // The channel that tells how far the history has stored the log.
    [[nodiscard]] QByteArray stored() const { return m_prefix + "stored"; }
    // Written before a WAIT.
    [[nodiscard]] QByteArray replicated() const { return m_prefix + "replicated"; }

private:
    QByteArray m_prefix;
    QByteArray m_log;
    QByteArray m_meta;
    QByteArray m_seq;
    QByteArray m_groups;
    QByteArray m_servers;
    QByteArray m_entries;
};

} // namespace nextchat::broker
