// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/logpace.h"
#include "server/broker/partitiontail.h"
#include "server/broker/redispartitioncontext.h"

#include <set>

namespace nextchat::broker {

// Takes what a partition's tail hands out to the listeners, and gets what it asks for from Redis. Belongs to
// the broker's thread.
class TailDelivery final : public TailOutput
{
public:
    // The context may still be to be made.
    explicit TailDelivery(RedisPartitionContext *context)
        : m_context(*context)
    { }

    void deliver(chat::Message message, const TraceContext &trace) override;
    void epochBegan(const QString &groupId, const QString &epoch) override;
    void missed(const QString &groupId) override;
    void fill(const QString &groupId, qint64 after) override;
    void compareCounters() override;
    void unreadable(LogId entry) override;
    void contradicts(const QString &groupId, LogId entry) override;

    // Hands on what was delivered; to be called after what the tail was given.
    void flush();
    // Asks again what could not be answered.
    void retry();

private:
    QCoro::Task<> fillFrom(QString groupId, qint64 after);
    QCoro::Task<> compareAll();
    [[nodiscard]] QCoro::Task<bool> compareSome(QStringList groupIds);
    QCoro::Task<> bury(LogId entry);
    template <typename Say> void tell(const QString &groupId, const Say &say);

    RedisPartitionContext &m_context;
    std::shared_ptr<MessageBatch> m_batch;
    std::set<int> m_listeners; // whom the batch concerns
    bool m_comparing = false;
    bool m_compareAgain = false;
    LogPace m_unreadablePace;
    LogPace m_contradictionPace;
};

} // namespace nextchat::broker
