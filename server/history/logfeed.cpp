// SPDX-License-Identifier: MIT
#include "server/history/logfeed.h"

#include "common/chat/rules.h"
#include "common/support/ask.h"
#include "server/broker/exactutf8.h"
#include "server/broker/redis/words.h"
#include "server/broker/scriptanswer.h"
#include "server/history/historylog.h"

namespace nextchat::history {

namespace {

using broker::redis::Result;
using broker::redis::view;
using broker::redis::viewsOf;

constexpr std::size_t stateFields = 8; // of a partition, in the answer of backlog.lua

// `first`: index of the partition's first field.
LogState stateOf(const broker::ScriptAnswer &answer, std::size_t first, const QByteArray &identity)
{
    LogState state;
    state.epoch = answer.bytes(first);
    state.isOpened = !state.epoch.isEmpty() && answer.bytes(first + 1) == identity;
    state.from = broker::LogId::parse(answer.view(first + 2)).value_or(broker::LogId());
    state.fromNumber = answer.number(first + 3);
    state.lastNumber = answer.number(first + 4);
    state.storedNumber = answer.number(first + 5);
    state.storedFence = answer.number(first + 6);
    state.oldest = std::chrono::milliseconds(answer.number(first + 7));
    return state;
}

} // namespace

LogFeed::LogFeed(Options options)
    : m_options(std::move(options))
    , m_link({.url = m_options.url,
              .purpose = QStringLiteral("storing the log"),
              .patience = m_options.patience,
              .scripts = {&m_backlog, &m_stored, &m_restore},
              .tls = m_options.tls})
{
    for (const int k : m_options.partitions)
        m_keys.emplace(k, broker::RedisKeys(m_options.prefix, k));
    QObject::connect(&m_link, &broker::redis::Link::ready, &m_link, [this] { ++m_connection; });
}

LogFeed::~LogFeed() = default;

void LogFeed::open()
{
    m_link.open();
}

void LogFeed::close()
{
    m_link.close();
}

void LogFeed::send(const std::vector<QByteArray> &words, broker::redis::Connection::Callback callback,
                   std::chrono::milliseconds wait)
{
    m_link.send(viewsOf(words), std::move(callback), m_options.patience + wait);
}

QCoro::Task<std::optional<std::map<int, LogState>>> LogFeed::states()
{
    std::vector<QByteArray> names;
    for (const int k : m_options.partitions) {
        names.push_back(keys(k).meta());
        names.push_back(keys(k).log());
    }
    using States = std::optional<std::map<int, LogState>>;
    auto start = [this, &names](Reply<States> reply) {
        m_link.run(m_backlog, viewsOf(names), {}, [this, reply](const Result &result) {
            const broker::ScriptAnswer answer(result);
            if (!answer.isDone() || answer.size() < 2 + stateFields * m_options.partitions.size())
                return reply(std::nullopt);
            std::map<int, LogState> states;
            std::size_t first = 2;
            for (const int k : m_options.partitions) {
                states.emplace(k, stateOf(answer, first, m_link.info().identity()));
                first += stateFields;
            }
            reply(std::move(states));
        });
    };
    co_return co_await ask<States>(std::move(start)); // named: g++ 12 destroys a temporary twice
}

QCoro::Task<std::optional<std::vector<QString>>> LogFeed::groups(int partition)
{
    using Groups = std::optional<std::vector<QString>>;
    auto start = [this, partition](Reply<Groups> reply) {
        send({"ZRANGE", keys(partition).groups(), "0", "-1"}, [reply](const Result &result) {
            if (result.kind != Result::Kind::Answered || result.reply.isError())
                return reply(std::nullopt);
            std::vector<QString> ids;
            for (std::size_t i = 0; i < result.reply.size(); ++i) {
                const auto id = broker::fromExactUtf8(result.reply[i].text());
                if (id && chat::isValidId(*id))
                    ids.push_back(*id);
            }
            reply(std::move(ids));
        });
    };
    co_return co_await ask<Groups>(std::move(start)); // named: see above
}

QCoro::Task<std::optional<qint64>> LogFeed::restore(int partition, QByteArray epoch,
                                                    std::vector<Group> groups)
{
    const std::vector<QByteArray> names{keys(partition).meta(), keys(partition).seq(),
                                        keys(partition).groups()};
    std::vector<QByteArray> arguments{std::move(epoch)};
    for (const Group &group : groups) {
        arguments.push_back(group.id.toUtf8());
        arguments.push_back(QByteArray::number(group.lastSeq));
    }
    using Made = std::optional<qint64>;
    auto start = [this, &names, &arguments](Reply<Made> reply) {
        m_link.run(m_restore, viewsOf(names), viewsOf(arguments), [reply](const Result &result) {
            const broker::ScriptAnswer answer(result);
            reply(answer.isDone() && answer.status() == "OK" ? Made(answer.number(1)) : std::nullopt);
        });
    };
    co_return co_await ask<Made>(std::move(start)); // named: see above
}

// --- reading ---

struct LogFeed::Reading
{
    std::vector<Cursor> cursors;
    Read read;
    std::map<QByteArray, int> partitions; // by the names of their logs

