// SPDX-License-Identifier: MIT
#include "tests/integration/redis/crowdfixture.h"
#include "tests/support/rawclient.h"

#include <QTest>

#include <csignal>

using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int crowdSize = 200;

bool isReady(quint16 port)
{
    RawClient probe(port);
    return probe.request(httpRequest("GET", "/readyz", {})).status == 200;
}

} // namespace

// An upgrade: servers are replaced one after the other while everybody talks (P1, P2, P3, P8).
class RedisRollingTest : public CrowdFixture
{
    Q_OBJECT

private Q_SLOTS:
    void nobodyLosesAnything();
    void cleanup() { end(); }

private:
    void talkUntil(const std::function<bool()> &done)
    {
        for (int i = 0; i < 600 && !done(); ++i)
            m_crowd->talk(100ms);
        QVERIFY(done());
    }
};

void RedisRollingTest::nobodyLosesAnything()
{
    m_redis = std::make_unique<RedisServer>();
    QVERIFY(m_redis->start());
    m_crowd = std::make_unique<Crowd>(m_redis->url(), QStringList{u"server.drainTime=3s"_s}, crowdSize);
    enter();
    for (int i = 0; i < Crowd::servers; ++i) {
        ServerProcess &server = m_crowd->server(i);
        QCOMPARE(::kill(static_cast<pid_t>(server.processId()), SIGTERM), 0);
        talkUntil(
            [&server] { return !server.isRunning(); }); // not terminate(): the clients live in this thread
        QCOMPARE(server.waitForExit(), 0);
        QVERIFY(server.restart());
        talkUntil([&server] { return isReady(server.port()); });
        m_crowd->talk(500ms);
    }
    const auto findings = expectClean();
    // Each was on one of the servers at least.
    QVERIFY(m_crowd->reconnects() >= crowdSize);
    const auto pauses = m_crowd->pauses();
    const auto at = [&pauses](double part) {
        return qlonglong(pauses.at(qsizetype(part * double(pauses.size() - 1))).count());
    };
    // Measured here, not asserted: it depends on what else the machine does.
    qInfo("pauses of %lld reconnects in ms: median %lld, p99 %lld, longest %lld", qlonglong(pauses.size()),
          at(0.5), at(0.99), at(1));
}

QTEST_GUILESS_MAIN(RedisRollingTest)
#include "tst_redisrolling.moc"
