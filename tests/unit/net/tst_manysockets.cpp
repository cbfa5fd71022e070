// SPDX-License-Identifier: MIT
#include "loopfixture.h"

#include <ctime>
#include <sys/resource.h>

namespace nextchat::net {

namespace {

constexpr int idleDescriptors = 10'000;
constexpr int turns = 2'000;

double threadCpuMicroseconds()
{
    timespec time{};
    clock_gettime(CLOCK_THREAD_CPUTIME_ID, &time);
    return double(time.tv_sec) * 1e6 + double(time.tv_nsec) / 1e3;
}

// The most descriptors that this process may have, after asking for enough.
rlim_t raiseDescriptorLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    return limit.rlim_cur;
}

} // namespace

class TestManySockets : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void idleSocketsCostNothing_data();
    void idleSocketsCostNothing();
};

void TestManySockets::idleSocketsCostNothing_data()
{
    QTest::addColumn<int>("idle");
    QTest::newRow("none idle") << 0;
    QTest::newRow("10,000 idle") << idleDescriptors;
}

// One busy socket beside many that are idle: all its events arrive and none of theirs. The cost is printed,
// not judged: it depends on the machine.
void TestManySockets::idleSocketsCostNothing()
{
    QFETCH(int, idle);
    if (raiseDescriptorLimit() < idleDescriptors + 100)
        QSKIP("This needs a limit of more than 10,000 open files.");
    runInLoop(true, [&] {
        SocketPair quiet;
        int idleActivated = 0;
        std::vector<std::unique_ptr<QSocketNotifier>> notifiers;
        for (int i = 0; i < idle; ++i) {
            const int descriptor = dup(quiet.ends[0]);
            QVERIFY(descriptor >= 0);
            notifiers.push_back(std::make_unique<QSocketNotifier>(descriptor, QSocketNotifier::Read));
            connect(notifiers.back().get(), &QSocketNotifier::activated, notifiers.back().get(),
                    [&] { ++idleActivated; });
        }
        SocketPair busy;
        QSocketNotifier notifier(busy.ends[0], QSocketNotifier::Read);
        int activated = 0;
        connect(&notifier, &QSocketNotifier::activated, &notifier, [&] { activated += busy.take() ? 1 : 0; });
        settle();
        const double before = threadCpuMicroseconds();
        for (int i = 1; i <= turns; ++i) {
            busy.feed();
            turnOnce(QEventLoop::WaitForMoreEvents);
            QCOMPARE(activated, i);
        }
        qInfo("%d idle descriptors: %.2f us of CPU for a turn with one event", idle,
              (threadCpuMicroseconds() - before) / turns);
        QCOMPARE(idleActivated, 0);
        for (const auto &one : notifiers) {
            one->setEnabled(false);
            close(int(one->socket()));
        }
    });
}

} // namespace nextchat::net

QTEST_GUILESS_MAIN(nextchat::net::TestManySockets)
#include "tst_manysockets.moc"
