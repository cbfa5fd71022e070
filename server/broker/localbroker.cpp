// SPDX-License-Identifier: MIT
#include "server/broker/localbroker.h"

#include "common/chat/rules.h"
#include "server/broker/localbrokercore.h"

#include <future>

namespace nextchat::broker {

namespace {

template <typename T> QCoro::Task<T> answered(T answer)
{
    co_return answer;
}

} // namespace

LocalBroker::LocalBroker(LocalBrokerOptions options, MetricsRegistry &metrics)
    : m_options(std::move(options))
    , m_metrics(metrics)
{ }

LocalBroker::~LocalBroker() = default;

Expected<std::unique_ptr<LocalBroker>> LocalBroker::open(LocalBrokerOptions options, MetricsRegistry &metrics)
{
    std::unique_ptr<LocalBroker> broker(new LocalBroker(std::move(options), metrics));
    if (const auto started = broker->start(); !started)
        return tl::unexpected(started.error());
    return broker;
}

Expected<void> LocalBroker::start()
{
    std::promise<Expected<void>> started;
    m_core.begin([this, &started](std::unique_ptr<LocalBrokerCore> &made) {
        auto core = LocalBrokerCore::open(m_options, m_metrics, m_health, m_waiting);
        if (core)
            made = std::move(*core);
        started.set_value(core ? Expected<void>() : tl::unexpected(core.error()));
    });
    return started.get_future().get();
}

QCoro::Task<int> LocalBroker::attach(BrokerListener *listener)
{
    return m_core.ask<int>(
        [listener, home = Mailbox::current()](LocalBrokerCore &core) { return core.attach(listener, home); });
}

QCoro::Task<> LocalBroker::detach(int listener)
{
    const auto work = [listener](LocalBrokerCore &core) {
        core.detach(listener);
        return true;
    };
    co_await m_core.ask<bool>(work);
}

QCoro::Task<Expected<void>> LocalBroker::createGroup(QString groupId)
{
    return m_core.ask<Expected<void>>(
        [groupId = std::move(groupId)](LocalBrokerCore &core, Reply<Expected<void>> reply) {
            core.publishing().createGroup(groupId, std::move(reply));
        });
}

QCoro::Task<Expected<QStringList>> LocalBroker::groups(QString prefix, QString after, int limit)
{
    return m_core.ask<Expected<QStringList>>(
        [prefix = std::move(prefix), after = std::move(after), limit](LocalBrokerCore &core) {
            return core.groups().list(prefix, after, limit);
        });
}

QCoro::Task<Expected<Joined>> LocalBroker::join(int listener, QString groupId, QString userId)
{
    return m_core.ask<Expected<Joined>>(
        [listener, groupId = std::move(groupId), userId = std::move(userId)](LocalBrokerCore &core) {
            return core.membership().join(listener, groupId, userId, core.epoch());
        });
}

QCoro::Task<Expected<void>> LocalBroker::leave(Membership membership, LeaveReason reason)
{
    return m_core.ask<Expected<void>>([membership = std::move(membership), reason](LocalBrokerCore &core) {
        core.membership().leave(membership, reason);
        return Expected<void>();
    });
}

QCoro::Task<Expected<chat::MessageReceipt>> LocalBroker::publish(PublishRequest request)
{
    using Answer = Expected<chat::MessageReceipt>;
    if (m_waiting.fetch_add(1, std::memory_order_relaxed) >= m_options.maximumWaiting) {
        m_waiting.fetch_sub(1, std::memory_order_relaxed);
        m_metrics.refuse(Error::Code::Unavailable);
        return answered<Answer>(failure(Error::Code::Unavailable, chat::texts::messagingUnavailable()));
    }
    return m_core.ask<Answer>(
        [request = std::move(request)](LocalBrokerCore &core, Reply<Answer> reply) mutable {
            core.publishing().publish(std::move(request), std::move(reply));
        });
}

QCoro::Task<Expected<QStringList>> LocalBroker::members(QString groupId)
{
    return m_core.ask<Expected<QStringList>>(
        [groupId = std::move(groupId)](LocalBrokerCore &core) { return core.membership().members(groupId); });
}

QCoro::Task<Expected<void>> LocalBroker::watch(int listener, QString groupId, bool on)
{
    return m_core.ask<Expected<void>>([listener, groupId = std::move(groupId), on](LocalBrokerCore &core) {
        return core.membership().watch(listener, groupId, on);
    });
}

QCoro::Task<Expected<void>> LocalBroker::reportTyping(QString groupId, QString userId)
{
    return m_core.ask<Expected<void>>(
        [groupId = std::move(groupId), userId = std::move(userId)](LocalBrokerCore &core) {
            return core.membership().reportTyping(groupId, userId);
        });
}

bool LocalBroker::isHealthy() const
{
    return m_health.isHealthy();
}

} // namespace nextchat::broker
