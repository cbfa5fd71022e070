// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <csignal>
#include <memory>

namespace nextchat::ops {

// Turns SIGTERM, SIGINT and SIGHUP into Qt signals in the thread that made it, through a socket pair: a
// handler may do next to nothing. Ignores SIGPIPE meanwhile: a write to a closed socket or pipe is an error
// of that write. One at a time.
class PosixSignals : public QObject
{
    Q_OBJECT

public:
    explicit PosixSignals(QObject *parent = nullptr);
    ~PosixSignals() override; // what was in force before is in force again

Q_SIGNALS:
    // Once for each signal that arrived; several of one kind may count as one.
    void terminationRequested(int signal); // SIGTERM, SIGINT
    void reloadRequested(); // SIGHUP

private:
    void read();

    int m_reader = -1;
    std::unique_ptr<QSocketNotifier> m_notifier;
    struct sigaction m_terminate = {}; // the previous actions
    struct sigaction m_interrupt = {};
    struct sigaction m_hangUp = {};
    struct sigaction m_pipe = {};
};

} // namespace nextchat::ops
