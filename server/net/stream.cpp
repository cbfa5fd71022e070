// SPDX-License-Identifier: MIT
#include "server/net/stream.h"

#include "server/net/loopturn.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <sys/socket.h>
#include <sys/uio.h>
#include <unistd.h>
#include <utility>

namespace nextchat::net {

namespace {

constexpr std::size_t entriesPerCall = 64; // of sendmsg(); far below IOV_MAX
constexpr std::size_t keptCapacity = 16; // of an emptied queue

std::span<char> readBuffer()
{
    thread_local std::array<char, Stream::mostRead> buffer;
    return buffer;
}

bool isTransient(int error)
{
    return error == EAGAIN || error == EWOULDBLOCK || error == EINTR;
}

} // namespace

Stream::Stream(int descriptor, LoopTurn &turn, std::unique_ptr<TlsChannel> tls)
    : m_descriptor(descriptor)
    , m_tls(std::move(tls))
    , m_turn(turn)
    , m_readable(descriptor, QSocketNotifier::Read)
{
    QObject::connect(&m_readable, &QSocketNotifier::activated, &m_readable, [this] { readSome(); });
}

Stream::~Stream()
{
    m_handler = nullptr;
    end();
    if (m_dirty)
        m_turn.forget(this);
}

void Stream::write(QByteArray bytes)
{
    if (!isOpen() || m_closing || bytes.isEmpty())
        return;
    m_pending += bytes.size();
    m_queue.push_back(std::move(bytes));
    if (!m_waiting && !std::exchange(m_dirty, true))
        m_turn.flushLater(this);
}

void Stream::flush()
{
    if (isOpen() && !sendQueued())
        end();
}

void Stream::flushAtTurnEnd()
{
    m_dirty = false;
    if (!isOpen())
        return;
    if (!sendQueued())
        end();
}

bool Stream::sendQueued()
{
    while (m_pending > 0) {
        const ssize_t sent = sendOnce();
        if (sent < 0 && errno == EINTR)
            continue;
        if (sent < 0) {
            if (!isTransient(errno))
                return false;
            waitForRoom(true);
            return true;
        }
        removeSent(sent);
    }
    if (!m_closing)
        return true;
    // Only this side is closed: closing both while the peer still sends would reset the connection and take
    // from it what it has not read yet.
    return !m_peerFinished && shutDownSending();
}

bool Stream::shutDownSending()
{
    if (m_tls)
        m_tls->finish();
    return ::shutdown(m_descriptor, SHUT_WR) == 0;
}

void Stream::roomCame()
{
    if (m_tls && m_tls->readNeedsRoom()) {
        readSome();
        if (!isOpen())
            return;
    }
    if (!sendQueued())
        return end();
    if (m_pending > 0)
        return;
    waitForRoom(false);
    if (m_handler && !m_closing)
        m_handler->drained();
}

ssize_t Stream::sendOnce()
{
    if (m_queue.size() - m_first == 1 && !m_tls) { // the usual case, and cheaper than gathering
        const QByteArray &only = m_queue[m_first];
        return ::send(m_descriptor, only.constData() + m_offset,
                      static_cast<std::size_t>(only.size() - m_offset), MSG_NOSIGNAL);
    }
    std::array<iovec, entriesPerCall> parts;
    std::size_t count = 0;
    for (std::size_t i = m_first; i < m_queue.size() && count < parts.size(); ++i, ++count) {
        const qsizetype skip = i == m_first ? m_offset : 0;
        parts[count].iov_base = const_cast<char *>(m_queue[i].constData()) + skip;
        parts[count].iov_len = static_cast<std::size_t>(m_queue[i].size() - skip);
    }
    if (m_tls)
        return m_tls->write({parts.data(), count});
    msghdr message = {};
    message.msg_iov = parts.data();
    message.msg_iovlen = count;
    return ::sendmsg(m_descriptor, &message, MSG_NOSIGNAL);
}

void Stream::removeSent(qsizetype sent)
{
    m_pending -= sent;
    m_sent += static_cast<quint64>(sent);
    while (sent > 0) {
        const qsizetype rest = m_queue[m_first].size() - m_offset;
        if (sent < rest) {
            m_offset += sent;
            return;
        }
        sent -= rest;
        m_offset = 0;
        m_queue[m_first++].clear();
    }
    if (m_first == m_queue.size()) {
        m_first = 0;
        m_queue.clear();
        if (m_queue.capacity() > keptCapacity)
            m_queue.shrink_to_fit();
    } else if (m_first > m_queue.size() / 2) {
        m_queue.erase(m_queue.begin(),
                      m_queue.begin() + static_cast<std::ptrdiff_t>(std::exchange(m_first, 0)));
    }
}

void Stream::waitForRoom(bool on)
{
    if (on == m_waiting)
        return;
    m_waiting = on;
    if (on && !m_closing) {
        m_mark = m_sent + static_cast<quint64>(m_pending);
        m_markTime = Clock::now();
    }
    if (on && !m_writable) {
        m_writable = std::make_unique<QSocketNotifier>(m_descriptor, QSocketNotifier::Write);
        QObject::connect(m_writable.get(), &QSocketNotifier::activated, m_writable.get(),
                         [this] { roomCame(); });
    }
    if (m_writable)
        m_writable->setEnabled(on);
}

void Stream::dropQueued()
{
    std::size_t keep = m_first + (m_offset > 0 ? 1 : 0);
    if (m_tls) { // which has begun more than the kernel took
        qsizetype left = m_tls->begun() + m_offset;
        for (keep = m_first; keep < m_queue.size() && left > 0; ++keep)
            left -= m_queue[keep].size();
    }
    while (m_queue.size() > keep) {
        m_pending -= m_queue.back().size();
        m_queue.pop_back();
    }
    m_mark = std::min(m_mark, m_sent + static_cast<quint64>(m_pending));
}

bool Stream::isStuck(Clock::time_point now, std::chrono::milliseconds patience)
{
    if (m_pending == 0 && !m_closing)
        return false;
    if (m_sent >= m_mark && !m_closing) {
        m_mark = m_sent + static_cast<quint64>(m_pending);
        m_markTime = now;
    }
    return now - m_markTime > patience;
}

void Stream::setReading(bool on)
{
    if (isOpen() && m_readable.isEnabled() != on)
        m_readable.setEnabled(on);
}

bool Stream::hasUnread() const
{
    char byte = 0;
    return isOpen() && ::recv(m_descriptor, &byte, 1, MSG_PEEK | MSG_DONTWAIT) >= 0;
}

ssize_t Stream::receive(std::span<char> buffer)
{
    return m_tls ? m_tls->read(buffer) : ::recv(m_descriptor, buffer.data(), buffer.size(), 0);
}

void Stream::readSome()
{
    const std::size_t size = m_tls ? std::max(m_readLimit, TlsChannel::recordSize) : m_readLimit;
    const std::span<char> buffer = readBuffer().first(size);
    const ssize_t got = receive(buffer);
    if (got < 0 && isTransient(errno)) {
        if (m_tls && m_tls->readNeedsRoom())
            waitForRoom(true);
        return;
    }
    if (got == 0 && m_closing && m_pending > 0) {
        // The peer has said all it had to say, and may still be reading.
        m_peerFinished = true;
        return setReading(false);
    }
    if (got <= 0)
        return end();
    if (m_handler && !m_closing)
        m_handler->bytesArrived(buffer.first(static_cast<std::size_t>(got)));
}

void Stream::closeWhenFlushed()
{
    if (!isOpen() || std::exchange(m_closing, true))
        return;
    m_markTime = Clock::now();
    setReading(true); // for the peer's end
    if (!m_waiting && !std::exchange(m_dirty, true))
        m_turn.flushLater(this);
}

void Stream::abort()
{
    m_handler = nullptr;
    end();
}

Stream::Released Stream::release()
{
    Released released;
    if (!isOpen())
        return released;
    for (std::size_t i = m_first; i < m_queue.size(); ++i)
        released.unsent += m_queue[i];
    released.unsent.remove(0, m_offset);
    m_handler = nullptr;
    released.descriptor = forgetSocket();
    released.tls = std::move(m_tls);
    return released;
}

// The stream has ended then, and nobody was told.
int Stream::forgetSocket()
{
    m_readable.setEnabled(false);
    if (m_writable)
        m_writable->setEnabled(false); // not deleted: this may be its own call
    m_waiting = false;
    m_queue.clear();
    m_first = 0;
    m_offset = 0;
    m_pending = 0;
    return std::exchange(m_descriptor, -1);
}

void Stream::end()
{
    if (!isOpen())
        return;
    ::close(forgetSocket());
    if (StreamHandler *handler = std::exchange(m_handler, nullptr))
        handler->streamEnded();
}

} // namespace nextchat::net
