// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/signalwatcher.h"

namespace nextchat::ops {

// What SIGTERM, SIGINT and SIGHUP ask of a server, as Qt signals in the thread that made it. Ignores SIGPIPE
// meanwhile: a write to a closed socket or pipe is an error of that write. One at a time (SignalWatcher).
class PosixSignals : public QObject
{
    Q_OBJECT

public:
    explicit PosixSignals(QObject *parent = nullptr);
    ~PosixSignals() override; // what was in force before is in force again

Q_SIGNALS:
    void terminationRequested(int signal); // SIGTERM, SIGINT
    void reloadRequested(); // SIGHUP

private:
    SignalWatcher m_watcher{SIGTERM, SIGINT, SIGHUP};
    struct sigaction m_pipe = {}; // the previous action
};

} // namespace nextchat::ops
