// SPDX-License-Identifier: MIT
#include "server/broker/heldplaces.h"

namespace nextchat::broker {

void HeldPlaces::begin(const Membership &join)
{
    Group &group = m_groups[join.groupId];
    group.places.join(join.userId, join.joinId, join.listener);
    group.holds[join.userId].push_back(join.joinId);
}

void HeldPlaces::confirm(const Hold &hold)
{
    const auto group = m_groups.find(hold.groupId);
    if (group == m_groups.end())
        return;
    if (const auto holds = group->second.holds.find(hold.userId); holds != group->second.holds.end())
        std::erase_if(holds->second, [&hold](quint64 id) { return id < hold.joinId; });
}

void HeldPlaces::refuse(const Membership &join)
{
    end(join, std::nullopt);
    forget({join.groupId, join.userId, join.joinId});
}

HeldPlaces::State HeldPlaces::end(const Membership &join, std::optional<Clock::time_point> keepUntil)
{
    const auto group = m_groups.find(join.groupId);
    if (group == m_groups.end())
        return State::None;
    group->second.places.leave(join.userId, join.joinId, keepUntil);
    const State state = group->second.places.state(join.userId);
    if (state != State::None && keepUntil)
        m_kept.emplace(*keepUntil, std::pair(join.groupId, join.userId));
    tidy(join.groupId);
    return state;
}

std::vector<std::pair<QString, QString>> HeldPlaces::dropListener(int listener, Clock::time_point keepUntil)
{
    std::vector<std::pair<QString, QString>> kept;
    for (auto &[groupId, group] : m_groups) {
        for (const QString &userId : group.places.dropListener(listener, keepUntil)) {
            kept.emplace_back(groupId, userId);
            m_kept.emplace(keepUntil, kept.back());
        }
    }
    return kept;
}

std::vector<std::pair<QString, QString>> HeldPlaces::expire(Clock::time_point now)
{
    std::vector<std::pair<QString, QString>> freed;
    while (!m_kept.empty() && m_kept.begin()->first <= now) {
        auto place = std::move(m_kept.extract(m_kept.begin()).mapped());
        const auto group = m_groups.find(place.first);
        // Nothing happens when the user came back meanwhile.
        if (group != m_groups.end()
            && group->second.places.expire(place.second, now) == Places::Change::Freed)
            freed.push_back(std::move(place));
    }
    return freed;
}

std::optional<HeldPlaces::Clock::time_point> HeldPlaces::nextExpiry() const
{
    return m_kept.empty() ? std::nullopt : std::optional(m_kept.begin()->first);
}

void HeldPlaces::evict(const QString &groupId, const QString &userId)
{
    const auto group = m_groups.find(groupId);
    if (group == m_groups.end())
        return;
    group->second.places.remove(userId);
    group->second.holds.erase(userId);
    tidy(groupId);
}

HeldPlaces::State HeldPlaces::state(const QString &groupId, const QString &userId) const
{
    const Group *group = find(groupId);
    return group ? group->places.state(userId) : State::None;
}

std::vector<Hold> HeldPlaces::holds(const QString &groupId, const QString &userId) const
{
    std::vector<Hold> result;
    const Group *group = find(groupId);
    if (!group)
        return result;
    if (const auto found = group->holds.find(userId); found != group->holds.end()) {
        for (const quint64 joinId : found->second)
            result.push_back({groupId, userId, joinId});
    }
    return result;
}

void HeldPlaces::forget(const Hold &hold)
{
    const auto group = m_groups.find(hold.groupId);
    if (group == m_groups.end())
        return;
    const auto holds = group->second.holds.find(hold.userId);
    if (holds == group->second.holds.end())
        return;
    std::erase(holds->second, hold.joinId);
    if (holds->second.empty())
        group->second.holds.erase(holds);
    tidy(hold.groupId);
}

std::vector<Hold> HeldPlaces::current() const
{
    std::vector<Hold> result;
    for (const auto &[groupId, group] : m_groups) {
        for (const auto &[userId, ids] : group.holds) {
            if (group.places.has(userId))
                result.push_back({groupId, userId, ids.back()});
        }
    }
    return result;
}

std::vector<Hold> HeldPlaces::obsolete() const
{
    std::vector<Hold> result;
    for (const auto &[groupId, group] : m_groups) {
        for (const auto &[userId, ids] : group.holds) {
            if (group.places.has(userId))
                continue;
            for (const quint64 joinId : ids)
                result.push_back({groupId, userId, joinId});
        }
    }
    return result;
}

bool HeldPlaces::hasListeners(const QString &groupId) const
{
    const Group *group = find(groupId);
    return group && group->places.hasListeners();
}

void HeldPlaces::forEachListener(const QString &groupId, const std::function<void(int)> &call) const
{
    if (const Group *group = find(groupId))
        group->places.forEachListener(call);
}

const HeldPlaces::Group *HeldPlaces::find(const QString &groupId) const
{
    const auto group = m_groups.find(groupId);
    return group == m_groups.end() ? nullptr : &group->second;
}

void HeldPlaces::tidy(const QString &groupId)
{
    const auto group = m_groups.find(groupId);
    if (group != m_groups.end() && group->second.places.size() == 0 && group->second.holds.empty())
        m_groups.erase(group);
}

} // namespace nextchat::broker
