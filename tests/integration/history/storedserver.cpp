// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedserver.h"

#include "server/broker/rediskeys.h"

namespace nextchat::test {

using namespace Qt::StringLiterals;

namespace {

constexpr int partitions = 16; // the default

} // namespace

void StoredServer::initTestCase_data()
{
    QTest::addColumn<bool>("isMySql");
    QTest::newRow("SQLite") << false;
    QTest::newRow("MariaDB") << true;
}

void StoredServer::init()
{
    QFETCH_GLOBAL(bool, isMySql);
    m_redis = std::make_unique<RedisServer>();
    QVERIFY(m_redis->start());
    if (isMySql) {
        m_mysql = TestDatabase::create();
        QVERIFY(m_mysql);
        m_url = m_mysql->url();
    } else {
        m_folder = std::make_unique<QTemporaryDir>();
        m_url = u"sqlite://"_s + m_folder->filePath(u"history/log.sqlite"_s);
    }
    m_rows = std::make_unique<HistoryRows>(m_url);
    QVERIFY(!isMySql || m_rows->migrate());
    m_arguments = {u"--redis"_s, m_redis->url(), u"--history"_s, m_url};
    for (const QString &setting : {u"limits.callsPerSecond=0"_s, u"groups.leaseDuration=3s"_s,
                                   u"server.drainTime=1s"_s, u"history.singleServer=true"_s})
        m_arguments += {u"--set"_s, setting};
}

void StoredServer::cleanup()
{
    if (QTest::currentTestFailed() && m_server)
        fprintf(stderr, "%s---\n", m_server->standardError().constData());
    m_server.reset();
    m_redis.reset();
    m_rows.reset();
    m_mysql.reset();
    m_folder.reset();
}

void StoredServer::start(const QStringList &settings)
{
    QStringList arguments = m_arguments;
    for (const QString &setting : settings)
        arguments += {u"--set"_s, setting};
    m_server = std::make_unique<ServerProcess>(arguments);
    QVERIFY2(m_server->start(), m_server->standardError().constData());
}

bool StoredServer::isAllStored() const
{
    for (int k = 0; k < partitions; ++k) {
        const QByteArray meta = "{nc:" + QByteArray::number(k) + "}:meta";
        const QByteArray expected = m_redis->ask({"HMGET", meta, "epoch", "n"}).toList().join(' ');
        const QVariant stored =
            m_rows->value(u"SELECT epoch || ' ' || number FROM partitions WHERE k = %1"_s.arg(k));
        if (stored.toString().toLatin1() != expected)
            return false;
    }
    return true;
}

double StoredServer::metric(const QByteArray &name) const
{
    RawClient client(m_server->port());
    const QByteArray body =
        client.request("GET /metrics HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n").body;
    const qsizetype begin = body.indexOf(QByteArray('\n' + name + ' '));
    if (begin < 0)
        return 0;
    const qsizetype value = begin + name.size() + 2;
    return body.mid(value, body.indexOf('\n', value) - value).toDouble();
}

qint64 StoredServer::inRedis(const QByteArray &group, const QByteArray &script,
                             const QByteArrayList &arguments) const
{
    const broker::RedisKeys keys("nc", broker::RedisKeys::partitionOf(group, partitions));
    const RedisAnswer answer =
        m_redis->ask(QByteArrayList{"EVAL", script, "3", keys.meta(), keys.seq(), keys.log()} + arguments);
    if (answer.isError())
        qWarning("%s", answer.text.constData());
    return answer.integer;
}

} // namespace nextchat::test
