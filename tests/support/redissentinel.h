// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/redisserver.h"

namespace nextchat::test {

// A Redis Sentinel that watches one master: see RedisProcess. It takes a master that is silent for 500 ms for
// dead, and finds the master's replicas and the other Sentinels by itself (which takes a few seconds: see
// knows()).
class RedisSentinel : public RedisProcess
{
public:
    // Watches `master` under `name`; `quorum` Sentinels must agree that it is dead.
    RedisSentinel(const QByteArray &name, const RedisServer &master, int quorum);
    // The same of the master at that port. `settings`: more lines of its configuration.
    RedisSentinel(const QByteArray &name, quint16 master, int quorum, const QStringList &settings);
    ~RedisSentinel() override;

    // True when it has found that many replicas of the master, and other Sentinels.
    [[nodiscard]] bool knows(int replicas, int otherSentinels) const;

    // The port of the master as this Sentinel sees it now; 0 when it does not answer.
    [[nodiscard]] quint16 masterPort() const;

protected:
    [[nodiscard]] QStringList arguments() const override;
    [[nodiscard]] bool prepare() override;

private:
    [[nodiscard]] QString configurationFile() const;

    QByteArray m_name;
    quint16 m_firstMaster;
    int m_quorum;
    QStringList m_settings;
};

} // namespace nextchat::test
