// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QByteArray>
#include <QObject>
#include <QSocketNotifier>
#include <QTimer>

#include <functional>
#include <memory>
#include <vector>

namespace nextchat::net {

// An accepted socket on its way to an I/O thread. Owns the descriptor until take().
class AcceptedSocket
{
public:
    AcceptedSocket(int descriptor, QByteArray peerAddress)
        : m_descriptor(descriptor)
        , m_peerAddress(std::move(peerAddress))
    { }
    AcceptedSocket(AcceptedSocket &&other) noexcept
        : m_descriptor(std::exchange(other.m_descriptor, -1))
        , m_peerAddress(std::move(other.m_peerAddress))
    { }
    AcceptedSocket &operator=(AcceptedSocket &&) = delete;
    ~AcceptedSocket();

    [[nodiscard]] int take() { return std::exchange(m_descriptor, -1); }
    [[nodiscard]] const QByteArray &peerAddress() const { return m_peerAddress; }

private:
    int m_descriptor;
    QByteArray m_peerAddress;
};

// Accepts TCP connections and gives them away in batches. Lives in the main thread.
class Listener : public QObject
{
    Q_OBJECT

public:
    static constexpr int backlog =
        4096; // connections not accepted yet; the kernel lowers it to net.core.somaxconn

    using Accepted = std::function<void(std::vector<AcceptedSocket>)>;

    // Binds `HOST:PORT` (IPv6 in brackets, port 0 picks a free one) and listens. Fails with a sentence that
    // names the address.
    [[nodiscard]] static Expected<std::unique_ptr<Listener>> open(const QString &address, Accepted accepted);
    ~Listener() override;

    [[nodiscard]] quint16 port() const { return m_port; }

    // Stops accepting; what the kernel has queued is refused.
    void close();

private:
    Listener(int descriptor, quint16 port, Accepted accepted);
    void acceptWaiting();
    void pauseForDescriptors();

    int m_descriptor;
    quint16 m_port;
    Accepted m_accepted;
    QSocketNotifier m_notifier;
    QTimer m_pause; // after the process ran out of descriptors
    bool m_isShort = false; // of descriptors or memory, as was said
};

} // namespace nextchat::net
