// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "server/broker/localbroker.h"

#include <QTemporaryDir>

using namespace nextchat;
using namespace nextchat::broker;

namespace {

class LocalBrokerFixture : public BrokerFixture
{
public:
    explicit LocalBrokerFixture(const BrokerSettings &settings)
    {
        LocalBrokerOptions options;
        options.dataDir = m_dir.path();
        options.maximumGroups = settings.maximumGroups;
        options.maximumMembers = settings.maximumMembers;
        options.leaseDuration = settings.leaseDuration;
        options.clientIdWindow = settings.clientIdWindow;
        m_broker = std::move(LocalBroker::open(options, m_metrics).value());
    }
    [[nodiscard]] MessageBroker &broker() override { return *m_broker; }

private:
    QTemporaryDir m_dir;
    MetricsRegistry m_metrics;
    std::unique_ptr<LocalBroker> m_broker;
};

} // namespace

std::unique_ptr<BrokerFixture> makeLocalBroker(const BrokerSettings &settings)
{
    return std::make_unique<LocalBrokerFixture>(settings);
}
