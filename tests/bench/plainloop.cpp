// SPDX-License-Identifier: MIT
#include "tests/bench/plainloop.h"

#include "tests/bench/latencies.h"
#include "tests/bench/processusage.h"

#include <array>
#include <cerrno>
#include <netinet/in.h>
#include <netinet/tcp.h>
#include <poll.h>
#include <sys/epoll.h>
#include <sys/socket.h>
#include <thread>
#include <unistd.h>

namespace nextchat::bench {

namespace {

constexpr int receivePatience = 20'000; // ms without a byte

tl::unexpected<Error> systemFailure()
{
    return failure(Error::Code::Unavailable,
                   u"The sockets of the plain loop could not be made: " % qt_error_string(errno));
}

void sleepUntil(std::int64_t time)
{
    const timespec until{.tv_sec = time / 1'000'000'000, .tv_nsec = time % 1'000'000'000};
    while (clock_nanosleep(CLOCK_MONOTONIC, TIMER_ABSTIME, &until, nullptr) == EINTR) { }
}

} // namespace

PlainLoop::~PlainLoop()
{
    for (const int descriptor : m_senders)
        ::close(descriptor);
    for (const int descriptor : m_receivers)
        ::close(descriptor);
    if (m_epoll >= 0)
        ::close(m_epoll);
}

Expected<void> PlainLoop::open(int sockets)
{
    m_epoll = epoll_create1(EPOLL_CLOEXEC);
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    if (m_epoll < 0 || listener < 0
        || ::bind(listener, reinterpret_cast<sockaddr *>(&address), sizeof address) != 0
        || ::listen(listener, 128) != 0)
        return systemFailure();
    Expected<void> opened;
    for (int i = 0; i < sockets && opened; ++i)
        opened = openPair(listener);
    ::close(listener);
    return opened;
}

Expected<void> PlainLoop::openPair(int listener)
{
    sockaddr_in address{};
    socklen_t size = sizeof address;
    getsockname(listener, reinterpret_cast<sockaddr *>(&address), &size);
    const int receiver = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    if (receiver < 0)
        return systemFailure();
    m_receivers.push_back(receiver);
    if (::connect(receiver, reinterpret_cast<sockaddr *>(&address), size) != 0)
        return systemFailure();
    const int sender = ::accept4(listener, nullptr, nullptr, SOCK_NONBLOCK | SOCK_CLOEXEC);
    if (sender < 0)
        return systemFailure();
    m_senders.push_back(sender);
    const int on = 1;
    setsockopt(sender, IPPROTO_TCP, TCP_NODELAY, &on, sizeof on);
    epoll_event event{};
    event.events = EPOLLIN;
    event.data.fd = receiver;
    if (epoll_ctl(m_epoll, EPOLL_CTL_ADD, receiver, &event) != 0)
        return systemFailure();
    return {};
}

Expected<PlainLoop::Result> PlainLoop::run(const std::string &frame, int messages, double perSecond)
{
    Result result;
    result.deliveries = qint64(messages) * qint64(m_senders.size());
    const std::int64_t start = monotonicNow();
    std::thread sender([&] {
        const double before = threadCpuSeconds();
        sendAll(frame, messages, perSecond);
        result.senderCpuSeconds = threadCpuSeconds() - before;
    });
    const bool received = receive(result.deliveries * qint64(frame.size()));
    sender.join();
    result.seconds = double(monotonicNow() - start) / 1e9;
    if (!received)
        return failure(Error::Code::TimedOut, QStringLiteral("The plain loop's bytes did not arrive."));
    return result;
}

void PlainLoop::sendAll(const std::string &frame, int messages, double perSecond) const
{
    const std::int64_t start = monotonicNow();
    for (int message = 0; message < messages; ++message) {
        if (perSecond > 0)
            sleepUntil(start + std::int64_t(message * 1e9 / perSecond));
        for (const int descriptor : m_senders) {
            std::size_t sent = 0;
            while (sent < frame.size()) {
                const ssize_t size =
                    ::send(descriptor, frame.data() + sent, frame.size() - sent, MSG_NOSIGNAL);
                if (size > 0)
                    sent += static_cast<std::size_t>(size);
                else if (pollfd full{.fd = descriptor, .events = POLLOUT, .revents = 0};
                         poll(&full, 1, receivePatience) <= 0)
                    return;
            }
        }
    }
}

bool PlainLoop::receive(qint64 bytes)
{
    std::array<epoll_event, 512> events;
    std::vector<char> buffer(256 * 1024);
    while (bytes > 0) {
        const int count = epoll_wait(m_epoll, events.data(), int(events.size()), receivePatience);
        if (count == 0 || (count < 0 && errno != EINTR))
            return false;
        for (int i = 0; i < count; ++i) {
            const int descriptor = events[static_cast<std::size_t>(i)].data.fd;
            const ssize_t size = recv(descriptor, buffer.data(), buffer.size(), MSG_DONTWAIT);
            bytes -= std::max<ssize_t>(size, 0);
        }
    }
    return true;
}

} // namespace nextchat::bench
