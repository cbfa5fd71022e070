// SPDX-License-Identifier: MIT
#include "server/net/notifierset.h"

#include "server/net/netlog.h"

#include <QCoreApplication>
#include <QEvent>

#include <cerrno>
#include <sys/epoll.h>
#include <unistd.h>

namespace nextchat::net {

namespace {

// What one wait takes from the kernel; the rest comes first at the next.
constexpr int eventsPerWait = 256;

constexpr quint64 wakeUpMark = ~quint64(0);

// An error or a hang-up concerns whoever looks at the descriptor, as in Qt's own dispatcher.
constexpr quint32 trouble = EPOLLERR | EPOLLHUP;
constexpr std::array<quint32, 3> interestOf{EPOLLIN, EPOLLOUT, EPOLLPRI};

constexpr quint64 mark(int descriptor, quint32 generation)
{
    return (quint64(generation) << 32) | static_cast<quint32>(descriptor);
}

} // namespace

NotifierSet::NotifierSet(int wakeUpDescriptor)
    : m_wakeUpDescriptor(wakeUpDescriptor)
{
    openEpoll();
}

NotifierSet::~NotifierSet()
{
    close(m_epoll);
}

void NotifierSet::openEpoll()
{
    m_epoll = epoll_create1(EPOLL_CLOEXEC);
    epoll_event event{.events = EPOLLIN | EPOLLET, .data = {.u64 = wakeUpMark}};
    if (m_epoll < 0 || epoll_ctl(m_epoll, EPOLL_CTL_ADD, m_wakeUpDescriptor, &event) != 0)
        qFatal("Can't make the epoll descriptor of an event loop: errno %d", errno);
}

NotifierSet::Watch *NotifierSet::watchOf(const QSocketNotifier *notifier)
{
    const auto index = static_cast<std::size_t>(notifier->socket());
    return notifier->socket() >= 0 && index < m_watches.size() ? m_watches[index].get() : nullptr;
}

quint32 NotifierSet::wanted(const Watch &watch)
{
    quint32 events = 0;
    for (std::size_t type = 0; type < typeCount; ++type) {
        if (watch.notifiers[type])
            events |= interestOf[type];
    }
    return events;
}

void NotifierSet::add(QSocketNotifier *notifier)
{
    const auto descriptor = static_cast<int>(notifier->socket());
    if (descriptor < 0)
        return;
    const auto index = static_cast<std::size_t>(descriptor);
    if (index >= m_watches.size())
        m_watches.resize(index + 1);
    if (!m_watches[index])
        m_watches[index] = std::make_unique<Watch>();
    Watch &watch = *m_watches[index];
    QSocketNotifier *&place = watch.notifiers[notifier->type()];
    if (place && place != notifier)
        qCWarning(netLog, "Several socket notifiers of one type for descriptor %d; the last one counts",
                  descriptor);
    place = notifier;
    watch.ready &= ~interestOf[notifier->type()];
    noteChange(descriptor, watch);
}

void NotifierSet::remove(QSocketNotifier *notifier)
{
    Watch *watch = watchOf(notifier);
    if (!watch || watch->notifiers[notifier->type()] != notifier)
        return;
    watch->notifiers[notifier->type()] = nullptr;
    watch->ready &= ~interestOf[notifier->type()];
    if (wanted(*watch) == 0)
        watch->uncertain = true;
    noteChange(static_cast<int>(notifier->socket()), *watch);
}

void NotifierSet::clear()
{
    close(m_epoll);
    openEpoll();
    m_watches.clear();
    m_changed.clear();
    m_alwaysReady.clear();
    m_pending.clear();
    m_nextPending = 0;
}

void NotifierSet::noteChange(int descriptor, Watch &watch)
{
    if (!std::exchange(watch.changed, true))
        m_changed.push_back(descriptor);
}

bool NotifierSet::prepare()
{
    // By index: a descriptor that turns out to be invalid switches its notifiers off, which comes back here.
    for (std::size_t i = 0; i < m_changed.size(); ++i) { // NOLINT(modernize-loop-convert): the list may grow
        const int descriptor = m_changed[i];
        Watch &watch = *m_watches[static_cast<std::size_t>(descriptor)];
        watch.changed = false;
        apply(descriptor, watch);
    }
    m_changed.clear();
    return std::none_of(m_alwaysReady.cbegin(), m_alwaysReady.cend(), [this](int descriptor) {
        return (wanted(*m_watches[static_cast<std::size_t>(descriptor)]) & (EPOLLIN | EPOLLOUT)) != 0;
    });
}

void NotifierSet::apply(int descriptor, Watch &watch)
{
    const quint32 events = wanted(watch);
    const bool uncertain = std::exchange(watch.uncertain, false);
    if (events == 0) {
        stopWatching(descriptor, watch);
        return;
    }
    if (watch.alwaysReady && !uncertain)
        return;
    if (watch.alwaysReady)
        stopWatching(descriptor, watch);
    if (watch.applied == events && !uncertain)
        return;
    // An unknown number after a change, ENOENT: the old file was closed and another one got its number.
    if (watch.applied != 0 && control(EPOLL_CTL_MOD, descriptor, watch, events))
        return;
    if (watch.applied == 0 || errno == ENOENT) {
        watch.generation = ++m_generation;
        if (control(EPOLL_CTL_ADD, descriptor, watch, events))
            return;
        if (errno == EEXIST && control(EPOLL_CTL_MOD, descriptor, watch, events))
            return;
    }
    applyFailed(descriptor, watch, errno);
}

void NotifierSet::stopWatching(int descriptor, Watch &watch)
{
    if (std::exchange(watch.alwaysReady, false))
        std::erase(m_alwaysReady, descriptor);
    // Fails when the descriptor was closed meanwhile, which ended the watch already.
    if (std::exchange(watch.applied, 0) != 0)
        epoll_ctl(m_epoll, EPOLL_CTL_DEL, descriptor, nullptr);
}

bool NotifierSet::control(int operation, int descriptor, Watch &watch, quint32 events)
{
    epoll_event event{.events = events, .data = {.u64 = mark(descriptor, watch.generation)}};
    if (epoll_ctl(m_epoll, operation, descriptor, &event) != 0)
        return false;
    watch.applied = events;
    return true;
}

void NotifierSet::applyFailed(int descriptor, Watch &watch, int reason)
{
    watch.applied = 0;
    if (reason == EPERM) { // a regular file or a directory: never blocks
        watch.alwaysReady = true;
        m_alwaysReady.push_back(descriptor);
        return;
    }
    qCWarning(netLog, "Can't watch descriptor %d, switching its socket notifiers off: errno %d", descriptor,
              reason);
    const auto notifiers = watch.notifiers;
    for (QSocketNotifier *notifier : notifiers) {
        if (notifier)
            notifier->setEnabled(false);
    }
}

bool NotifierSet::wait(int timeout)
{
    std::array<epoll_event, eventsPerWait> events;
    const int count = epoll_wait(m_epoll, events.data(), eventsPerWait, timeout);
    bool stale = false;
    for (int i = 0; i < count; ++i) {
        const epoll_event &event = events[static_cast<std::size_t>(i)];
        if (event.data.u64 == wakeUpMark)
            continue;
        const auto descriptor = static_cast<int>(event.data.u64 & 0xffffffff);
        Watch *watch = m_watches[static_cast<std::size_t>(descriptor)].get();
        if (watch->applied != 0 && event.data.u64 == mark(descriptor, watch->generation))
            noteReady(descriptor, *watch, event.events);
        else
            stale = true;
    }
    if (stale)
        startAgain();
    for (int descriptor : m_alwaysReady)
        noteReady(descriptor, *m_watches[static_cast<std::size_t>(descriptor)], EPOLLIN | EPOLLOUT);
    return count >= 0;
}

void NotifierSet::noteReady(int descriptor, Watch &watch, quint32 events)
{
    watch.ready |= (events & trouble) ? wanted(watch) : events & wanted(watch);
    if (watch.ready != 0 && !std::exchange(watch.pending, true))
        m_pending.push_back(descriptor);
}

int NotifierSet::activate()
{
    int sent = 0;
    // The list and the place in it are members, so that a nested call takes over and leaves nothing to do
    // twice.
    while (m_nextPending < m_pending.size()) {
        const int descriptor = m_pending[m_nextPending++];
        m_watches[static_cast<std::size_t>(descriptor)]->pending = false;
        for (std::size_t type = 0; type < typeCount; ++type)
            sent += activateOne(descriptor, type);
    }
    m_pending.clear();
    m_nextPending = 0;
    return sent;
}

int NotifierSet::activateOne(int descriptor, std::size_t type)
{
    const auto index = static_cast<std::size_t>(descriptor);
    Watch *watch =
        index < m_watches.size() ? m_watches[index].get() : nullptr; // clear() may have been called
    if (!watch || (watch->ready & interestOf[type]) == 0)
        return 0;
    watch->ready &= ~interestOf[type];
    QEvent event(QEvent::SockAct);
    QCoreApplication::sendEvent(watch->notifiers[type], &event);
    return 1;
}

// epoll reports a file that was closed here but lives on elsewhere, through dup() or a child process: its
// record can be removed by nobody any more. A new epoll descriptor has only what is still wanted.
void NotifierSet::startAgain()
{
    qCDebug(netLog, "A closed descriptor is still open elsewhere; watching the others anew");
    close(m_epoll);
    openEpoll();
    for (std::size_t i = 0; i < m_watches.size(); ++i) {
        if (!m_watches[i] || m_watches[i]->applied == 0)
            continue;
        m_watches[i]->applied = 0;
        noteChange(static_cast<int>(i), *m_watches[i]);
    }
}

} // namespace nextchat::net
