// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/brokermetrics.h"
#include "server/broker/listenertable.h"
#include "server/broker/localbrokeroptions.h"
#include "server/broker/publishturn.h"
#include "server/broker/storehealth.h"

#include <set>

namespace nextchat::broker {

// Gathers what is to be written and writes all that waits in one transaction: the group commit. Delivers and
// answers after the commit, never before. Belongs to the broker's thread.
//
// When the database can't write, everything is refused at once until a probe could be committed. What the
// database then turns out to have beyond what was delivered is delivered first, so that no number is used
// twice and no member sees a gap.
class PublishQueue
{
public:
    // All of them must outlive this; `log` was opened on a database whose groups are in `groups`.
    PublishQueue(const LocalBrokerOptions &options, QString epoch, std::unique_ptr<MessageLog> log,
                 GroupRegistry &groups, const ListenerTable &listeners, BrokerMetrics &metrics,
                 StoreHealth &health, std::atomic<int> &waiting);

    // Both answer after the commit that follows in a later turn of the event loop.
    void publish(PublishRequest request, PublishReply reply);
    void createGroup(const QString &groupId, Reply<Expected<void>> reply);

    void commit(); // what waits, now
    [[nodiscard]] MessageLog &log() { return *m_log; }
    void probe(); // called regularly: finds out that the database is away, or back
    // Whether messages or groups were written since the beginning, or forgetWritten().
    [[nodiscard]] bool hasWritten() const { return m_hasWritten; }
    void forgetWritten() { m_hasWritten = false; }

private:
    struct WaitingCreate
    {
        QString groupId;
        Reply<Expected<void>> reply;
    };

    void schedule();
    void commitOnce();
    void refuse(const PublishTurn &turn, const std::vector<WaitingCreate> &creates);
    [[nodiscard]] MessageLog::Commit write(PublishTurn &turn, const std::vector<WaitingCreate> &creates);
    void settle(const PublishTurn &turn, const std::vector<WaitingCreate> &creates);
    void settleDoubt(const PublishTurn &turn, const std::vector<WaitingCreate> &creates);
    void deliver(const std::shared_ptr<const MessageBatch> &batch, const std::set<LocalGroup *> &groups);
    void answer(const PublishTurn &turn, const std::vector<WaitingCreate> &creates,
                const std::function<std::optional<Error>(const chat::Message &)> &failure);

    void fail();
    [[nodiscard]] bool recover();
    [[nodiscard]] Expected<void> catchUp();

    const LocalBrokerOptions m_options;
    const QString m_epoch;
    std::unique_ptr<MessageLog> m_log;
    GroupRegistry &m_groups;
    const ListenerTable &m_listeners;
    BrokerMetrics &m_metrics;
    StoreHealth &m_health;
    Outbox m_outbox;
    std::vector<WaitingPublish> m_publishes;
    std::vector<WaitingCreate> m_creates;
    bool m_isScheduled = false;
    bool m_hasWritten = false;
    std::shared_ptr<bool> m_alive =
        std::make_shared<bool>(true); // what was posted may run after the end of this
};

} // namespace nextchat::broker
