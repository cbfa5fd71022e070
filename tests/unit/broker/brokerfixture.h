// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/metrics.h"
#include "server/broker/messagebroker.h"

#include <QTest>
#include <qcorotask.h>

// A broker under test, of whatever kind. One kind per row of the suite.
struct BrokerSettings
{
    int maximumGroups = 10000;
    int maximumMembers = 1000;
    std::chrono::milliseconds leaseDuration{30000};
    std::chrono::milliseconds clientIdWindow{600000};
};

class BrokerFixture
{
public:
    virtual ~BrokerFixture() = default;
    [[nodiscard]] virtual nextchat::broker::MessageBroker &broker() = 0;
};

using BrokerFactory = std::function<std::unique_ptr<BrokerFixture>(const BrokerSettings &)>;
Q_DECLARE_METATYPE(BrokerFactory)

// A LocalBroker in a folder of its own.
[[nodiscard]] std::unique_ptr<BrokerFixture> makeLocalBroker(const BrokerSettings &settings);
// A RedisBroker with keys of its own on a Redis server of this process.
[[nodiscard]] std::unique_ptr<BrokerFixture> makeRedisBroker(const BrokerSettings &settings);

// Remembers what it hears. Belongs to the thread that attached it.
class RecordingListener : public nextchat::broker::BrokerListener
{
public:
    void messagesArrived(const std::shared_ptr<const nextchat::broker::MessageBatch> &batch) override
    {
        messages.insert(messages.end(), batch->begin(), batch->end());
    }
    void memberJoined(const QString &groupId, const QString &userId) override
    {
        events.append(u"+" % groupId % u"/" % userId);
    }
    void memberLeft(const QString &groupId, const QString &userId) override
    {
        events.append(u"-" % groupId % u"/" % userId);
    }
    void typing(const QString &groupId, const QString &userId) override
    {
        events.append(u"~" % groupId % u"/" % userId);
    }
    void epochBegan(const QString &, const QString &epoch) override { events.append(u"epoch " % epoch); }
    void messagesMissed(const QString &groupId) override { events.append(u"missed " % groupId); }
    void placeLost(const QString &groupId, const QString &userId) override
    {
        events.append(u"lost " % groupId % u"/" % userId);
    }

    [[nodiscard]] std::vector<nextchat::chat::Message> of(const QString &groupId, qint64 aboveSeq = 0) const
    {
        std::vector<nextchat::chat::Message> result;
        std::copy_if(messages.begin(), messages.end(), std::back_inserter(result),
                     [&](const auto &m) { return m.groupId == groupId && m.seq > aboveSeq; });
        return result;
    }

    std::vector<nextchat::chat::Message> messages;
    QStringList events;
};

// What a test says to a broker, awaited.
class Caller
{
public:
    explicit Caller(nextchat::broker::MessageBroker &broker)
        : m_broker(broker)
    { }

    int attach(RecordingListener &listener) { return QCoro::waitFor(m_broker.attach(&listener)); }
    void detach(int listener) { QCoro::waitFor(m_broker.detach(listener)); }
    auto create(const QString &group) { return QCoro::waitFor(m_broker.createGroup(group)); }
    auto groups(const QString &prefix = QStringLiteral(""), const QString &after = QString(), int limit = 0)
    {
        return QCoro::waitFor(m_broker.groups(prefix, after, limit)).value();
    }
    auto tryJoin(int listener, const QString &group, const QString &user)
    {
        return QCoro::waitFor(m_broker.join(listener, group, user));
    }
    nextchat::broker::Joined join(int listener, const QString &group, const QString &user)
    {
        return tryJoin(listener, group, user).value();
    }
    void leave(const nextchat::broker::Joined &joined,
               nextchat::broker::LeaveReason reason = nextchat::broker::LeaveReason::Left)
    {
        QVERIFY(QCoro::waitFor(m_broker.leave(joined.membership, reason)));
    }
    auto publish(const QString &group, const QString &user, const QString &text,
                 const QString &clientId = QString())
    {
        return QCoro::waitFor(m_broker.publish(request(group, user, text, clientId)));
    }
    auto members(const QString &group) { return QCoro::waitFor(m_broker.members(group)); }
    auto watch(int listener, const QString &group, bool on)
    {
        return QCoro::waitFor(m_broker.watch(listener, group, on));
    }
    auto type(const QString &group, const QString &user)
    {
        return QCoro::waitFor(m_broker.reportTyping(group, user));
    }

    [[nodiscard]] static nextchat::broker::PublishRequest request(const QString &group, const QString &user,
                                                                  const QString &text,
                                                                  const QString &clientId = QString())
    {
        return {group, user, text, clientId, std::chrono::steady_clock::now() + std::chrono::seconds(30)};
    }

private:
    nextchat::broker::MessageBroker &m_broker;
};
