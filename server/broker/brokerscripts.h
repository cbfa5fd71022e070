// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/script.h"

#include <vector>

namespace nextchat::broker {

// The scripts of the broker; what each does, takes and gives says its text, in server/broker/scripts/. Those
// that free memory, or without which a server could not go on, run although Redis has none left.
struct BrokerScripts
{
    using Script = redis::Script;

    const Script publish{"publish"};
    const Script create{"create"};
    const Script join{"join"};
    const Script members{"members"};
    const Script recent{"recent"};
    const Script probe{"probe"};
    const Script bury{"bury"};
    const Script open{"open", Script::WhenFull::Runs};
    const Script assertPlaces{"assert", Script::WhenFull::Runs};
    const Script leave{"leave", Script::WhenFull::Runs};
    const Script renew{"renew", Script::WhenFull::Runs};
    const Script reap{"reap", Script::WhenFull::Runs};
    const Script trim{"trim", Script::WhenFull::Runs};
    const Script backlog{"backlog"};
    const Script stored{"stored", Script::WhenFull::Runs};

    [[nodiscard]] std::vector<const Script *> all() const
    {
        return {&publish, &create, &join,         &members, &recent, &probe,   &bury,  &open,
                &leave,   &renew,  &assertPlaces, &reap,    &trim,   &backlog, &stored};
    }
};

} // namespace nextchat::broker
