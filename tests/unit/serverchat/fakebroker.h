// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/ask.h"
#include "server/broker/messagebroker.h"
#include "server/history/historystore.h"

#include <deque>

namespace nextchat::test {

// A broker that does what the test says and remembers what it was asked. It orders nothing: tests speak to
// `listener` themselves. Lives in the thread of its hubs.
class FakeBroker final : public broker::MessageBroker
{
public:
    using Answer = Expected<void>;

    broker::BrokerListener *listener = nullptr;
    QStringList groupIds;
    QString epoch = QStringLiteral("e1"); // what joins answer
    qint64 lastSeq = 0;

    QStringList watches; // "+GROUP" or "-GROUP", in the order in which they were asked
    bool watchesWait = false; // for answerWatch()
    Answer watchAnswer; // when they don't
    QStringList typed; // "GROUP/USER"
    Answer typingAnswer;
    QStringList left; // likewise

    // Who waits is answered, and asks again perhaps.
    ~FakeBroker() override
    {
        watchesWait = false;
        while (!m_watches.empty())
            answerWatch();
    }

    void answerWatch(Answer answer = {})
    {
        const auto reply = m_watches.front();
        m_watches.pop_front();
        reply.answerHere(std::move(answer));
    }

    QCoro::Task<int> attach(broker::BrokerListener *) override { co_return 1; }
    QCoro::Task<> detach(int) override { co_return; }
    QCoro::Task<Answer> createGroup(QString) override { co_return Answer(); }
    QCoro::Task<Expected<QStringList>> groups(QString prefix, QString, int) override
    {
        co_return groupIds.filter(prefix);
    }
    QCoro::Task<Expected<broker::Joined>> join(int attached, QString groupId, QString userId) override
    {
        broker::Joined joined;
        joined.membership = {groupId, userId, ++m_lastJoin, attached};
        joined.epoch = epoch;
        joined.lastSeq = lastSeq;
        co_return joined;
    }
    QCoro::Task<Answer> leave(broker::Membership membership, broker::LeaveReason) override
    {
        left.append(membership.groupId % u'/' % membership.userId);
        co_return Answer();
    }
    QCoro::Task<Expected<chat::MessageReceipt>> publish(broker::PublishRequest) override
    {
        co_return failure(Error::Code::Unavailable, {});
    }
    QCoro::Task<Expected<QStringList>> members(QString) override { co_return QStringList(); }
    QCoro::Task<Answer> watch(int, QString groupId, bool on) override
    {
        watches.append((on ? u'+' : u'-') + groupId);
        if (!watchesWait)
            co_return Answer(watchAnswer); // a copy: QCoro moves from what it is given
        auto start = [this](Reply<Answer> reply) { m_watches.push_back(std::move(reply)); };
        co_return co_await ask<Answer>(std::move(start)); // named: see LocalBroker::askCore()
    }
    QCoro::Task<Answer> reportTyping(QString groupId, QString userId) override
    {
        typed.append(groupId % u'/' % userId);
        co_return Answer(typingAnswer);
    }
    bool isHealthy() const override { return true; }

private:
    quint64 m_lastJoin = 0;
    std::deque<Reply<Answer>> m_watches;
};

// A history of the messages that the test puts there. Lives in the thread of its hubs.
class FakeHistory final : public history::HistoryStore
{
public:
    QList<chat::Message> messages; // of any one group, oldest first
    bool readsWait = false; // newest() and after(), for answerRead()
    bool isAway = false; // likewise
    qint64 missingAbove = std::numeric_limits<qint64>::max(); // after() ends there, not complete
    bool isNewestComplete = true;
    bool isForgetful = false;

    bool forgets() const override { return isForgetful; }

    [[nodiscard]] std::size_t waitingReads() const { return m_reads.size(); }
    void answerRead()
    {
        const auto reply = m_reads.front();
        m_reads.pop_front();
        reply.answerHere(page(0));
    }

    QCoro::Task<Expected<chat::HistoryPage>> newest(QString, std::optional<qint64>,
                                                    history::PageLimit) override
    {
        return read(0);
    }
    QCoro::Task<Expected<chat::HistoryPage>> after(QString, qint64 afterSeq, qint64,
                                                   history::PageLimit) override
    {
        return read(afterSeq);
    }
    QCoro::Task<Expected<chat::SearchPage>> search(QString, history::SearchQuery query) override
    {
        chat::SearchPage result;
        for (const chat::Message &message : messages) {
            if (message.text.contains(query.text))
                result.messages.append(message);
        }
        co_return result;
    }
    QCoro::Task<Expected<bool>> knows(QString, qint64 seq, QString epoch) override
    {
        co_return std::any_of(messages.cbegin(), messages.cend(),
                              [seq, &epoch](const chat::Message &message) {
                                  return message.seq == seq && message.epoch == epoch;
                              });
    }

private:
    [[nodiscard]] Expected<chat::HistoryPage> page(qint64 afterSeq) const
    {
        chat::HistoryPage result;
        result.complete = afterSeq > 0 || isNewestComplete;
        for (const chat::Message &message : messages) {
            if (message.seq > missingAbove && afterSeq > 0)
                result.complete = false;
            if (message.seq > afterSeq && (result.complete || isForgetful || afterSeq == 0))
                result.messages.append(message);
        }
        result.hasMore = !result.complete && !isForgetful;
        return result;
    }
    QCoro::Task<Expected<chat::HistoryPage>> read(qint64 afterSeq)
    {
        if (isAway)
            co_return failure(Error::Code::Unavailable, {});
        if (!readsWait)
            co_return page(afterSeq);
        auto start = [this](Reply<Expected<chat::HistoryPage>> reply) {
            m_reads.push_back(std::move(reply));
        };
        co_return co_await ask<Expected<chat::HistoryPage>>(std::move(start));
    }

    std::deque<Reply<Expected<chat::HistoryPage>>> m_reads;
};

} // namespace nextchat::test
