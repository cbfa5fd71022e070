// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QByteArray>

#include <string_view>

namespace nextchat::broker::redis {

// What a Redis says about itself (INFO).
struct ServerInfo
{
    QByteArray runId; // of its process
    QByteArray replicationId; // of its data's line of descent
    int majorVersion = 0;
    int minorVersion = 0;
    bool isCluster = false;
    bool isReplica = false;
    int replicas = 0; // connected ones
    bool requiresReplicas = false; // min-replicas-to-write
    bool keepsLog = false; // appendonly
    bool evicts = false; // maxmemory-policy is not noeviction

    [[nodiscard]] static ServerInfo parse(std::string_view info);

    // What tells this Redis, with this data, from any other: run id and replication id.
    [[nodiscard]] QByteArray identity() const { return runId + ' ' + replicationId; }
    // Why it can never serve (Conflict), or can't now (Unavailable); a clause that follows "Redis at ...".
    [[nodiscard]] Expected<void> check() const;
    // What is dangerous about its settings, a sentence each.
    [[nodiscard]] QStringList warnings() const;
    // Scripts say by a line of their own when they may run out of memory.
    [[nodiscard]] bool readsScriptFlags() const { return majorVersion >= 7; }
};

} // namespace nextchat::broker::redis
