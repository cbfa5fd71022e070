// SPDX-License-Identifier: MIT
#include "tests/support/redisprocess.h"

#include <QStandardPaths>

namespace nextchat::test {

QString RedisProcess::program() const
{
    return QStandardPaths::findExecutable(QStringLiteral("redis-server"));
}

bool RedisProcess::answers() const
{
    return info("process_id").toLongLong() == processId() && cli({"PING"}) == "PONG";
}

RedisAnswer RedisProcess::ask(const QByteArrayList &arguments) const
{
    return askRedis(port(), arguments, m_password);
}

QByteArray RedisProcess::cli(const QByteArrayList &arguments) const
{
    return ask(arguments).toText();
}

QByteArray RedisProcess::info(const QByteArray &field) const
{
    const QByteArrayList lines = cli({"INFO"}).split('\n');
    const QByteArray start = field + ':';
    for (const QByteArray &line : lines) {
        if (line.startsWith(start))
            return line.sliced(start.size()).trimmed();
    }
    return {};
}

} // namespace nextchat::test
