// SPDX-License-Identifier: MIT
#include "server/net/eventloopthread.h"

#include <QAbstractEventDispatcher>
#include <QCoreApplication>

#include <openssl/crypto.h>

#ifdef Q_OS_LINUX
#include "server/net/epolldispatcher.h"
#endif

namespace nextchat::net {

namespace {

std::unique_ptr<QAbstractEventDispatcher> dispatcher()
{
#ifdef Q_OS_LINUX
    return std::make_unique<EpollDispatcher>();
#else
    return nullptr;
#endif
}

} // namespace

void installEpollDispatcher()
{
    if (auto epoll = dispatcher())
        QCoreApplication::setEventDispatcher(epoll.release()); // the application owns it
}

// By itself OpenSSL would tidy up when stop() may have returned already.
EventLoopThread::EventLoopThread(const QString &name)
    : WorkerThread(name, dispatcher(), [] { OPENSSL_thread_stop(); })
{ }

} // namespace nextchat::net
