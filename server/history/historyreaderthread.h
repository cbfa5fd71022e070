// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/ask.h"
#include "common/support/workerthread.h"
#include "server/history/messagereader.h"

#include <atomic>

namespace nextchat::history {

// One thread with one connection, which runs queries one after the other. The connection is made when it is
// first needed. One that fails is replaced, and the query tried once more if it was an old one: the database
// may have closed it long ago. After a failure on a new one there is no other for `reopenPause`.
class HistoryReaderThread
{
public:
    using Clock = std::chrono::steady_clock;

    static constexpr std::chrono::milliseconds reopenPause{500};

    HistoryReaderThread(MessageReader::Options options, int number);
    ~HistoryReaderThread(); // answers what was posted

    // Answers with what `query` gives for a MessageReader &, which it may be asked twice; TimedOut when its
    // turn comes after the deadline; Unavailable while the database is away. From any thread.
    template <typename T, typename Query>
    void post(Clock::time_point deadline, Query query, Reply<Expected<T>> reply)
    {
        m_waiting.fetch_add(1, std::memory_order_relaxed);
        m_thread.post([this, deadline, query = std::move(query), reply = std::move(reply)]() mutable {
            m_busySince.store(Clock::now().time_since_epoch().count(), std::memory_order_relaxed);
            Expected<T> answer = run<T>(deadline, query);
            m_busySince.store(0, std::memory_order_relaxed);
            m_waiting.fetch_sub(1, std::memory_order_relaxed);
            reply(std::move(answer));
        });
    }

    // Queries posted and not yet done. Any thread.
    [[nodiscard]] int waiting() const { return m_waiting.load(std::memory_order_relaxed); }
    // Whether the last query found no database. Any thread.
    [[nodiscard]] bool isAway() const { return m_away.load(std::memory_order_relaxed); }
    // Whether the database has not answered for longer than anybody waits, or is being tried after it was
    // away: what is posted now would wait for that. Any thread.
    [[nodiscard]] bool isStuck() const;

private:
    template <typename T, typename Query> Expected<T> run(Clock::time_point deadline, Query &query)
    {
        for (;;) {
            if (Clock::now() >= deadline)
                return failure(Error::Code::TimedOut, QStringLiteral("There was no time left."));
            const bool isOld = bool(m_reader);
            if (const auto ready = connect(); !ready)
                return tl::unexpected(ready.error());
            Expected<T> answer = query(*m_reader);
            if (answer) {
                succeeded();
                return answer;
            }
            m_reader.reset(); // whatever went wrong, a new connection is the way out
            if (!isOld) {
                failed(answer.error());
                return answer;
            }
        }
    }
    [[nodiscard]] Expected<void> connect();
    void succeeded();
    void failed(const Error &error);

    const MessageReader::Options m_options;
    std::atomic<int> m_waiting = 0;
    std::atomic<bool> m_away = false;
    std::atomic<Clock::rep> m_busySince = 0; // 0: idle
    // These belong to the thread.
    std::unique_ptr<MessageReader> m_reader;
    Clock::time_point m_lastUse;
    Clock::time_point m_lastFailure;
    WorkerThread m_thread;
};

} // namespace nextchat::history
