// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/databaseurl.h"

#include <QString>

#include <chrono>

namespace nextchat::broker {

struct LocalBrokerOptions
{
    QString dataDir; // made (mode 0700) if need be; used by one server at a time
    int maximumGroups = 10000; // limits.groups, 0: off
    int maximumMembers = 1000; // limits.groupMembers, 0: off
    std::chrono::milliseconds leaseDuration{
        30000}; // groups.leaseDuration: how long the place of a lost connection is kept
    std::chrono::milliseconds clientIdWindow{600000}; // how long a client message id is known
    int maximumWaiting = 100000; // publishes that wait for their commit; more are refused as Unavailable
    int maximumBatch = 2000; // messages of one transaction
    std::chrono::milliseconds lockPatience{
        1000}; // how long a write waits for another program's lock on the database

    // The database that a LocalBroker with these options uses; for the history.
    [[nodiscard]] sqlmigrate::DatabaseUrl database() const
    {
        return {sqlmigrate::DatabaseUrl::System::Sqlite, dataDir + QStringLiteral("/next-chat.sqlite")};
    }
};

} // namespace nextchat::broker
