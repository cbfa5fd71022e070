// SPDX-License-Identifier: MIT
#pragma once

#include "server/chat/chatoptions.h"
#include "server/configuration.h"
#include "server/net/httpconnection.h"
#include "server/signalr/connectionadmission.h"
#include "server/signalr/connectiondirectory.h"
#include "server/signalr/huboptions.h"

namespace nextchat {

// The configuration as each layer wants it.
[[nodiscard]] signalr::HubOptions hubOptions(const ServerConfiguration &configuration);
// That clients may use, in the order in which they are offered.
[[nodiscard]] QList<signalr::TransportKind> transports(const ServerConfiguration &configuration);
[[nodiscard]] chat::ChatOptions chatOptions(const ServerConfiguration &configuration);
// Of one of `workers` threads, each with its share of the connections.
[[nodiscard]] net::HttpLimits httpLimits(const ServerConfiguration &configuration, qint64 openFiles,
                                         int workers);
[[nodiscard]] net::HttpTimeouts httpTimeouts(const ServerConfiguration &configuration);
// `limits.connections`, where it is not set, is what `openFiles` allows less a reserve.
[[nodiscard]] signalr::ConnectionLimits connectionLimits(const ServerConfiguration &configuration,
                                                         qint64 openFiles);

} // namespace nextchat
