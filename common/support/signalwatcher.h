// SPDX-License-Identifier: MIT
#pragma once

#include <QList>
#include <QObject>
#include <QSocketNotifier>

#include <initializer_list>
#include <memory>

namespace nextchat {

// Turns POSIX signals into a Qt signal of the event loop: the handler, which may do next to nothing, writes
// to a socket. One at a time in a process (a handler has no context); main thread.
class SignalWatcher : public QObject
{
    Q_OBJECT

public:
    explicit SignalWatcher(std::initializer_list<int> signalNumbers, QObject *parent = nullptr);
    ~SignalWatcher() override; // restores the default actions

Q_SIGNALS:
    void raised(int signalNumber);

private:
    void read();

    int m_sockets[2] = {-1, -1}; // the handler writes to the first
    QList<int> m_signals;
    std::unique_ptr<QSocketNotifier> m_readable;
};

} // namespace nextchat
