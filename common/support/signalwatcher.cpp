// SPDX-License-Identifier: MIT
#include "common/support/signalwatcher.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat {

namespace {

// A handler has nothing but globals. Lock-free atomics are safe in it (C++20, [support.signal]).
std::atomic<int> writer = -1;
static_assert(std::atomic<int>::is_always_lock_free);

void writeSignal(int signalNumber)
{
    const int saved = errno;
    const auto byte = static_cast<char>(signalNumber);
    // A full socket already says that there is something to look at.
    [[maybe_unused]] const auto written = ::send(writer, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    errno = saved;
}

} // namespace

SignalWatcher::SignalWatcher(std::initializer_list<int> signalNumbers, QObject *parent)
    : QObject(parent)
{
    Q_ASSERT(writer == -1);
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0)
        qFatal("No socket pair for signals: %s", qPrintable(qt_error_string(errno)));
    m_reader = pair[0];
    writer = pair[1];
    m_readable = std::make_unique<QSocketNotifier>(m_reader, QSocketNotifier::Read);
    connect(m_readable.get(), &QSocketNotifier::activated, this, &SignalWatcher::read);
    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    action.sa_handler = writeSignal;
    action.sa_flags = SA_RESTART;
    for (const int signalNumber : signalNumbers)
        ::sigaction(signalNumber, &action, &m_before[signalNumber]);
}

SignalWatcher::~SignalWatcher()
{
    for (const auto &[signalNumber, before] : m_before)
        ::sigaction(signalNumber, &before, nullptr);
    m_readable.reset();
    ::close(writer.exchange(-1));
    ::close(m_reader);
}

// One at a time: what hears of it may end this.
void SignalWatcher::read()
{
    char signalNumber = 0;
    if (::recv(m_reader, &signalNumber, 1, MSG_DONTWAIT) == 1)
        Q_EMIT raised(signalNumber);
}

} // namespace nextchat
