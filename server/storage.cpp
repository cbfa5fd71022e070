// SPDX-License-Identifier: MIT
#include "server/storage.h"

#include "server/broker/localbroker.h"
#include "server/broker/redisbroker.h"
#include "server/history/loghistorystore.h"
#include "server/history/sqlhistorystore.h"

namespace nextchat {

namespace {

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
    return storage;
}

Expected<Storage> openRedis(const ServerConfiguration &configuration, MetricsRegistry &metrics)
{
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
    if (configuration.messaging.acceptWhen == ServerConfiguration::Messaging::AcceptWhen::Replicated)
        options.acceptWhen = AcceptWhen::Replicated;
    auto broker = broker::RedisBroker::open(std::move(options), metrics);
    if (!broker)
        return tl::unexpected(broker.error());
    Storage storage;
    storage.redis = broker->get();
    storage.broker = std::move(*broker);
    storage.history =
        std::make_unique<history::LogHistoryStore>(*storage.redis, configuration.history.readTimeout);
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
    history.reset();
    redis = nullptr;
    broker.reset();
}

} // namespace nextchat
