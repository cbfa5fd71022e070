// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/messagebroker.h"

namespace nextchat::test {

// Hears everything and does nothing: to be derived from by those who want to hear something.
class SilentListener : public broker::BrokerListener
{
public:
    void messagesArrived(const std::shared_ptr<const broker::MessageBatch> &) override { }
    void memberJoined(const QString &, const QString &) override { }
    void memberLeft(const QString &, const QString &) override { }
    void typing(const QString &, const QString &) override { }
    void epochBegan(const QString &, const QString &) override { }
    void messagesMissed(const QString &) override { }
    void placeLost(const QString &, const QString &) override { }
};

} // namespace nextchat::test
