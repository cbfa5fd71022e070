// SPDX-License-Identifier: MIT
#include "server/broker/brokermetrics.h"

namespace nextchat::broker {

namespace {

Counter &refusals(MetricsRegistry &registry, const QByteArray &reason)
{
    return registry.counter("nextchat_broker_refused_total", "Messages that were not accepted.",
                            {{"reason", reason}});
}

} // namespace

BrokerMetrics::BrokerMetrics(MetricsRegistry &registry)
    : published(registry.counter("nextchat_broker_published_total", "Messages accepted."))
    , duplicates(registry.counter("nextchat_broker_duplicates_total",
                                  "Messages that had been accepted before under the same client message id."))
    , commitMessages(registry.histogram("nextchat_broker_commit_messages", "Messages of one commit.",
                                        {1, 2, 5, 10, 20, 50, 100, 200, 500, 1000, 2000}))
    , commitSeconds(registry.histogram("nextchat_broker_commit_seconds",
                                       "From the begin of a transaction to its commit.",
                                       {0.0002, 0.0005, 0.001, 0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.5, 1}))
    , commitFailures(registry.counter("nextchat_broker_commit_failures_total", "Transactions that failed."))
    , groups(registry.gauge("nextchat_broker_groups", "Groups that exist."))
    , members(registry.gauge("nextchat_broker_members",
                             "Places taken in all groups, those kept for lost connections included."))
    , waiting(registry.gauge("nextchat_broker_waiting", "Messages that wait to be accepted."))
    , m_notFound(refusals(registry, "not_found"))
    , m_notMember(refusals(registry, "not_member"))
    , m_conflict(refusals(registry, "conflict"))
    , m_unavailable(refusals(registry, "unavailable"))
    , m_unknownOutcome(refusals(registry, "unknown_outcome"))
{ }

void BrokerMetrics::refuse(Error::Code code)
{
    switch (code) {
    case Error::Code::NotFound:
        return m_notFound.add();
    case Error::Code::NotMember:
        return m_notMember.add();
    case Error::Code::Conflict:
        return m_conflict.add();
    case Error::Code::UnknownOutcome:
        return m_unknownOutcome.add();
    default:
        return m_unavailable.add();
    }
}

} // namespace nextchat::broker
