// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/privateserver.h"
#include "tests/support/redisanswer.h"

namespace nextchat::test {

// What RedisServer and RedisSentinel share: a process of `redis-server` (from PATH). One that is launch()ed
// may load its data before it answers; one that is stop()ped saves as its options say.
class RedisProcess : public PrivateServer
{
public:
    // Runs a command and gives its answer as text (RedisAnswer::toText). Blocks. Any bytes.
    QByteArray cli(const QByteArrayList &arguments) const;

    // The same, with the answer's structure.
    [[nodiscard]] RedisAnswer ask(const QByteArrayList &arguments) const;

    // One field of INFO, e.g. "run_id"; empty when it is not there.
    [[nodiscard]] QByteArray info(const QByteArray &field) const;

    // What cli(), ask() and start() give to AUTH; the server's own options set the password it wants.
    void setPassword(const QByteArray &password) { m_password = password; }

protected:
    [[nodiscard]] QString program() const override;
    [[nodiscard]] bool answers() const override;

private:
    QByteArray m_password;
};

} // namespace nextchat::test
