// SPDX-License-Identifier: MIT
#include "tests/support/redissentinel.h"

#include <QFile>

namespace nextchat::test {

RedisSentinel::RedisSentinel(const QByteArray &name, const RedisServer &master, int quorum)
    : RedisSentinel(name, master.port(), quorum, {})
{ }

RedisSentinel::RedisSentinel(const QByteArray &name, quint16 master, int quorum, const QStringList &settings)
    : m_name(name)
    , m_firstMaster(master)
    , m_quorum(quorum)
    , m_settings(settings)
{ }

RedisSentinel::~RedisSentinel()
{
    kill();
}

bool RedisSentinel::knows(int replicas, int otherSentinels) const
{
    const QByteArrayList fields = ask({"SENTINEL", "MASTER", m_name}).toList();
    const auto valueOf = [&fields](const char *name) {
        const qsizetype index = fields.indexOf(name);
        return index >= 0 && index + 1 < fields.size() ? fields.at(index + 1).toInt() : -1;
    };
    return valueOf("num-slaves") >= replicas && valueOf("num-other-sentinels") >= otherSentinels;
}

quint16 RedisSentinel::masterPort() const
{
    return ask({"SENTINEL", "GET-MASTER-ADDR-BY-NAME", m_name}).toList().value(1).toUShort();
}

QStringList RedisSentinel::arguments() const
{
    return {configurationFile(), QStringLiteral("--sentinel")};
}

bool RedisSentinel::prepare()
{
    QFile file(configurationFile());
    // A Sentinel keeps what it knows in this file: a restart goes on with it.
    if (file.exists())
        return true;
    if (!file.open(QIODevice::WriteOnly))
        return false;
    const QString name = QString::fromUtf8(m_name);
    const QString text = u"port " % QString::number(port()) % u"\nbind 127.0.0.1\ndir " % folder() % u'\n'
        % m_settings.join(u'\n') % u"\nsentinel monitor " % name % u" 127.0.0.1 "
        % QString::number(m_firstMaster) % u' ' % QString::number(m_quorum)
        % u"\nsentinel down-after-milliseconds " % name % u" 500\nsentinel failover-timeout " % name
        % u" 3000\nsentinel parallel-syncs " % name % u" 1\n";
    return file.write(text.toUtf8()) > 0;
}

QString RedisSentinel::configurationFile() const
{
    return folder() % u"/sentinel.conf";
}

} // namespace nextchat::test
