// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "server/broker/redisbroker.h"
#include "tests/support/redisserver.h"
#include "tests/support/testconfiguration.h"

using namespace nextchat;
using namespace nextchat::broker;

namespace {

std::unique_ptr<test::RedisServer> server; // of all tests of this process

class RedisBrokerFixture : public BrokerFixture
{
public:
    RedisBrokerFixture(const QString &url, const BrokerSettings &settings)
    {
        static int fixtures = 0;
        RedisBrokerOptions options;
        options.urls = QStringList{url};
        options.prefix = QStringLiteral("test-%1-%2").arg(QCoreApplication::applicationPid()).arg(++fixtures);
        options.maximumGroups = settings.maximumGroups;
        options.maximumMembers = settings.maximumMembers;
        options.leaseDuration = settings.leaseDuration;
        options.clientIdWindow = settings.clientIdWindow;
        m_broker = std::move(RedisBroker::open(options, m_metrics).value());
    }
    [[nodiscard]] MessageBroker &broker() override { return *m_broker; }

private:
    MetricsRegistry m_metrics;
    std::unique_ptr<RedisBroker> m_broker;
};

} // namespace

std::unique_ptr<BrokerFixture> makeRedisBroker(const BrokerSettings &settings)
{
    const QString configured = test::TestConfiguration::instance().redisUrl;
    if (!configured.isEmpty())
        return std::make_unique<RedisBrokerFixture>(configured, settings);
    if (!server) {
        server =
            std::make_unique<test::RedisServer>(QByteArrayList{"--appendonly", "yes", "--appendfsync", "no"});
        qAddPostRoutine([] { server.reset(); }); // while there is an application
        if (!server->start())
            qFatal("redis-server can't be started");
    }
    return std::make_unique<RedisBrokerFixture>(server->url(), settings);
}
