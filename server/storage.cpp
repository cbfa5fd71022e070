// SPDX-License-Identifier: MIT
#include "server/storage.h"

#include "server/broker/embeddeddatabase.h"
#include "server/broker/localbroker.h"
#include "server/broker/redisbroker.h"
#include "server/history/completedhistorystore.h"
#include "server/history/historywriter.h"
#include "server/history/loghistorystore.h"
#include "server/history/messageexpiry.h"
#include "server/history/sqlhistorystore.h"
#include "server/history/sqlmessagearchive.h"
#include "server/history/writerdatabase.h"
#include "server/signalr/hubmetrics.h"
#include "sqlmigrate/compatibility.h"

#include <QFileInfo>

namespace nextchat {

namespace {

constexpr auto sqlitePatience = std::chrono::seconds(5);
constexpr auto mySqlPatience = std::chrono::seconds(2); // the server starts without it
constexpr auto storedGatherTime = std::chrono::milliseconds(2);

// Not as long as a client's message id is known by its message (contract.md 1.2).
constexpr std::chrono::milliseconds leastRetention = std::chrono::minutes(10);

void addExpiry(const ServerConfiguration &configuration, const sqlmigrate::DatabaseUrl &database,
               Storage &storage, MetricsRegistry &metrics)
{
    const auto retention = configuration.history.retention;
    if (!retention)
        return;
    history::MessageExpiry::Options options;
    options.database = database;
    options.retention = std::max(leastRetention, *retention);
    storage.expiry = std::make_unique<history::MessageExpiry>(options, metrics);
}

Expected<Storage> openLocal(const ServerConfiguration &configuration, MetricsRegistry &metrics)
{
    broker::LocalBrokerOptions options;
    options.dataDir = configuration.server.dataDir;
    options.maximumMembers = configuration.limits.groupMembers;
    options.maximumGroups = configuration.limits.groups;
    options.leaseDuration = configuration.groups.leaseDuration;
    auto broker = broker::LocalBroker::open(options, metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    Storage storage;
    storage.broker = std::move(*broker);
    storage.history = std::make_unique<history::SqlHistoryStore>(
        history::SqlHistoryOptions{.database = options.database(),
                                   .readers = configuration.history.readers,
                                   .readTimeout = configuration.history.readTimeout},
        metrics);
    addExpiry(configuration, options.database(), storage, metrics);
    return storage;
}

broker::RedisBrokerOptions redisOptions(const ServerConfiguration &configuration)
{
    using Configured = ServerConfiguration::Messaging::AcceptWhen;
    using AcceptWhen = broker::RedisBrokerOptions::AcceptWhen;
    broker::RedisBrokerOptions options;
    options.urls = configuration.redis.url;
    const auto &tls = configuration.redis.tls;
    options.tls = {.authorities = tls.ca, .certificate = tls.certificate, .key = tls.key};
    options.prefix = configuration.redis.prefix;
    options.partitions = configuration.redis.partitions;
    options.retention = configuration.redis.retention;
    options.commandTimeout = configuration.redis.commandTimeout;
    options.leaseDuration = configuration.groups.leaseDuration;
    options.maximumGroups = configuration.limits.groups;
    options.maximumMembers = configuration.limits.groupMembers;
    options.acceptWhen = configuration.messaging.acceptWhen == Configured::Replicated ? AcceptWhen::Replicated
        : configuration.messaging.acceptWhen == Configured::Stored                    ? AcceptWhen::Stored
                                                                                      : AcceptWhen::Written;
    return options;
}

// --- a database beside Redis ---

bool hasDatabase(const ServerConfiguration &configuration)
{
    return !configuration.history.url.isEmpty() && configuration.history.url != u"none";
}

// The folder's lock keeps a second server out.
Expected<void> prepareSqlite(const sqlmigrate::DatabaseUrl &database, Storage &storage)
{
    const QFileInfo file(database.path);
    auto folder = broker::DataFolder::open(file.path());
    if (!folder)
        return tl::unexpected(folder.error());
    const auto connection = broker::openEmbeddedDatabase(**folder, sqlitePatience, file.fileName());
    if (!connection)
        return tl::unexpected(connection.error());
    storage.folder = std::move(*folder);
    return history::WriterDatabase::endLeases(**connection);
}

// One that can't be reached yet is looked at when it can.
Expected<void> checkMySql(const sqlmigrate::DatabaseUrl &database)
{
    auto connection = sqlmigrate::Connection::open(database,
                                                   {.mode = sqlmigrate::Connection::Mode::Read,
                                                    .connectTimeout = mySqlPatience,
                                                    .answerTimeout = mySqlPatience});
    if (!connection)
        return {};
    auto checked = sqlmigrate::checkSchema(**connection);
    return !checked && checked.error().code == Error::Code::Conflict ? checked : Expected<void>();
}

history::HistoryWriterOptions writerOptions(const ServerConfiguration &configuration,
                                            const sqlmigrate::DatabaseUrl &database, MetricsRegistry &metrics)
{
    using AcceptWhen = ServerConfiguration::Messaging::AcceptWhen;
    history::HistoryWriterOptions options;
    options.database = database;
    options.redisUrls = configuration.redis.url;
    options.tls = redisOptions(configuration).tls;
    options.prefix = configuration.redis.prefix;
    options.partitions = configuration.redis.partitions;
    options.commandTimeout = configuration.redis.commandTimeout;
    options.writers = configuration.history.writers;
    options.lease = std::min(options.lease, configuration.groups.leaseDuration);
    if (configuration.messaging.acceptWhen == AcceptWhen::Stored)
        options.gatherTime = storedGatherTime; // senders wait
    options.sent = &signalr::HubMetrics(metrics).messagesOut;
    options.maximumBacklog = configuration.redis.maxBacklog;
    return options;
}

Expected<void> addDatabase(const ServerConfiguration &configuration, const sqlmigrate::DatabaseUrl &database,
                           Storage &storage, MetricsRegistry &metrics)
{
    const auto &settings = configuration.history;
    auto stored = std::make_unique<history::SqlHistoryStore>(
        history::SqlHistoryOptions{
            .database = database, .readers = settings.readers, .readTimeout = settings.readTimeout},
        metrics);
    storage.history = std::make_unique<history::CompletedHistoryStore>(std::move(stored), *storage.redis,
                                                                       settings.readTimeout, metrics);
    auto writer = history::HistoryWriter::start(writerOptions(configuration, database, metrics), metrics);
    if (!writer)
        return tl::unexpected(writer.error());
    storage.writer = std::move(*writer);
    addExpiry(configuration, database, storage, metrics);
    return {};
}

Expected<Storage> openRedis(const ServerConfiguration &configuration, MetricsRegistry &metrics)
{
    Storage storage;
    broker::RedisBrokerOptions options = redisOptions(configuration);
    std::optional<sqlmigrate::DatabaseUrl> database;
    if (hasDatabase(configuration)) {
        const auto url = sqlmigrate::DatabaseUrl::parse(configuration.history.url);
        if (!url)
            return tl::unexpected(url.error());
        database = *url;
        const bool isFile = url->system == sqlmigrate::DatabaseUrl::System::Sqlite;
        if (const auto ready = isFile ? prepareSqlite(*url, storage) : checkMySql(*url); !ready)
            return tl::unexpected(ready.error());
        storage.archive = std::make_unique<history::SqlMessageArchive>(
            history::SqlMessageArchive::Options{.database = *url,
                                                .readTimeout = configuration.history.readTimeout,
                                                .clientIdWindow = options.clientIdWindow});
        options.archive = storage.archive.get();
        options.maximumBacklog = configuration.redis.maxBacklog;
    }
    auto broker = broker::RedisBroker::open(std::move(options), metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    storage.redis = broker->get();
    storage.broker = std::move(*broker);
    if (database) {
        if (const auto added = addDatabase(configuration, *database, storage, metrics); !added)
            return tl::unexpected(added.error());
    } else {
        storage.history =
            std::make_unique<history::LogHistoryStore>(*storage.redis, configuration.history.readTimeout);
    }
    return storage;
}

} // namespace

Storage::Storage() = default;
Storage::Storage(Storage &&) noexcept = default;
Storage &Storage::operator=(Storage &&) noexcept = default;
Storage::~Storage() = default;

Expected<Storage> Storage::open(const ServerConfiguration &configuration, MetricsRegistry &metrics)
{
    return configuration.redis.url.isEmpty() ? openLocal(configuration, metrics)
                                             : openRedis(configuration, metrics);
}

void Storage::close()
{
    expiry.reset();
    history.reset();
    writer.reset();
    redis = nullptr;
    broker.reset();
    archive.reset();
    folder.reset();
}

bool Storage::historyWorks() const
{
    return writer ? writer->isHealthy() : broker->isHealthy();
}

} // namespace nextchat
