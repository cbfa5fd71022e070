// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/mailbox.h"
#include "server/broker/messagebroker.h"

#include <unordered_map>

namespace nextchat::broker {

// The listeners that are attached, by their ids. Belongs to the broker's thread; listeners are called in
// their own.
class ListenerTable
{
public:
    struct Entry
    {
        BrokerListener *listener = nullptr;
        Mailbox *home = nullptr; // of the thread that attached it
    };

    int add(BrokerListener *listener, Mailbox *home)
    {
        m_entries.emplace(++m_last, Entry{listener, home});
        return m_last;
    }
    void remove(int id) { m_entries.erase(id); }

    [[nodiscard]] const Entry *find(int id) const
    {
        const auto found = m_entries.find(id);
        return found == m_entries.end() ? nullptr : &found->second;
    }

    // Calls `say` with the listener in its thread, in a later turn.
    template <typename Say> void post(int id, Say say) const
    {
        if (const Entry *entry = find(id))
            entry->home->post([listener = entry->listener, say = std::move(say)] { say(*listener); });
    }

private:
    std::unordered_map<int, Entry> m_entries;
    int m_last = 0;
};

} // namespace nextchat::broker
