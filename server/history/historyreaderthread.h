// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/workerthread.h"
#include "server/history/messagereader.h"

#include <QElapsedTimer>

#include <atomic>
#include <functional>

namespace nextchat::history {

// One thread with one connection, which runs queries one after the other. The connection is made when it is
// first needed and again, not more than once in `reopenPause`, after it failed.
class HistoryReaderThread
{
public:
    static constexpr std::chrono::milliseconds reopenPause{500};

    HistoryReaderThread(const sqlmigrate::DatabaseUrl &url, std::chrono::milliseconds busyTimeout,
                        int number);
    ~HistoryReaderThread(); // runs what was posted

    // `read` gets the reader, or null while the database is away, and gives whether the database worked. From
    // any thread.
    template <typename Read> void post(Read read)
    {
        m_waiting.fetch_add(1, std::memory_order_relaxed);
        m_thread.post([this, read = std::move(read)]() mutable {
            run(read);
            m_waiting.fetch_sub(1, std::memory_order_relaxed);
        });
    }

    // Queries posted and not yet done. Any thread.
    [[nodiscard]] int waiting() const { return m_waiting.load(std::memory_order_relaxed); }
    // Whether the last attempt to connect failed. Any thread.
    [[nodiscard]] bool isAway() const { return m_away.load(std::memory_order_relaxed); }

private:
    template <typename Read> void run(Read &read)
    {
        if (!read(reader()))
            m_reader.reset(); // whatever went wrong, a fresh connection is the way out
    }
    [[nodiscard]] MessageReader *reader();

    const sqlmigrate::DatabaseUrl m_url;
    const std::chrono::milliseconds m_busyTimeout;
    std::atomic<int> m_waiting = 0;
    std::atomic<bool> m_away = false;
    // These two belong to the thread.
    std::unique_ptr<MessageReader> m_reader;
    QElapsedTimer m_lastOpening;
    WorkerThread m_thread;
};

} // namespace nextchat::history
