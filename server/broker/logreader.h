// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokerscripts.h"
#include "server/broker/logentry.h"
#include "server/broker/redis/link.h"
#include "server/broker/rediskeys.h"
#include "server/broker/scriptanswer.h"

namespace nextchat::broker {

// How a partition's log and what is stored of it stand in Redis.
struct LogStanding
{
    QByteArray epoch;
    // Where to go on at the latest, when what is stored is of another epoch: behind that entry and number.
    LogId from;
    qint64 fromNumber = 0;
    qint64 number = 0; // of the log's last entry
    qint64 storedNumber = 0; // of the last one that is noted as stored
    qint64 storedFence = 0; // of the writer that noted it
    std::chrono::milliseconds age{0}; // of the oldest entry that is not
};

// What a LogReader finds; called in its thread. May call it.
class LogReaderOutput
{
public:
    virtual ~LogReaderOutput() = default;

    // It can be read in the epoch that is named: again after each partitionLost(), or in place of the last
    // one when another epoch has begun. Nothing more comes of what was read before.
    virtual void partitionOpened(int partition, const LogStanding &standing) = 0;
    virtual void partitionLost(int partition) = 0;
    // About once a second while it is open.
    virtual void partitionStands(int partition, const LogStanding &standing) = 0;
    // Entries as XREAD gives them, in the order of the log.
    virtual void entriesRead(int partition, const redis::Reply &entries) = 0;
    // A noted position was refused: a writer of that fence has noted one.
    virtual void fenced(int partition, qint64 fence) = 0;
};

// Reads the logs of some partitions of one Redis, each from where it is told, on connections of its own, and
// notes there what is stored. What it reads is of the data on which the epoch was begun: a Redis on which
// nobody has opened the partition yet is not read from.
//
// Belongs to the thread that made it, which may be busy elsewhere for any time: what came meanwhile waits in
// the socket.
class LogReader
{
public:
    struct Options
    {
        redis::RedisUrl url;
        QByteArray prefix; // redis.prefix
        std::vector<int> partitions; // those to look after
        std::chrono::milliseconds commandTimeout{2000};
        int entriesAtOnce = 200; // of each partition in one read
    };

    LogReader(Options options, LogReaderOutput &output);
    ~LogReader(); // calls nothing

    // Connects; what follows is said to the output.
    void start();

    // Entries behind that one follow, until it is held or lost, or not read any more.
    void readFrom(int partition, LogId cursor);
    void stopReading(int partition);
    // Nothing more is read while it is held; what a read that is under way brings still comes.
    void hold(int partition, bool isHeld);
    // Looks at once whether its epoch is still the last.
    void look();

    // Notes in Redis that the log is stored up to that entry and number in that epoch, by that fence.
    void noteStored(int partition, const QByteArray &epoch, LogId id, qint64 number, qint64 fence);

private:
    struct Partition
    {
        int index;
        RedisKeys keys;
        QByteArray epoch = {}; // while it is open
        LogId cursor = {};
        bool isRead = false;
        bool isHeld = false;
        quint64 generation = 0; // changes with what it is to be read from
    };

    [[nodiscard]] Partition &partition(int index);
    void lost();
    void looked(const ScriptAnswer &answer);
    void stands(Partition &partition, const QByteArray &identity, const LogStanding &standing);
    void lose(Partition &partition);
    void read();
    void received(const std::vector<std::pair<std::size_t, quint64>> &asked, const ScriptAnswer &answer);
    void take(Partition &partition, const redis::Reply &entries);

    const Options m_options;
    LogReaderOutput &m_output;
    const BrokerScripts m_scripts;
    std::vector<Partition> m_partitions;
    bool m_isReading = false;
    bool m_isLooking = false;
    QTimer m_timer;
    redis::Link m_commands; // these go first, and call back meanwhile
    redis::Link m_tail;
};

} // namespace nextchat::broker