    void take(const broker::redis::Reply &streams)
    {
        for (std::size_t i = 0; i < streams.size(); ++i) {
            const std::string_view name = streams[i][0].text();
            const broker::redis::Reply entries = streams[i][1];
            Entries taken{.partition = partitions.at(QByteArray(name.data(), qsizetype(name.size()))),
                          .entries = {}};
            taken.entries.reserve(entries.size());
            for (std::size_t j = 0; j < entries.size(); ++j)
                taken.entries.push_back(HistoryEntry::of(entries[j]));
            read.partitions.push_back(std::move(taken));
        }
    }
    void drop(int partition)
    {
        read.isOutdated = true;
        std::erase_if(read.partitions,
                      [partition](const Entries &entries) { return entries.partition == partition; });
    }
};

// The epochs are read behind the entries: no epoch comes twice, so it was the same before.
QCoro::Task<LogFeed::Read> LogFeed::read(std::vector<Cursor> cursors, int count,
                                         std::chrono::milliseconds wait)
{
    auto reading = std::make_shared<Reading>();
    std::vector<QByteArray> words{"XREAD", "COUNT", QByteArray::number(count)};
    if (wait.count() > 0)
        words.insert(words.end(), {"BLOCK", QByteArray::number(qint64(wait.count()))});
    words.emplace_back("STREAMS");
    for (const Cursor &cursor : cursors) {
        reading->partitions.emplace(keys(cursor.partition).log(), cursor.partition);
        words.push_back(keys(cursor.partition).log());
    }
    for (const Cursor &cursor : cursors)
        words.push_back(cursor.position.toBytes());
    reading->cursors = std::move(cursors);

    auto start = [this, &words, &reading, wait](Reply<bool> reply) {
        auto failed = std::make_shared<bool>(false);
        send(
            words,
            [reading, failed](const Result &result) {
                *failed |= result.kind != Result::Kind::Answered || result.reply.isError();
                if (result.reply.isError())
                    qCWarning(historyLog).noquote()
                        << "Redis does not let the log be read:"
                        << QByteArray(result.reply.text().data(), qsizetype(result.reply.text().size()));
                if (!*failed)
                    reading->take(result.reply);
            },
            wait);
        for (std::size_t i = 0; i < reading->cursors.size(); ++i) {
            const bool isLast = i + 1 == reading->cursors.size();
            send(
                {"HGET", keys(reading->cursors[i].partition).meta(), "epoch"},
                [reading, failed, i, isLast, reply](const Result &result) {
                    *failed |= result.kind != Result::Kind::Answered || result.reply.isError();
                    if (result.reply.text() != view(reading->cursors[i].epoch))
                        reading->drop(reading->cursors[i].partition);
                    if (isLast)
                        reply(!*failed);
                },
                wait);
        }
    };
    reading->read.isDone = co_await ask<bool>(std::move(start)); // named: see above
    if (!reading->read.isDone)
        reading->read.partitions.clear();
    co_return std::move(reading->read);
}

// --- noting ---

QCoro::Task<std::vector<bool>> LogFeed::note(std::vector<Note> notes)
{
    if (notes.empty())
        co_return std::vector<bool>();
    auto start = [this, &notes](Reply<std::vector<bool>> reply) {
        auto taken = std::make_shared<std::vector<bool>>(notes.size(), false);
        for (std::size_t i = 0; i < notes.size(); ++i) {
            const Note &note = notes[i];
            const bool isLast = i + 1 == notes.size();
            const std::vector<QByteArray> names{keys(note.partition).meta()};
            const std::vector<QByteArray> arguments{
                note.epoch, note.position.toBytes(), QByteArray::number(note.number),
                QByteArray::number(note.fence), keys(note.partition).stored()};
            m_link.run(m_stored, viewsOf(names), viewsOf(arguments),
                       [taken, i, isLast, reply](const Result &result) {
                           const broker::ScriptAnswer answer(result);
                           (*taken)[i] = answer.isDone() && answer.status() == "OK";
                           if (isLast)
                               reply(*taken);
                       });
        }
    };
    co_return co_await ask<std::vector<bool>>(std::move(start)); // named: see above
}

} // namespace nextchat::history
