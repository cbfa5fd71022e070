// SPDX-License-Identifier: MIT
#pragma once

#include <chrono>

namespace nextchat::chat {

// What the hub allows a connection, and how much history it hands out (contract.md 1.4 and 4). 0 switches a
// limit off.
struct ChatOptions
{
    int callsPerSecond = 50; // per connection; twice as many at once
    int createsPerMinute = 60; // per connection
    int groupsPerConnection = 200;
    int joinLimit = 50; // messages of OnHistory
    int resumeLimit = 500; // messages that ResumeGroup recovers
    std::chrono::milliseconds publishPatience =
        std::chrono::seconds(5); // then a publish is refused or its outcome unknown
};

} // namespace nextchat::chat
