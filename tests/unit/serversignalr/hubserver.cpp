// SPDX-License-Identifier: MIT
#include "tests/unit/serversignalr/hubserver.h"

namespace nextchat::test {

using namespace signalr;

HubServer::HubServer(const HubOptions &options, const ConnectionLimits &limits)
    : HubHost(options, limits)
{
    TestHub::registerMethods(m_methods);
    open([this](HubConnectionContext &connection) { return std::make_unique<TestHub>(journal, connection); });
}

HubServer::~HubServer()
{
    close();
}

void HubServer::settle()
{
    for (int turn = 0; turn < 3; ++turn) // each sees the sockets that were ready at its beginning
        inThread([] {});
}

} // namespace nextchat::test
