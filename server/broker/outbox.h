// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/ask.h"
#include "server/broker/brokermetrics.h"
#include "server/broker/messagebroker.h"

#include <atomic>
#include <memory>
#include <unordered_map>
#include <vector>

namespace nextchat::broker {

using PublishReply = Reply<Expected<chat::MessageReceipt>>;

// What one turn of the broker has to say, gathered per thread, so that each thread gets one post. Belongs to
// the broker's thread.
class Outbox
{
public:
    // `waiting` counts publishes that wait for an answer; it and `metrics` learn of every completion.
    Outbox(std::atomic<int> &waiting, BrokerMetrics &metrics)
        : m_waiting(waiting)
        , m_metrics(metrics)
    { }

    // Deliveries to a thread come before the completions for it.
    void deliver(Mailbox *home, BrokerListener *listener, std::shared_ptr<const MessageBatch> batch);
    void complete(const PublishReply &reply, Expected<chat::MessageReceipt> answer);

    void send(); // posts and empties it
    void sendSoon(); // at the end of this turn of the broker's thread, which keeps it until then

private:
    struct Delivery
    {
        BrokerListener *listener;
        std::shared_ptr<const MessageBatch> batch;
    };
    struct Completion
    {
        PublishReply reply;
        Expected<chat::MessageReceipt> answer;
    };
    struct Letter
    {
        std::vector<Delivery> deliveries;
        std::vector<Completion> completions;
    };

    std::atomic<int> &m_waiting;
    BrokerMetrics &m_metrics;
    std::unordered_map<Mailbox *, Letter> m_letters;
    bool m_isScheduled = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true);
};

} // namespace nextchat::broker
