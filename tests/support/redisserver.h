// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/redisprocess.h"

#include <memory>

namespace nextchat::test {

// A private Redis server: see RedisProcess. It keeps nothing on disk unless its options say so, allows the
// DEBUG command, and replicates without delay.
class RedisServer : public RedisProcess
{
public:
    // `options` follow the defaults on the command line, e.g. {"--appendonly", "yes"}.
    explicit RedisServer(QByteArrayList options = {});
    ~RedisServer() override;

    // A running replica of `master` that has caught up with it; null when that took longer than 30 s.
    [[nodiscard]] static std::unique_ptr<RedisServer> replicaOf(const RedisServer &master,
                                                                const QByteArrayList &options = {});

    // Kills it and starts it again on the same port without any of its data.
    [[nodiscard]] bool restartEmpty();

    // Cuts `bytes` off the end of the append-only file, as a crash before its last sync does. Only while the
    // server does not run; false when there is no such file or it is shorter. Redis 7 and later.
    [[nodiscard]] bool cutAppendOnlyFile(qint64 bytes) const;

    // Options for later starts.
    void setOptions(const QByteArrayList &options) { m_options = options; }

    // redis://127.0.0.1:PORT
    [[nodiscard]] QString url() const;

protected:
    [[nodiscard]] QStringList arguments() const override;

private:
    QByteArrayList m_options;
};

} // namespace nextchat::test
