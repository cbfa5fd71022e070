// SPDX-License-Identifier: MIT
#include "server/net/heartbeat.h"

#include <QTest>

#include <functional>
#include <memory>
#include <vector>

using namespace nextchat::net;

namespace {

class Ticker : public Ticking
{
public:
    int ticks = 0;
    std::vector<Clock::time_point> times;
    std::function<void()> onTick;

    void tick(Clock::time_point now) override
    {
        ++ticks;
        times.push_back(now);
        if (onTick)
            onTick();
    }
};

constexpr std::size_t many = 35; // some in every slot

std::vector<std::unique_ptr<Ticker>> tickers(std::size_t count, Heartbeat &heartbeat)
{
    std::vector<std::unique_ptr<Ticker>> all;
    for (std::size_t i = 0; i < count; ++i) {
        all.push_back(std::make_unique<Ticker>());
        heartbeat.add(all.back().get());
    }
    return all;
}

template <typename Range> bool allTicked(const Range &all, int times)
{
    return std::all_of(all.begin(), all.end(),
                       [times](const auto &ticker) { return ticker->ticks >= times; });
}

} // namespace

class TestHeartbeat : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ticksEachOnceASecond();
    void spreadsThoseThatCameTogether();
    void leavesOutWhoeverWasRemoved();
    void bearsRemovalOfItselfInATick();
    void bearsRemovalOfOthersInATick();
    void bearsAddingInATick();
    void mayGoBeforeWhatItCalls();
};

void TestHeartbeat::ticksEachOnceASecond()
{
    Heartbeat heartbeat;
    const auto all = tickers(many, heartbeat);
    QTRY_VERIFY(allTicked(all, 3));
    for (const auto &ticker : all) {
        const auto period = ticker->times[2] - ticker->times[1];
        QVERIFY(period > std::chrono::milliseconds(500)); // whatever the machine is doing besides
    }
}

void TestHeartbeat::spreadsThoseThatCameTogether()
{
    Heartbeat heartbeat;
    const auto all = tickers(10, heartbeat);
    QTRY_VERIFY(allTicked(all, 1));
    for (std::size_t i = 1; i < all.size(); ++i)
        QVERIFY(all[i]->times[0] > all[i - 1]->times[0]);
}

void TestHeartbeat::leavesOutWhoeverWasRemoved()
{
    Heartbeat heartbeat;
    const auto all = tickers(many, heartbeat);
    for (std::size_t i = 0; i < many; i += 2)
        heartbeat.remove(all[i].get());
    QTRY_VERIFY(all[1]->ticks >= 2);
    for (std::size_t i = 0; i < many; ++i)
        QCOMPARE(all[i]->ticks > 0, i % 2 == 1);
    heartbeat.add(all[0].get());
    QTRY_VERIFY(all[0]->ticks > 0);
}

void TestHeartbeat::bearsRemovalOfItselfInATick()
{
    Heartbeat heartbeat;
    auto all = tickers(many, heartbeat);
    for (auto &ticker : all)
        ticker->onTick = [&heartbeat, self = ticker.get()] { heartbeat.remove(self); };
    QTRY_VERIFY(allTicked(all, 1));
    Ticker last;
    heartbeat.add(&last);
    QTRY_VERIFY(last.ticks >= 2);
    for (const auto &ticker : all)
        QCOMPARE(ticker->ticks, 1);
}

void TestHeartbeat::bearsRemovalOfOthersInATick()
{
    for (std::size_t victim = 0; victim < 5; ++victim) {
        for (std::size_t killer = 0; killer < 5; ++killer) {
            if (killer == victim)
                continue;
            Heartbeat heartbeat;
            auto all = tickers(50, heartbeat); // 0, 10, 20, 30 and 40 share a slot
            auto &gone = all[victim * 10];
            all[killer * 10]->onTick = [&gone] { gone.reset(); };
            QTRY_VERIFY(!gone);
            const auto others = {all[0].get(), all[10].get(), all[20].get(), all[30].get(), all[40].get()};
            QVERIFY(std::all_of(others.begin(), others.end(),
                                [](const Ticker *ticker) { return !ticker || ticker->ticks >= 1; }));
        }
    }
}

void TestHeartbeat::bearsAddingInATick()
{
    Heartbeat heartbeat;
    std::vector<std::unique_ptr<Ticker>> added;
    Ticker first;
    heartbeat.add(&first);
    first.onTick = [&] {
        for (int i = 0; i < 100; ++i) {
            added.push_back(std::make_unique<Ticker>());
            heartbeat.add(added.back().get());
        }
        first.onTick = {};
    };
    QTRY_COMPARE(added.size(), std::size_t(100));
    QTRY_VERIFY(allTicked(added, 1));
}

void TestHeartbeat::mayGoBeforeWhatItCalls()
{
    Ticker ticker;
    {
        Heartbeat heartbeat;
        heartbeat.add(&ticker);
    }
    Heartbeat another;
    another.add(&ticker);
    QTRY_VERIFY(ticker.ticks > 0);
}

QTEST_GUILESS_MAIN(TestHeartbeat)
#include "tst_heartbeat.moc"
