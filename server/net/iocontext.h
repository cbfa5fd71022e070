// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/heartbeat.h"
#include "server/net/loopturn.h"

namespace nextchat::net {

// What everything that runs in one I/O thread shares. Made and used in that thread.
struct IoContext
{
    LoopTurn turn;
    Heartbeat heartbeat;
};

} // namespace nextchat::net
