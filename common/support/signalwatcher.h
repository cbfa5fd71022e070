// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QSocketNotifier>

#include <csignal>
#include <initializer_list>
#include <map>
#include <memory>

namespace nextchat {

// Turns POSIX signals into a Qt signal in the thread that made it: the handler, which may do next to nothing,
// writes to a socket. One at a time in a process (a handler has no context).
class SignalWatcher : public QObject
{
    Q_OBJECT

public:
    explicit SignalWatcher(std::initializer_list<int> signalNumbers, QObject *parent = nullptr);
    ~SignalWatcher() override; // what was in force before is in force again

Q_SIGNALS:
    // Once for each that arrived; several of one kind may count as one.
    void raised(int signalNumber);

private:
    void read();

    int m_reader = -1; // of what the handler writes
    std::map<int, struct sigaction> m_before; // the previous actions
    std::unique_ptr<QSocketNotifier> m_readable;
};

} // namespace nextchat
