// SPDX-License-Identifier: MIT
#pragma once

#include <QSocketNotifier>

#include <array>
#include <memory>
#include <vector>

namespace nextchat::net {

// The socket notifiers of one event dispatcher, on one epoll descriptor.
//
// Changes are gathered and applied to epoll before the next wait, so switching a notifier off and on again
// within one turn costs no system call. A turn costs by the number of descriptors that are ready, never by
// those that are idle: descriptors index a table directly, and epoll's own record leads back to it.
//
// Owned by the dispatcher's thread.
class NotifierSet
{
public:
    // Watches `wakeUpDescriptor` as well, edge-triggered: it ends a wait and is not reported further.
    explicit NotifierSet(int wakeUpDescriptor);
    ~NotifierSet();
    NotifierSet(const NotifierSet &) = delete;
    NotifierSet &operator=(const NotifierSet &) = delete;

    void add(QSocketNotifier *notifier);
    void remove(QSocketNotifier *notifier);
    void clear();

    // Waits up to `timeout` milliseconds (-1: without end) for anything to become ready, and notes what is. A
    // signal ends the wait early: then false.
    bool wait(int timeout);

    // Brings epoll up to date; to be called before wait(). False when a descriptor is ready without epoll, so
    // that the wait must not block.
    [[nodiscard]] bool prepare();

    // Sends the event to every notifier found ready, each once, read before write before exception. Notifiers
    // may come and go meanwhile: one that was removed gets nothing, one that was added waits for the next
    // turn. A nested event loop goes on where this one is. Returns the number of events sent.
    int activate();

private:
    static constexpr std::size_t typeCount = 3; // QSocketNotifier::Read, Write, Exception

    struct Watch
    {
        std::array<QSocketNotifier *, typeCount> notifiers{};
        quint32 applied = 0; // what epoll watches for now
        quint32 generation =
            0; // of epoll's record, tells it from that of a closed descriptor of the same number
        quint32 ready = 0; // found by wait(), not yet sent
        bool changed = false; // is in m_changed
        bool pending = false; // is in m_pending
        bool uncertain = false; // had no notifier for a while: the number may mean another file now
        bool alwaysReady = false; // a file that epoll does not take; is in m_alwaysReady
    };

    [[nodiscard]] Watch *watchOf(const QSocketNotifier *notifier);
    [[nodiscard]] static quint32 wanted(const Watch &watch);
    void noteChange(int descriptor, Watch &watch);
    void apply(int descriptor, Watch &watch);
    void stopWatching(int descriptor, Watch &watch);
    void applyFailed(int descriptor, Watch &watch, int reason);
    bool control(int operation, int descriptor, Watch &watch, quint32 events);
    void noteReady(int descriptor, Watch &watch, quint32 events);
    int activateOne(int descriptor, std::size_t type);
    void openEpoll();
    void startAgain();

    int m_epoll = -1;
    const int m_wakeUpDescriptor;
    quint32 m_generation = 0;
    std::vector<std::unique_ptr<Watch>> m_watches; // by descriptor
    std::vector<int> m_changed;
    std::vector<int> m_alwaysReady;
    std::vector<int> m_pending;
    std::size_t m_nextPending = 0;
};

} // namespace nextchat::net
