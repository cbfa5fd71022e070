// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/link.h"
#include "server/broker/rediskeys.h"
#include "server/history/historyentry.h"

#include <qcorotask.h>

#include <map>

namespace nextchat::history {

// What Redis says of a partition (backlog.lua).
struct LogState
{
    QByteArray epoch; // empty: it has none yet
    bool isOpened = false; // on the Redis that answers: if not, a new epoch is due
    broker::LogId from; // where a writer that comes from another epoch goes on at the latest
    qint64 fromNumber = 0;
    qint64 lastNumber = 0;
    qint64 storedNumber = 0;
    qint64 storedFence = 0;
    std::chrono::milliseconds oldest{0}; // age of the oldest entry that is not stored
};

// The logs of one Redis as a writer of the history reads them, and where it notes how far it is. Belongs to
// one thread.
class LogFeed
{
public:
    struct Options
    {
        broker::redis::RedisUrl url;
        std::shared_ptr<const broker::redis::Tls> tls;
        QByteArray prefix; // redis.prefix
        std::vector<int> partitions; // those that are there
        std::chrono::milliseconds patience{2000}; // redis.commandTimeout
    };
    struct Cursor
    {
        int partition = 0;
        broker::LogId position; // the last entry that is not wanted
        QByteArray epoch; // the partition's; entries are given only if it still is
    };
    struct Entries
    {
        int partition = 0;
        std::vector<HistoryEntry> entries;
    };
    struct Read
    {
        bool isDone = false; // Redis answered
        bool isOutdated = false; // the epoch of some partition is another one; nothing is given of that
        std::vector<Entries> partitions = {}; // only those with any
    };
    struct Note
    {
        int partition = 0;
        QByteArray epoch;
        broker::LogId position;
        qint64 number = 0;
        qint64 fence = 0;
    };

    explicit LogFeed(Options options);
    ~LogFeed();

    void open();
    // For good; answers whoever waits.
    void close();

    [[nodiscard]] bool isReady() const { return m_link.isReady(); }
    // Grows with each connection: what was learnt over another one is to be asked again.
    [[nodiscard]] int connection() const { return m_connection; }
    [[nodiscard]] const std::vector<int> &partitions() const { return m_options.partitions; }

    // Of all partitions; nothing when Redis does not answer.
    [[nodiscard]] QCoro::Task<std::optional<std::map<int, LogState>>> states();

    // Ids of the partition's groups; nothing when Redis does not answer.
    [[nodiscard]] QCoro::Task<std::optional<std::vector<QString>>> groups(int partition);

    struct Group
    {
        QString id;
        qint64 lastSeq = 0; // the highest ever stored; 0: none
    };
    // Makes groups that Redis lost (restore.lua), in that epoch. Gives how many; nothing when it did not.
    [[nodiscard]] QCoro::Task<std::optional<qint64>> restore(int partition, QByteArray epoch,
                                                             std::vector<Group> groups);

    // Up to `count` entries behind each cursor. Waits up to `wait` for the first; 0: not at all.
    [[nodiscard]] QCoro::Task<Read> read(std::vector<Cursor> cursors, int count,
                                         std::chrono::milliseconds wait);

    // Notes how far partitions are stored (stored.lua). True if Redis took it.
    [[nodiscard]] QCoro::Task<std::vector<bool>> note(std::vector<Note> notes);

private:
    struct Reading;
    [[nodiscard]] const broker::RedisKeys &keys(int partition) const { return m_keys.at(partition); }
    void send(const std::vector<QByteArray> &words, broker::redis::Connection::Callback callback,
              std::chrono::milliseconds wait = {});

    const Options m_options;
    std::map<int, broker::RedisKeys> m_keys;
    const broker::redis::Script m_backlog{"backlog"};
    const broker::redis::Script m_stored{"stored", broker::redis::Script::WhenFull::Runs};
    const broker::redis::Script m_restore{"restore"};
    broker::redis::Link m_link;
    int m_connection = 0;
};

} // namespace nextchat::history
