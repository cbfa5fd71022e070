// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/places.h"

#include <map>

namespace nextchat::broker {

// What Redis knows a server's hold on a user's place by.
struct Hold
{
    QString groupId;
    QString userId;
    quint64 joinId = 0;

    friend bool operator==(const Hold &, const Hold &) = default;
};

// The places that the users of this server hold in the groups of one partition, and which holds Redis may
// have of them: more than one, or one too many, where an answer is missing. Belongs to the broker's thread.
class HeldPlaces
{
public:
    using Clock = Places::Clock;
    using State = Places::State;

    // A join is asked for; its listener hears of the group from now on.
    void begin(const Membership &join);
    // Redis has that hold, in the place of all earlier ones.
    void confirm(const Hold &hold);
    // It certainly has not; the join is over.
    void refuse(const Membership &join);
    // Ends the join, the place being kept until `keepUntil`, if given. Also for a join whose outcome is not
    // known. Gives what the place is then.
    State end(const Membership &join, std::optional<Clock::time_point> keepUntil);
    // Ends every join of the listener, keeping the places; gives their groups and users.
    std::vector<std::pair<QString, QString>> dropListener(int listener, Clock::time_point keepUntil);
    // Frees the places whose time is over; gives their users.
    [[nodiscard]] std::vector<std::pair<QString, QString>> expire(Clock::time_point now);
    // When the next kept place is over.
    [[nodiscard]] std::optional<Clock::time_point> nextExpiry() const;
    // The user has no place any more, whatever its connections believe.
    void evict(const QString &groupId, const QString &userId);

    [[nodiscard]] State state(const QString &groupId, const QString &userId) const;
    // What Redis may have for the user's place, oldest first.
    [[nodiscard]] std::vector<Hold> holds(const QString &groupId, const QString &userId) const;
    // Redis has that hold no more.
    void forget(const Hold &hold);

    // The newest hold of every place that is held or kept: what Redis is to have.
    [[nodiscard]] std::vector<Hold> current() const;
    // The holds of those that are free: what it is to forget.
    [[nodiscard]] std::vector<Hold> obsolete() const;

    [[nodiscard]] bool hasListeners(const QString &groupId) const;
    // Calls with each listener that has a join in the group, once.
    void forEachListener(const QString &groupId, const std::function<void(int)> &call) const;

private:
    struct Group
    {
        Places places;
        std::unordered_map<QString, std::vector<quint64>> holds; // by user, ascending
    };

    [[nodiscard]] const Group *find(const QString &groupId) const;
    void tidy(const QString &groupId);

    std::unordered_map<QString, Group> m_groups; // with a place or a hold
    std::multimap<Clock::time_point, std::pair<QString, QString>> m_kept; // group and user; some came back
};

} // namespace nextchat::broker
