// SPDX-License-Identifier: MIT
#include "server/broker/outbox.h"

namespace nextchat::broker {

void Outbox::deliver(Mailbox *home, BrokerListener *listener, std::shared_ptr<const MessageBatch> batch)
{
    m_letters[home].deliveries.push_back({listener, std::move(batch)});
}

void Outbox::complete(const PublishReply &reply, Expected<chat::MessageReceipt> answer)
{
    if (!answer)
        m_metrics.refuse(answer.error().code);
    m_waiting.fetch_sub(1, std::memory_order_relaxed);
    m_letters[reply.home()].completions.push_back({reply, std::move(answer)});
}

void Outbox::sendSoon()
{
    if (std::exchange(m_isScheduled, true))
        return;
    Mailbox::current()->post([this, alive = std::weak_ptr(m_alive)] {
        if (!alive.expired())
            send();
    });
}

void Outbox::send()
{
    m_isScheduled = false;
    m_metrics.waiting.set(m_waiting.load(std::memory_order_relaxed));
    for (auto &[home, letter] : m_letters) {
        home->post([letter = std::move(letter)]() mutable {
            for (const Delivery &delivery : letter.deliveries)
                delivery.listener->messagesArrived(delivery.batch);
            for (Completion &completion : letter.completions)
                completion.reply.answerHere(std::move(completion.answer));
        });
    }
    m_letters.clear();
}

} // namespace nextchat::broker
