// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubconnection.h"
#include "tests/unit/signalr/fakehub.h"
#include "tests/unit/signalr/outcome.h"

#include <QTest>

namespace nextchat::signalr {

inline Value::Array arguments(Value value)
{
    Value::Array array;
    array.push_back(std::move(value));
    return array;
}

// What the tests of HubConnection share: a fake hub and a connection to it, fresh for each test.
class HubConnectionFixture : public QObject
{
    Q_OBJECT

protected:
    std::unique_ptr<FakeHub> m_hub;
    std::unique_ptr<HubConnection> m_connection;

    [[nodiscard]] HubConnectionOptions options() const
    {
        HubConnectionOptions options;
        options.url = m_hub->url();
        return options;
    }

    void make(HubConnectionOptions options)
    {
        m_connection = std::make_unique<HubConnection>(std::move(options));
    }

    [[nodiscard]] static ReconnectPolicy atOnce()
    {
        return {.delays = {std::chrono::milliseconds(0)}, .forever = true};
    }

    void connectToHub(HubConnectionOptions options)
    {
        make(std::move(options));
        const auto started = outcomeOf(m_connection->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY2(**started, **started ? "" : qPrintable((*started)->error().message));
        QCOMPARE(m_connection->state(), HubConnection::State::Connected);
    }

private Q_SLOTS:
    void init() { m_hub = std::make_unique<FakeHub>(); }

    void cleanup()
    {
        m_connection.reset();
        m_hub.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }
};

} // namespace nextchat::signalr
