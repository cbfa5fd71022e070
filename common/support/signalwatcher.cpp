// SPDX-License-Identifier: MIT
#include "common/support/signalwatcher.h"

#include <atomic>
#include <cerrno>
#include <csignal>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat {

namespace {

std::atomic<int> handlerSocket = -1;

void writeSignal(int signalNumber)
{
    const int saved = errno;
    const auto byte = static_cast<char>(signalNumber);
    // A full socket already says that there is something to look at.
    [[maybe_unused]] const auto written = ::send(handlerSocket, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    errno = saved;
}

} // namespace

SignalWatcher::SignalWatcher(std::initializer_list<int> signalNumbers, QObject *parent)
    : QObject(parent)
    , m_signals(signalNumbers)
{
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC, 0, m_sockets) != 0)
        qFatal("No socket pair for signals: errno %d", errno);
    handlerSocket = m_sockets[0];
    m_readable = std::make_unique<QSocketNotifier>(m_sockets[1], QSocketNotifier::Read);
    connect(m_readable.get(), &QSocketNotifier::activated, this, &SignalWatcher::read);
    struct sigaction action = {};
    action.sa_handler = writeSignal;
    action.sa_flags = SA_RESTART;
    for (const int signalNumber : m_signals)
        ::sigaction(signalNumber, &action, nullptr);
}

SignalWatcher::~SignalWatcher()
{
    for (const int signalNumber : m_signals)
        ::signal(signalNumber, SIG_DFL);
    handlerSocket = -1;
    m_readable.reset();
    ::close(m_sockets[0]);
    ::close(m_sockets[1]);
}

void SignalWatcher::read()
{
    char signalNumber = 0;
    if (::recv(m_sockets[1], &signalNumber, 1, MSG_DONTWAIT) == 1)
        Q_EMIT raised(signalNumber);
}

} // namespace nextchat
