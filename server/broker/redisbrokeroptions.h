// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/tls.h"

#include <QByteArray>
#include <QStringList>

#include <chrono>

namespace nextchat::broker {

class MessageArchive;

struct RedisBrokerOptions
{
    // What a publish waits for before it counts as accepted (design.md 1, P3).
    enum class AcceptWhen { Written, Replicated, Stored };

    QStringList urls; // partition k is on the Redis number k mod their count
    redis::Tls::Options tls; // of those that ask for it
    QString prefix = QStringLiteral("nc"); // of all keys
    int partitions = 16;
    AcceptWhen acceptWhen = AcceptWhen::Written;
    std::chrono::milliseconds retention{600000}; // how long the log keeps what is stored, or everything
    qint64 maximumBacklog = 0; // entries that are not stored yet; above it publishing is refused; 0: off
    int tailLength = 10000; // messages of a group that are found again by their seq
    std::chrono::milliseconds commandTimeout{2000};
    std::chrono::milliseconds leaseDuration{30000};
    std::chrono::milliseconds clientIdWindow{600000}; // how long a client message id is known
    int maximumGroups = 10000; // 0: off
    int maximumMembers = 1000; // 0: off
    // The history that is written from the log, if there is one: nothing is deleted before that has stored
    // it. It answers until the broker is gone, and outlives it.
    MessageArchive *archive = nullptr;
    int maximumWaiting = 100000; // publishes that are not answered; more are refused as Unavailable
};

} // namespace nextchat::broker
