// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/workerthread.h"
#include "sqlmigrate/connection.h"

#include <functional>
#include <memory>

namespace nextchat::broker {

// Moves what was committed from SQLite's write-ahead log into the database, in a thread of its own. Left to
// SQLite, that is done by whichever commit finds the log long enough, and everybody waits for it: measured
// with 100 senders, it cost half of the rate and made the 99th percentile of half the rate ten times as long.
//
// A log that is written to all the time is never wholly copied from outside, so the writer does the small
// rest itself and can then begin the file anew. Made, used and destroyed in the writer's thread.
class Checkpointer
{
public:
    // `copyRest` copies, on the writer's connection and in its thread, what is left.
    Checkpointer(const sqlmigrate::DatabaseUrl &url, std::function<void()> copyRest);
    ~Checkpointer();

    // To be called a few times a second with the number of commits so far: copies when it is worth it.
    void noteCommits(quint64 commits);

private:
    void copy();

    const sqlmigrate::DatabaseUrl m_url;
    const std::function<void()> m_copyRest;
    bool m_isCopying = false;
    quint64 m_copied = 0; // commits when the last copying began
    std::chrono::steady_clock::time_point m_lastCopy;
    std::shared_ptr<bool> m_alive =
        std::make_shared<bool>(true); // what the thread posts may arrive after the end of this
    std::unique_ptr<sqlmigrate::Connection> m_connection; // the thread's own
    WorkerThread m_thread;
};

} // namespace nextchat::broker
