// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/redis/crowd.h"

#include <QTest>

namespace nextchat::test {

// A Redis for each test, and a crowd over it.
class CrowdFixture : public QObject
{
protected:
    // The servers do not run yet.
    void prepare(const QByteArrayList &redisOptions = {}, const QStringList &settings = {})
    {
        m_redis = std::make_unique<RedisServer>(redisOptions);
        QVERIFY(m_redis->start());
        m_crowd = std::make_unique<Crowd>(m_redis->url(), settings);
    }
    void enter()
    {
        const QString failure = m_crowd->start();
        QVERIFY2(failure.isEmpty(), qPrintable(failure));
        m_crowd->talk(std::chrono::milliseconds(500));
    }
    void begin(const QByteArrayList &redisOptions = {}, const QStringList &settings = {})
    {
        prepare(redisOptions, settings);
        enter();
    }
    // Gives what was found, which is clean.
    SoakFindings expectClean(Crowd::History history = Crowd::History::Whole)
    {
        m_crowd->talk(std::chrono::milliseconds(500));
        const bool isSettled = m_crowd->settle();
        SoakFindings findings = m_crowd->findings(history);
        qInfo("%s; %d reconnects", qUtf8Printable(findings.summary()), m_crowd->reconnects());
        [&] { QVERIFY2(isSettled && findings.isClean(), qPrintable(findings.summary())); }();
        return findings;
    }
    void end()
    {
        if (QTest::currentTestFailed() && m_crowd)
            fprintf(stderr, "%s---\n", m_crowd->logs().constData());
        m_crowd.reset();
        m_redis.reset();
    }

    std::unique_ptr<RedisServer> m_redis;
    std::unique_ptr<Crowd> m_crowd;
};

} // namespace nextchat::test
