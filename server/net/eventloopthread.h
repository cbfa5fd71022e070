// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/workerthread.h"

namespace nextchat::net {

// Gives the main thread the epoll dispatcher where there is one. To be called before the QCoreApplication is
// made.
void installEpollDispatcher();

// A worker thread whose event loop is on epoll (elsewhere Qt's own) and that may use TLS.
class EventLoopThread : public WorkerThread
{
public:
    explicit EventLoopThread(const QString &name);
};

} // namespace nextchat::net
