// SPDX-License-Identifier: MIT
#include "server/broker/places.h"

namespace nextchat::broker {

Places::State Places::state(const QString &userId) const
{
    const auto place = m_places.find(userId);
    if (place == m_places.end())
        return State::None;
    return place->second.joins.empty() ? State::Kept : State::Joined;
}

QStringList Places::users() const
{
    QStringList result;
    result.reserve(static_cast<qsizetype>(m_places.size()));
    for (const auto &[userId, place] : m_places)
        result.append(userId);
    return result;
}

Places::Change Places::join(const QString &userId, quint64 joinId, int listener)
{
    const auto [place, isNew] = m_places.try_emplace(userId);
    place->second.joins.push_back({joinId, listener});
    place->second.keptUntil.reset();
    countListener(listener, +1);
    return isNew ? Change::Taken : Change::None;
}

Places::Change Places::leave(const QString &userId, quint64 joinId,
                             std::optional<Clock::time_point> keepUntil)
{
    const auto found = m_places.find(userId);
    if (found == m_places.end())
        return Change::None;
    Place &place = found->second;
    const auto join = std::find_if(place.joins.begin(), place.joins.end(),
                                   [joinId](const Join &one) { return one.id == joinId; });
    if (join == place.joins.end())
        return Change::None;
    countListener(join->listener, -1);
    place.joins.erase(join);
    if (keepUntil)
        place.keptUntil = keepUntil;
    if (!place.joins.empty() || place.keptUntil)
        return Change::None;
    m_places.erase(found);
    return Change::Freed;
}

Places::Change Places::expire(const QString &userId, Clock::time_point now)
{
    const auto found = m_places.find(userId);
    if (found == m_places.end() || !found->second.keptUntil || *found->second.keptUntil > now)
        return Change::None;
    found->second.keptUntil.reset();
    if (!found->second.joins.empty())
        return Change::None;
    m_places.erase(found);
    return Change::Freed;
}

void Places::remove(const QString &userId)
{
    const auto found = m_places.find(userId);
    if (found == m_places.end())
        return;
    for (const Join &join : found->second.joins)
        countListener(join.listener, -1);
    m_places.erase(found);
}

QStringList Places::dropListener(int listener, Clock::time_point keepUntil)
{
    QStringList kept;
    for (auto &[userId, place] : m_places) {
        const auto ended =
            std::erase_if(place.joins, [listener](const Join &one) { return one.listener == listener; });
        if (ended == 0)
            continue;
        place.keptUntil = keepUntil;
        kept.append(userId);
    }
    std::erase_if(m_listeners, [listener](const ListenerCount &one) { return one.listener == listener; });
    return kept;
}

void Places::forEachListener(const std::function<void(int)> &call) const
{
    for (const ListenerCount &one : m_listeners)
        call(one.listener);
}

void Places::countListener(int listener, int change)
{
    const auto found =
        std::find_if(m_listeners.begin(), m_listeners.end(),
                     [listener](const ListenerCount &one) { return one.listener == listener; });
    if (found == m_listeners.end())
        m_listeners.push_back({listener, change});
    else if ((found->joins += change) == 0)
        m_listeners.erase(found);
}

} // namespace nextchat::broker
