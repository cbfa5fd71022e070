// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "server/broker/logentry.h"

#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

namespace nextchat::broker {

// What a PartitionTail hands out and asks for. Must not call back into it.
class TailOutput
{
public:
    virtual ~TailOutput() = default;

    virtual void deliver(chat::Message message, const TraceContext &trace) = 0;
    // In order with what is delivered.
    virtual void epochBegan(const QString &groupId, const QString &epoch) = 0;
    // Messages of the group are missing and can't be had from the log; those after them follow. Whoever gets
    // its messages has to read back.
    virtual void missed(const QString &groupId) = 0;
    // Wants all messages of the group above that seq, to be given to filled().
    virtual void fill(const QString &groupId, qint64 after) = 0;
    // Wants to know the last message of all followed groups, for compared().
    virtual void compareCounters() = 0;
    // An entry counts as seen, but this version can't read what is in it.
    virtual void unreadable(LogId entry) = 0;
    // An entry is not handed out, because it can't be true: its number was used before, or never given out.
    virtual void contradicts(const QString &groupId, LogId entry) = 0;
};

// Follows the log of one partition for the groups that have members here, and proves by their numbers that
// nothing is missing and nothing comes twice (design.md 5, "Tail"). No I/O. Belongs to the broker's thread.
class PartitionTail
{
public:
    // A message of the log, or the place of one that this version can't read.
    struct Item
    {
        qint64 seq = 0;
        QString epoch;
        std::optional<chat::Message> message;
        LogId id = {}; // of the entry
        TraceContext trace = {};
    };

    explicit PartitionTail(TailOutput &output)
        : m_output(output)
    { }

    // Where reading begins: behind the entry with that id and number. In a new epoch no later than where it
    // was.
    void start(LogId cursor, qint64 number, const QString &epoch);
    void rewind(LogId opened, qint64 openedNumber);
    [[nodiscard]] LogId cursor() const { return m_cursor; }
    [[nodiscard]] const QString &epoch() const { return m_epoch; }

    // Holds what comes of the group until settle(); no effect when it is followed already.
    void follow(const QString &groupId);
    // Everything above `lastSeq` is delivered from now on; no effect when it was settled already.
    void settle(const QString &groupId, qint64 lastSeq, const QString &epoch);
    void unfollow(const QString &groupId);
    [[nodiscard]] bool follows(const QString &groupId) const;
    // The highest seq that was seen of the group; 0 while it is not settled, or not followed.
    [[nodiscard]] qint64 lastSeq(const QString &groupId) const;
    // The followed groups that are settled, with the last seq seen of each.
    void forEachSettled(const std::function<void(const QString &groupId, qint64 lastSeq)> &call) const;

    // Whether that entry is the very next of the log, of the epoch that is read; else it is to be read there.
    [[nodiscard]] bool isNext(const LogEntry &entry) const
    {
        return entry.number == m_number + 1 && entry.id > m_cursor
            && m_epoch == QLatin1StringView(entry.epoch.data(), qsizetype(entry.epoch.size()));
    }
    // One entry, in the order of the log. `foreign`: written by someone else, only its place counts.
    void take(const LogEntry &entry);
    void takeForeign(LogId id) { m_cursor = id; }

    // The answers to what was asked. `reached`: nothing is missing between what was asked for and `items`,
    // nor behind them up to `newest`, the seq of the group's last message after it was asked; the numbers
    // must agree.
    void filled(const QString &groupId, std::vector<Item> items, bool reached, qint64 newest);
    // `newest`: the seq of the group's last message.
    void compared(const QString &groupId, qint64 newest);

    // A probe saw that number as the log's last. If a read that begins later brings nothing up to it, entries
    // are missing.
    void probed(qint64 number) { m_probed = number; }
    void readBegins();
    void readEnds();

private:
    struct Followed
    {
        enum class State { Joining, Live, Filling };

        QString id;
        State state = State::Joining;
        qint64 last = 0;
        QString epoch; // of `last`
        QString announced; // the epoch that its members were told of
        bool doubtful = false; // entries of the partition are missing, perhaps some of this group
        std::optional<LogId> lastId; // of `last`, once it was read
        qint64 newest = 0; // what it was compared with when filling began; 0: with nothing
        std::vector<Item> held; // of seq 0: there an epoch began
        std::size_t doubted = 0; // of the held ones: those that were there when filling began
    };
    struct Hash
    {
        using is_transparent = void;
        [[nodiscard]] std::size_t operator()(std::string_view text) const
        {
            return std::hash<std::string_view>{}(text);
        }
    };

    [[nodiscard]] Followed *find(const QString &groupId);
    void count(qint64 number);
    void miss();
    void beginEpoch(const QString &epoch);
    void beginEpoch(Followed &group, const QString &epoch);
    void announce(Followed &group, const QString &epoch);
    void advance(Followed &group, Item item);
    void accept(Followed &group, Item item);
    void beginFilling(Followed &group);
    void dropContradictions(Followed &group, qint64 newest);
    void replay(Followed &group);
    [[nodiscard]] static bool isDense(const Followed &group, const std::vector<Item> &items);

    TailOutput &m_output;
    LogId m_cursor;
    qint64 m_number = 0; // of the last entry seen
    QString m_epoch;
    std::optional<qint64> m_probed;
    std::optional<qint64> m_expected; // by the read that is under way
    std::unordered_map<std::string, Followed, Hash, std::equal_to<>> m_groups; // by their UTF-8
};

} // namespace nextchat::broker
