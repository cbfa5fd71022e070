// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/tlschannel.h"

#include <QByteArray>
#include <QByteArrayView>
#include <QSocketNotifier>

#include <chrono>
#include <memory>
#include <span>
#include <sys/types.h>
#include <vector>

namespace nextchat::net {

class LoopTurn;

// Hears from a stream. Calls come in the stream's thread and may destroy neither the stream nor the handler
// at once (LoopTurn::retire).
class StreamHandler
{
public:
    virtual ~StreamHandler() = default;

    // `bytes` belong to the thread's read buffer: they may be changed in place, and are gone after the call.
    virtual void bytesArrived(std::span<char> bytes) = 0;
    // Everything written so far has been taken by the kernel, after some of it had to wait.
    virtual void drained() { }
    // The peer closed its side or the connection broke; nothing is called afterwards.
    virtual void streamEnded() = 0;
};

// A connected TCP socket that never blocks and holds no buffer while it is idle. Writes are queued as shared
// byte arrays and leave in one system call at the end of the event loop's turn. Lives in one I/O thread.
//
// Not a QTcpSocket: an idle one costs about 10 KiB and copies what is written (docs/architecture.md has the
// measurement).
class Stream
{
public:
    using Clock = std::chrono::steady_clock;

    // Takes over the connected, non-blocking descriptor. With `tls`, which is on that, what goes over it is
    // encrypted.
    Stream(int descriptor, LoopTurn &turn, std::unique_ptr<TlsChannel> tls = nullptr);
    ~Stream();
    Stream(const Stream &) = delete;
    Stream &operator=(const Stream &) = delete;

    void setHandler(StreamHandler *handler) { m_handler = handler; }

    // Queues `bytes` behind what is waiting. Ignored once the stream has ended or is closing.
    void write(QByteArray bytes);
    // Writes what the kernel takes now, without waiting for the end of the turn.
    void flush();
    // Drops what is queued and not begun, e.g. to get a last word to a slow peer. The entry that has partly
    // left stays.
    void dropQueued();

    // Bytes that the kernel has not taken yet.
    [[nodiscard]] qsizetype pendingBytes() const { return m_pending; }
    // Whether what was waiting, or closeWhenFlushed(), at some moment at least `patience` ago is still not
    // done. Call it about once a second; the owner then aborts.
    [[nodiscard]] bool isStuck(Clock::time_point now, std::chrono::milliseconds patience);

    // How much bytesArrived() gets at most, at least 1; with TLS at least a whole record.
    void limitReads(qsizetype bytes) { m_readLimit = static_cast<std::size_t>(bytes); }
    static constexpr qsizetype mostRead = 64 * 1024; // so that no peer holds the loop for long

    // Stops or goes on calling bytesArrived(); what arrives meanwhile stays in the kernel, which slows the
    // peer.
    void setReading(bool on);

    // Ends the connection once everything queued has left and the peer has closed its side too; no more bytes
    // are taken, and what still arrives is dropped.
    void closeWhenFlushed();
    // Ends the connection now, without a call to the handler.
    void abort();

    [[nodiscard]] bool isOpen() const { return m_descriptor >= 0; }
    // Whether the kernel has something of the peer's, be it its end, that was not read yet.
    [[nodiscard]] bool hasUnread() const;

    struct Released
    {
        int descriptor = -1; // -1: the stream had ended
        std::unique_ptr<TlsChannel> tls = nullptr;
        QByteArray unsent = {};
    };
    // Gives the socket away, without a call to the handler: for another thread to take over.
    [[nodiscard]] Released release();

private:
    friend class LoopTurn;

    void readSome();
    void roomCame();
    void flushAtTurnEnd();
    [[nodiscard]] bool sendQueued(); // false when the connection is to end
    [[nodiscard]] ssize_t sendOnce();
    [[nodiscard]] ssize_t receive(std::span<char> buffer);
    [[nodiscard]] bool shutDownSending();
    void removeSent(qsizetype sent);
    void waitForRoom(bool on);
    [[nodiscard]] int forgetSocket();
    void end();

    int m_descriptor;
    bool m_dirty = false; // in the turn's list
    // The kernel's buffer was full, and the write notifier is on until it has found everything gone: flush()
    // in between leaves it on, or drained() would never be called.
    bool m_waiting = false;
    bool m_closing = false;
    bool m_peerFinished = false; // while closing
    std::unique_ptr<TlsChannel> m_tls; // null: plain
    LoopTurn &m_turn;
    StreamHandler *m_handler = nullptr;
    QSocketNotifier m_readable;
    std::unique_ptr<QSocketNotifier> m_writable; // made when first needed
    std::vector<QByteArray> m_queue;
    std::size_t m_first = 0; // index of the first entry not wholly sent
    qsizetype m_offset = 0; // bytes of it that were sent
    std::size_t m_readLimit = mostRead;
    qsizetype m_pending = 0;
    quint64 m_sent = 0; // bytes in all
    quint64 m_mark = 0; // isStuck(): the sum of sent bytes at which what waited at m_markTime has left
    Clock::time_point m_markTime;
};

} // namespace nextchat::net
