// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"

#include <QStringList>

#include <chrono>
#include <functional>
#include <unordered_map>
#include <vector>

namespace nextchat::broker {

// Who is in one group. A place is a user's, however many connections hold it; each connection's join is known
// by its id. A place whose connection was lost may be kept for a while without any. Belongs to the broker's
// thread.
class Places
{
public:
    using Clock = std::chrono::steady_clock;

    enum class Change { None, Taken, Freed };

    // Whether connections hold the user's place, or it is only kept.
    enum class State { None, Kept, Joined };

    [[nodiscard]] bool has(const QString &userId) const { return m_places.contains(userId); }
    [[nodiscard]] State state(const QString &userId) const;
    [[nodiscard]] std::size_t size() const { return m_places.size(); }
    [[nodiscard]] QStringList users() const; // in no order

    // Adds a join. A place that was kept is the user's again.
    Change join(const QString &userId, quint64 joinId, int listener);
    // Ends that join; the place is kept until `keepUntil`, if given. None also when there is no such join.
    Change leave(const QString &userId, quint64 joinId, std::optional<Clock::time_point> keepUntil);
    // Frees the place if it is only kept, and no longer than until `now`.
    Change expire(const QString &userId, Clock::time_point now);

    // Takes the place away, whoever holds it.
    void remove(const QString &userId);

    // Ends every join of the listener, keeping the places; gives their users.
    QStringList dropListener(int listener, Clock::time_point keepUntil);

    [[nodiscard]] bool hasListeners() const { return !m_listeners.empty(); }
    // Calls with each listener that has a join here, once.
    void forEachListener(const std::function<void(int)> &call) const;

private:
    struct Join
    {
        quint64 id;
        int listener;
    };
    struct Place
    {
        std::vector<Join> joins;
        std::optional<Clock::time_point> keptUntil;
    };
    struct ListenerCount
    {
        int listener;
        int joins;
    };

    void countListener(int listener, int change);

    std::unordered_map<QString, Place> m_places;
    std::vector<ListenerCount> m_listeners; // as few as there are I/O workers
};

} // namespace nextchat::broker
