// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagearchive.h"
#include "server/history/historyreaderthread.h"

namespace nextchat::history {

// What the broker asks of a database that is written behind its log, answered within `readTimeout` by a
// thread of its own; Unavailable at once while the database is away or hangs. Made and destroyed by one
// thread, called in another.
class SqlMessageArchive final : public broker::MessageArchive
{
public:
    struct Options
    {
        sqlmigrate::DatabaseUrl database{};
        std::chrono::milliseconds readTimeout{2000};
        std::chrono::milliseconds clientIdWindow{600000}; // what was sent earlier is not found
    };

    explicit SqlMessageArchive(const Options &options);

    // Whoever writes the partitions now must take them again before anything more is stored: what is not
    // among the groups given here can't get into the database from before the epoch that begins.
    [[nodiscard]] QCoro::Task<Expected<std::vector<Group>>> groups(int partition, int partitions) override;
    [[nodiscard]] QCoro::Task<Expected<std::optional<Post>>> find(QString groupId, QString senderId,
                                                                  QString clientMessageId) override;

private:
    using Clock = std::chrono::steady_clock;

    template <typename T, typename Query> [[nodiscard]] QCoro::Task<Expected<T>> ask(Query query);
    // In the reader's thread: as they are at that moment, or later.
    [[nodiscard]] Expected<std::vector<Group>> allGroups(MessageReader &reader, Clock::time_point moment);
    [[nodiscard]] Expected<void> endLeases() const;

    const Options m_options;
    // These belong to the reader's thread. All partitions begin an epoch together, and share what is read.
    std::vector<Group> m_groups;
    Clock::time_point m_groupsBegun; // reading them
    HistoryReaderThread m_reader;
};

} // namespace nextchat::history
