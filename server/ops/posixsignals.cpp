// SPDX-License-Identifier: MIT
#include "server/ops/posixsignals.h"

namespace nextchat::ops {

PosixSignals::PosixSignals(QObject *parent)
    : QObject(parent)
{
    connect(&m_watcher, &SignalWatcher::raised, this, [this](int signal) {
        if (signal == SIGHUP)
            Q_EMIT reloadRequested();
        else
            Q_EMIT terminationRequested(signal);
    });
    struct sigaction ignored = {};
    sigemptyset(&ignored.sa_mask);
    ignored.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &ignored, &m_pipe);
}

PosixSignals::~PosixSignals()
{
    sigaction(SIGPIPE, &m_pipe, nullptr);
}

} // namespace nextchat::ops
