// SPDX-License-Identifier: MIT
#include "server/broker/localbroker.h"

#include "common/chat/rules.h"
#include "common/support/ask.h"
#include "server/broker/localbrokercore.h"

#include <future>

namespace nextchat::broker {

LocalBroker::LocalBroker(LocalBrokerOptions options, MetricsRegistry &metrics)
    : m_options(std::move(options))
    , m_metrics(metrics)
    , m_thread(QStringLiteral("broker"))
{ }

LocalBroker::~LocalBroker()
{
    // Behind everything that was asked; what that left waiting is written by the core's end.
    m_thread.post([this] { m_core.reset(); });
    m_thread.stop();
}

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
    m_thread.post([this, &started] {
        auto core = LocalBrokerCore::open(m_options, m_metrics, m_health, m_waiting);
        if (core)
            m_core = std::move(*core);
        started.set_value(core ? Expected<void>() : tl::unexpected(core.error()));
    });
    return started.get_future().get();
}

template <typename T, typename Work> auto LocalBroker::askCore(Work work)
{
    return ask<T>([this, work = std::move(work)](Reply<T> reply) mutable {
        m_thread.post([this, work = std::move(work), reply = std::move(reply)]() mutable {
            if constexpr (std::is_invocable_v<Work, LocalBrokerCore &, Reply<T>>)
                work(*m_core, std::move(reply));
            else
                reply(work(*m_core));
        });
    });
}

QCoro::Task<int> LocalBroker::attach(BrokerListener *listener)
{
    Mailbox *home = Mailbox::current();
    co_return co_await askCore<int>(
        [listener, home](LocalBrokerCore &core) { return core.attach(listener, home); });
}

QCoro::Task<> LocalBroker::detach(int listener)
{
    co_await askCore<bool>([listener](LocalBrokerCore &core) {
        core.detach(listener);
        return true;
    });
}

QCoro::Task<Expected<void>> LocalBroker::createGroup(QString groupId)
{
    co_return co_await askCore<Expected<void>>(
        [groupId = std::move(groupId)](LocalBrokerCore &core, Reply<Expected<void>> reply) {
            core.publishing().createGroup(groupId, std::move(reply));
        });
}

QCoro::Task<Expected<QStringList>> LocalBroker::groups(QString prefix, QString after, int limit)
{
    co_return co_await askCore<Expected<QStringList>>(
        [prefix = std::move(prefix), after = std::move(after), limit](LocalBrokerCore &core) {
            return Expected<QStringList>(core.groups().list(prefix, after, limit));
        });
}

QCoro::Task<Expected<Joined>> LocalBroker::join(int listener, QString groupId, QString userId)
{
    co_return co_await askCore<Expected<Joined>>(
        [listener, groupId = std::move(groupId), userId = std::move(userId)](LocalBrokerCore &core) {
            return core.membership().join(listener, groupId, userId, core.epoch());
        });
}

QCoro::Task<Expected<void>> LocalBroker::leave(Membership membership, LeaveReason reason)
{
    co_return co_await askCore<Expected<void>>(
        [membership = std::move(membership), reason](LocalBrokerCore &core) {
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
        co_return failure(Error::Code::Unavailable, chat::texts::messagingUnavailable());
    }
    // Nothing of this object after the wait: the answer may arrive when it is gone.
    co_return co_await askCore<Answer>(
        [request = std::move(request)](LocalBrokerCore &core, Reply<Answer> reply) mutable {
            core.publishing().publish(std::move(request), std::move(reply));
        });
}

QCoro::Task<Expected<QStringList>> LocalBroker::members(QString groupId)
{
    co_return co_await askCore<Expected<QStringList>>(
        [groupId = std::move(groupId)](LocalBrokerCore &core) { return core.membership().members(groupId); });
}

QCoro::Task<Expected<void>> LocalBroker::watch(int listener, QString groupId, bool on)
{
    co_return co_await askCore<Expected<void>>(
        [listener, groupId = std::move(groupId), on](LocalBrokerCore &core) {
            return core.membership().watch(listener, groupId, on);
        });
}

QCoro::Task<Expected<void>> LocalBroker::reportTyping(QString groupId, QString userId)
{
    co_return co_await askCore<Expected<void>>(
        [groupId = std::move(groupId), userId = std::move(userId)](LocalBrokerCore &core) {
            return core.membership().reportTyping(groupId, userId);
        });
}

bool LocalBroker::isHealthy() const
{
    return m_health.isHealthy();
}

} // namespace nextchat::broker
