// SPDX-License-Identifier: MIT
#include "server/broker/redisbroker.h"

#include "common/chat/rules.h"
#include "server/broker/redisbrokercore.h"

#include <future>

namespace nextchat::broker {

namespace {

QCoro::Task<Expected<chat::MessageReceipt>> refused()
{
    co_return failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
}

} // namespace

RedisBroker::RedisBroker(RedisBrokerOptions options, MetricsRegistry &metrics)
    : m_options(std::move(options))
    , m_metrics(metrics)
    , m_redisMetrics(metrics)
{ }

RedisBroker::~RedisBroker() = default;

Expected<std::unique_ptr<RedisBroker>> RedisBroker::open(RedisBrokerOptions options, MetricsRegistry &metrics)
{
    std::unique_ptr<RedisBroker> broker(new RedisBroker(std::move(options), metrics));
    if (const auto started = broker->start(); !started)
        return tl::unexpected(started.error());
    return broker;
}

Expected<void> RedisBroker::start()
{
    std::vector<redis::RedisUrl> urls;
    for (const QString &text : m_options.urls) {
        auto url = redis::RedisUrl::parse(text);
        if (!url)
            return failure(url.error().code, u"The Redis URL " % url.error().message % u'.');
        urls.push_back(std::move(*url));
    }
    std::shared_ptr<const redis::Tls> tls;
    if (std::any_of(urls.begin(), urls.end(), [](const redis::RedisUrl &url) { return url.usesTls; })) {
        auto loaded = redis::Tls::load(m_options.tls);
        if (!loaded)
            return failure(loaded.error().code, u"TLS to Redis: " % loaded.error().message % u'.');
        tls = std::move(*loaded);
    }
    std::promise<Expected<void>> started;
    m_core.begin([this, &started, &urls, &tls](std::unique_ptr<RedisBrokerCore> &made) {
        made = std::make_unique<RedisBrokerCore>(m_options, std::move(urls), std::move(tls), m_metrics,
                                                 m_redisMetrics, m_health, m_waiting);
        auto wait = [](RedisBrokerCore &core, std::chrono::milliseconds patience,
                       std::promise<Expected<void>> &promise) -> QCoro::Task<> {
            promise.set_value(co_await core.started(patience));
        };
        wait(*made, m_options.commandTimeout, started);
    });
    return started.get_future().get();
}

QCoro::Task<int> RedisBroker::attach(BrokerListener *listener)
{
    return m_core.ask<int>(
        [listener, home = Mailbox::current()](RedisBrokerCore &core) { return core.attach(listener, home); });
}

QCoro::Task<> RedisBroker::detach(int listener)
{
    const auto work = [listener](RedisBrokerCore &core) {
        core.detach(listener);
        return true;
    };
    co_await m_core.ask<bool>(work);
}

QCoro::Task<Expected<void>> RedisBroker::createGroup(QString groupId)
{
    return m_core.ask<Expected<void>>(
        [groupId = std::move(groupId)](RedisBrokerCore &core) { return core.createGroup(groupId); });
}

QCoro::Task<Expected<QStringList>> RedisBroker::groups(QString prefix, QString after, int limit)
{
    return m_core.ask<Expected<QStringList>>(
        [prefix = std::move(prefix), after = std::move(after), limit](RedisBrokerCore &core) {
            return core.groups(prefix, after, limit);
        });
}

QCoro::Task<Expected<Joined>> RedisBroker::join(int listener, QString groupId, QString userId)
{
    return m_core.ask<Expected<Joined>>(
        [listener, groupId = std::move(groupId), userId = std::move(userId)](RedisBrokerCore &core) {
            return core.join(listener, groupId, userId);
        });
}

QCoro::Task<Expected<void>> RedisBroker::leave(Membership membership, LeaveReason reason)
{
    return m_core.ask<Expected<void>>([membership = std::move(membership), reason](RedisBrokerCore &core) {
        return core.leave(membership, reason);
    });
}

QCoro::Task<Expected<chat::MessageReceipt>> RedisBroker::publish(PublishRequest request)
{
    if (m_waiting.fetch_add(1, std::memory_order_relaxed) >= m_options.maximumWaiting) {
        m_waiting.fetch_sub(1, std::memory_order_relaxed);
        m_metrics.refuse(Error::Code::Unavailable);
        return refused();
    }
    using Answer = Expected<chat::MessageReceipt>;
    return m_core.ask<Answer>(
        [request = std::move(request)](RedisBrokerCore &core, Reply<Answer> reply) mutable {
            core.publish(std::move(request), std::move(reply));
        });
}

QCoro::Task<Expected<QStringList>> RedisBroker::members(QString groupId)
{
    return m_core.ask<Expected<QStringList>>(
        [groupId = std::move(groupId)](RedisBrokerCore &core) { return core.members(groupId); });
}

QCoro::Task<Expected<void>> RedisBroker::watch(int listener, QString groupId, bool on)
{
    return m_core.ask<Expected<void>>([listener, groupId = std::move(groupId), on](RedisBrokerCore &core) {
        return core.watch(listener, groupId, on);
    });
}

QCoro::Task<Expected<void>> RedisBroker::reportTyping(QString groupId, QString userId)
{
    return m_core.ask<Expected<void>>(
        [groupId = std::move(groupId), userId = std::move(userId)](RedisBrokerCore &core) {
            return core.reportTyping(groupId, userId);
        });
}

QCoro::Task<Expected<RecentMessages::Page>> RedisBroker::recent(Query query)
{
    return m_core.ask<Expected<Page>>(
        [query = std::move(query)](RedisBrokerCore &core) { return core.recent(query); });
}

QCoro::Task<Expected<QByteArray>> RedisBroker::deploymentSecret(QByteArray own)
{
    return m_core.ask<Expected<QByteArray>>(
        [own = std::move(own)](RedisBrokerCore &core) { return core.deploymentSecret(own); });
}

bool RedisBroker::isHealthy() const
{
    return m_health.isHealthy();
}

} // namespace nextchat::broker
