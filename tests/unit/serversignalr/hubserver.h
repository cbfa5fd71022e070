// SPDX-License-Identifier: MIT
#pragma once

#include "tests/unit/serversignalr/hubhost.h"
#include "tests/unit/serversignalr/testhub.h"

namespace nextchat::test {

// A host of TestHubs.
class HubServer : public HubHost
{
public:
    explicit HubServer(const signalr::HubOptions &options = {}, const signalr::ConnectionLimits &limits = {});
    ~HubServer();

    // Returns when the server has read what had been sent to it before.
    void settle();

    TestHubJournal journal;
};

} // namespace nextchat::test
