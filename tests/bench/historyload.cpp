// SPDX-License-Identifier: MIT
#include "tests/bench/historyload.h"

#include "common/support/workerthread.h"
#include "sqlmigrate/migrator.h"
#include "tests/bench/latencies.h"

#include <QCoroTask>

#include <future>

namespace nextchat::bench {

using namespace Qt::StringLiterals;
using sqlmigrate::Connection;

namespace {

constexpr int depth = 128; // publishes under way
constexpr int rowsPerStatement = 512;
constexpr int rowsPerTransaction = 8192;

QCoro::Task<> createGroups(broker::RedisBroker &broker, std::promise<Expected<void>> &done)
{
    for (int i = 0; i < HistoryLoad::groups; ++i) {
        const auto created = co_await broker.createGroup(groupName(i));
        if (!created) {
            done.set_value(created);
            co_return;
        }
    }
    done.set_value({});
}

Expected<void> insertRows(QSqlQuery &query, qint64 first)
{
    static const QString text(qsizetype(HistoryLoad::textSize), u'x');
    static const QString epoch = u"64c4c6b8a1f2e-a1b2c3d4"_s;
    int place = 0;
    for (qint64 i = first; i < first + rowsPerStatement; ++i) {
        query.bindValue(place++, groupName(int(i % HistoryLoad::groups)));
        query.bindValue(place++, 1 + i / HistoryLoad::groups);
        query.bindValue(place++, epoch);
        query.bindValue(place++, u"ann"_s);
        query.bindValue(place++, text);
        query.bindValue(place++, 1'700'000'000'000'000 + i);
        query.bindValue(place++, QVariant(QMetaType::fromType<QByteArray>()));
    }
    return query.exec() ? Expected<void>() : tl::unexpected(Connection::errorOf(query.lastError()));
}

} // namespace

const QByteArray HistoryLoad::prefix = "bench";

QString groupName(int number)
{
    return u"group-"_s % QString::number(number);
}

HistoryLoad::HistoryLoad(int bufferPool)
    : m_mariaDb({u"--innodb-buffer-pool-size="_s % QString::number(bufferPool) % u'M',
                 u"--innodb-log-file-size=256M"_s})
{ }

Expected<std::unique_ptr<HistoryLoad>> HistoryLoad::open(int bufferPool)
{
    std::unique_ptr<HistoryLoad> load(new HistoryLoad(bufferPool));
    if (!load->m_redis.start())
        return failure(Error::Code::Unavailable, u"redis-server can't be started"_s);
    if (!load->m_mariaDb.start())
        return failure(Error::Code::Unavailable, u"mariadbd can't be started"_s);
    load->m_client = std::make_unique<RawRedis>(load->m_redis.port());
    return load;
}

Expected<sqlmigrate::DatabaseUrl> HistoryLoad::makeDatabase()
{
    const auto url = sqlmigrate::DatabaseUrl::parse(m_mariaDb.url(m_mariaDb.createDatabase()));
    if (!url)
        return url;
    const auto connection = Connection::open(*url, {});
    if (!connection)
        return tl::unexpected(connection.error());
    const auto known = sqlmigrate::builtInMigrations((*connection)->dialect());
    if (!known)
        return tl::unexpected(known.error());
    const auto done = sqlmigrate::Migrator(**connection, *known, sqlmigrate::programVersion()).up();
    return done ? url : failure(Error::Code::Unavailable, done.error().message);
}

Expected<void> HistoryLoad::makeGroups()
{
    MetricsRegistry metrics;
    broker::RedisBrokerOptions options;
    options.urls = QStringList{m_redis.url()};
    options.prefix = QString::fromLatin1(prefix);
    options.partitions = partitions;
    const auto broker = broker::RedisBroker::open(options, metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    WorkerThread thread(u"load"_s);
    std::promise<Expected<void>> done;
    thread.post([&] { createGroups(**broker, done); });
    if (const auto created = done.get_future().get(); !created)
        return created;
    thread.stop();
    for (int i = 0; i < groups; ++i) {
        m_publishers.push_back(
            std::make_unique<RawPublisher>(*m_client, prefix, partitions, groupName(i).toUtf8()));
        if (const auto joined = m_publishers.back()->join(); !joined)
            return joined;
    }
    return {};
}

Expected<void> HistoryLoad::publish(qint64 messages)
{
    const std::string text(textSize, 'x');
    qint64 sent = 0;
    for (qint64 answered = 0; answered < messages; ++answered) {
        for (; sent < messages && sent - answered < depth; ++sent)
            m_publishers[std::size_t(m_published++ % groups)]->append(text);
        if (!m_client->receive() || m_client->text(0) != "OK")
            return tl::unexpected(m_client->failure());
    }
    return {};
}

Expected<void> HistoryLoad::trim()
{
    for (int k = 0; k < partitions; ++k) {
        const broker::RedisKeys keys(prefix, k);
        if (!m_client->call({"XTRIM", keys.log().toStdString(), "MAXLEN", "0"}))
            return tl::unexpected(m_client->failure());
    }
    return {};
}

Expected<double> plainInsertRate(const sqlmigrate::DatabaseUrl &database, qint64 messages)
{
    const auto connection = Connection::open(database, {});
    if (!connection)
        return tl::unexpected(connection.error());
    QSqlQuery query((*connection)->database());
    const bool isPrepared =
        query.prepare(u"INSERT INTO messages (group_id, seq, epoch, author_id, text, send_time, "
                      "client_message_id) VALUES "_s
                      % QStringList(rowsPerStatement, u"(?, ?, ?, ?, ?, ?, ?)"_s).join(u", "_s));
    if (!isPrepared)
        return tl::unexpected(Connection::errorOf(query.lastError()));
    const std::int64_t start = monotonicNow();
    qint64 inserted = 0;
    Expected<void> done;
    while (done && inserted < messages) {
        done = (*connection)->execute(u"START TRANSACTION"_s);
        for (int rows = 0; done && rows < rowsPerTransaction && inserted < messages;
             rows += rowsPerStatement) {
            done = insertRows(query, inserted);
            inserted += rowsPerStatement;
        }
        if (done)
            done = (*connection)->execute(u"COMMIT"_s);
    }
    if (!done)
        return tl::unexpected(done.error());
    return double(inserted) * 1e9 / double(monotonicNow() - start);
}

} // namespace nextchat::bench
