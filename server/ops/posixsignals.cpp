// SPDX-License-Identifier: MIT
#include "server/ops/posixsignals.h"

#include <array>
#include <atomic>
#include <cerrno>
#include <sys/socket.h>
#include <unistd.h>

namespace nextchat::ops {

namespace {

// A handler has nothing but globals. Lock-free atomics are safe in it (C++20, [support.signal]).
std::atomic<int> writer = -1;
static_assert(std::atomic<int>::is_always_lock_free);

void handle(int signal)
{
    const int savedErrno = errno;
    const char byte = static_cast<char>(signal);
    // A full pair means that the reader has been told already.
    [[maybe_unused]] const ssize_t written = ::send(writer, &byte, 1, MSG_DONTWAIT | MSG_NOSIGNAL);
    errno = savedErrno;
}

} // namespace

PosixSignals::PosixSignals(QObject *parent)
    : QObject(parent)
{
    Q_ASSERT(writer == -1);
    std::array<int, 2> pair{};
    if (::socketpair(AF_UNIX, SOCK_STREAM | SOCK_CLOEXEC | SOCK_NONBLOCK, 0, pair.data()) != 0)
        qFatal("No socket pair for signals: %s", qPrintable(qt_error_string(errno)));
    m_reader = pair[0];
    writer = pair[1];
    m_notifier = std::make_unique<QSocketNotifier>(m_reader, QSocketNotifier::Read);
    connect(m_notifier.get(), &QSocketNotifier::activated, this, &PosixSignals::read);

    struct sigaction action = {};
    sigemptyset(&action.sa_mask);
    action.sa_flags = SA_RESTART;
    action.sa_handler = handle;
    sigaction(SIGTERM, &action, &m_terminate);
    sigaction(SIGINT, &action, &m_interrupt);
    sigaction(SIGHUP, &action, &m_hangUp);
    action.sa_handler = SIG_IGN;
    sigaction(SIGPIPE, &action, &m_pipe);
}

PosixSignals::~PosixSignals()
{
    sigaction(SIGTERM, &m_terminate, nullptr);
    sigaction(SIGINT, &m_interrupt, nullptr);
    sigaction(SIGHUP, &m_hangUp, nullptr);
    sigaction(SIGPIPE, &m_pipe, nullptr);
    m_notifier.reset();
    ::close(writer.exchange(-1));
    ::close(m_reader);
}

void PosixSignals::read()
{
    std::array<char, 16> bytes{};
    const ssize_t count = ::read(m_reader, bytes.data(), bytes.size());
    for (ssize_t i = 0; i < count; ++i) {
        const int signal = bytes[static_cast<std::size_t>(i)];
        if (signal == SIGHUP)
            Q_EMIT reloadRequested();
        else
            Q_EMIT terminationRequested(signal);
    }
}

} // namespace nextchat::ops
