// SPDX-License-Identifier: MIT
#include "loopfixture.h"

#include <QLoggingCategory>
#include <QTemporaryFile>

#include <netinet/in.h>
#include <sys/resource.h>

namespace nextchat::net {

namespace {

// A notifier that counts; what it does in its handler can be told.
struct Counter
{
    Counter(int descriptor, QSocketNotifier::Type type)
        : notifier(std::make_unique<QSocketNotifier>(descriptor, type))
    {
        QObject::connect(notifier.get(), &QSocketNotifier::activated, notifier.get(), [this] {
            ++count;
            action();
        });
    }
    int count = 0;
    std::function<void()> action = [] {};
    std::unique_ptr<QSocketNotifier> notifier;
};

} // namespace

class TestEpollNotifiers : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void allThreeTypesShareADescriptor_data() { forBothDispatchers(); }
    void allThreeTypesShareADescriptor();
    void aHangUpIsReadable_data() { forBothDispatchers(); }
    void aHangUpIsReadable();
    void whatIsNotTakenIsReportedAgain_data() { forBothDispatchers(); }
    void whatIsNotTakenIsReportedAgain();
    void theLastChangeOfATurnCounts_data() { forBothDispatchers(); }
    void theLastChangeOfATurnCounts();
    void disabledByAnotherIsNotActivated_data() { forBothDispatchers(); }
    void disabledByAnotherIsNotActivated();
    void deletedByAnotherIsNotActivated_data() { forBothDispatchers(); }
    void deletedByAnotherIsNotActivated();
    void disabledByItsSiblingIsNotActivated_data() { forBothDispatchers(); }
    void disabledByItsSiblingIsNotActivated();
    void mayBeDeletedInItsOwnHandler_data() { forBothDispatchers(); }
    void mayBeDeletedInItsOwnHandler();
    void addedInAHandlerIsActivatedLater_data() { forBothDispatchers(); }
    void addedInAHandlerIsActivatedLater();
    void aReusedDescriptorIsWatched_data();
    void aReusedDescriptorIsWatched();
    void aDescriptorThatIsClosedIsRefused();
    void aDescriptorThatLivesOnElsewhereDoesNotSpin();
    void regularFilesAreAlwaysReady_data() { forBothDispatchers(); }
    void regularFilesAreAlwaysReady();
    void moreThanOneWaitTakesAreAllServed_data() { forBothDispatchers(); }
    void moreThanOneWaitTakesAreAllServed();
    void handlersThatChangeEverythingAreSurvived_data() { forBothDispatchers(); }
    void handlersThatChangeEverythingAreSurvived();
};

// Out-of-band data of TCP is what makes the third type happen.
void TestEpollNotifiers::allThreeTypesShareADescriptor()
{
    QFETCH(bool, ours);
    const int listener = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    sockaddr_in address{};
    address.sin_family = AF_INET;
    address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
    socklen_t length = sizeof address;
    QCOMPARE(bind(listener, reinterpret_cast<sockaddr *>(&address), length), 0);
    QCOMPARE(listen(listener, 1), 0);
    QCOMPARE(getsockname(listener, reinterpret_cast<sockaddr *>(&address), &length), 0);
    const int sender = ::socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
    QCOMPARE(::connect(sender, reinterpret_cast<sockaddr *>(&address), length), 0);
    const int receiver = accept(listener, nullptr, nullptr);
    runInLoop(ours, [&] {
        Counter read(receiver, QSocketNotifier::Read);
        Counter write(receiver, QSocketNotifier::Write);
        Counter exception(receiver, QSocketNotifier::Exception);
        write.action = [&] { write.notifier->setEnabled(false); };
        QVERIFY(turnUntil([&] { return write.count == 1; }));
        settle();
        QCOMPARE(write.count, 1);
        QCOMPARE(read.count + exception.count, 0);
        read.action = [&] {
            char buffer[16];
            recv(receiver, buffer, sizeof buffer, MSG_DONTWAIT);
        };
        exception.action = [&] {
            char byte = 0;
            recv(receiver, &byte, 1, MSG_OOB | MSG_DONTWAIT);
        };
        QCOMPARE(send(sender, "!", 1, MSG_OOB), ssize_t(1));
        QVERIFY(turnUntil([&] { return exception.count >= 1; }));
        settle();
        QCOMPARE(send(sender, "in band", 7, 0), ssize_t(7));
        const int before = read.count;
        QVERIFY(turnUntil([&] { return read.count > before; }));
        QCOMPARE(write.count, 1);
    });
    close(receiver);
    close(sender);
    close(listener);
}

void TestEpollNotifiers::aHangUpIsReadable()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair pair;
        Counter read(pair.ends[0], QSocketNotifier::Read);
        settle();
        QCOMPARE(read.count, 0);
        pair.closeEnd(1);
        QVERIFY(turnUntil([&] { return read.count == 1; }));
    });
}

void TestEpollNotifiers::whatIsNotTakenIsReportedAgain()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair pair;
        Counter read(pair.ends[0], QSocketNotifier::Read);
        pair.feed();
        for (int turn = 1; turn <= 3; ++turn) {
            turnOnce(QEventLoop::WaitForMoreEvents);
            QCOMPARE(read.count, turn);
        }
        pair.take();
        QVERIFY(!turnOnce());
        QCOMPARE(read.count, 3);
    });
}

void TestEpollNotifiers::theLastChangeOfATurnCounts()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair on;
        SocketPair off;
        Counter switchedOn(on.ends[0], QSocketNotifier::Read);
        Counter switchedOff(off.ends[0], QSocketNotifier::Read);
        settle();
        on.feed();
        off.feed();
        for (int i = 0; i < 3; ++i) {
            switchedOn.notifier->setEnabled(false);
            switchedOn.notifier->setEnabled(true);
            switchedOff.notifier->setEnabled(true);
            switchedOff.notifier->setEnabled(false);
        }
        turnOnce();
        QCOMPARE(switchedOn.count, 1);
        QCOMPARE(switchedOff.count, 0);
        switchedOff.notifier->setEnabled(true);
        switchedOn.notifier->setEnabled(false);
        turnOnce();
        QCOMPARE(switchedOn.count, 1);
        QCOMPARE(switchedOff.count, 1);
    });
}

void TestEpollNotifiers::disabledByAnotherIsNotActivated()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair first;
        SocketPair second;
        Counter one(first.ends[0], QSocketNotifier::Read);
        Counter other(second.ends[0], QSocketNotifier::Read);
        one.action = [&] { other.notifier->setEnabled(false); };
        other.action = [&] { one.notifier->setEnabled(false); };
        first.feed();
        second.feed();
        turnOnce();
        QCOMPARE(one.count + other.count, 1);
    });
}

void TestEpollNotifiers::deletedByAnotherIsNotActivated()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair first;
        SocketPair second;
        Counter one(first.ends[0], QSocketNotifier::Read);
        Counter other(second.ends[0], QSocketNotifier::Read);
        one.action = [&] {
            other.notifier.reset();
            second.closeEnd(0);
        };
        other.action = [&] {
            one.notifier.reset();
            first.closeEnd(0);
        };
        first.feed();
        second.feed();
        settle();
        turnOnce();
        QVERIFY(one.count == 0 || other.count == 0);
    });
}

void TestEpollNotifiers::disabledByItsSiblingIsNotActivated()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair pair;
        Counter read(pair.ends[0], QSocketNotifier::Read);
        Counter write(pair.ends[0], QSocketNotifier::Write);
        read.action = [&] { write.notifier->setEnabled(false); };
        pair.feed();
        turnOnce();
        QCOMPARE(read.count, 1);
        QCOMPARE(write.count, 0);
    });
}

void TestEpollNotifiers::mayBeDeletedInItsOwnHandler()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair pair;
        Counter read(pair.ends[0], QSocketNotifier::Read);
        Counter write(pair.ends[0], QSocketNotifier::Write);
        write.notifier->setEnabled(false);
        read.action = [&] {
            read.notifier.release()->deleteLater();
            write.notifier.reset();
            pair.closeEnd(0);
        };
        pair.feed();
        turnOnce();
        settle();
        QCOMPARE(read.count, 1);
    });
}

void TestEpollNotifiers::addedInAHandlerIsActivatedLater()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        SocketPair first;
        SocketPair second;
        std::unique_ptr<Counter> added;
        Counter one(first.ends[0], QSocketNotifier::Read);
        one.action = [&] {
            first.take();
            added = std::make_unique<Counter>(second.ends[0], QSocketNotifier::Read);
        };
        second.feed();
        first.feed();
        turnOnce();
        QVERIFY(added);
        QCOMPARE(added->count, 0);
        turnOnce();
        QCOMPARE(added->count, 1);
    });
}

void TestEpollNotifiers::aReusedDescriptorIsWatched_data()
{
    qputenv("QT_NO_GLIB", "1");
    QTest::addColumn<bool>("ours");
    QTest::addColumn<bool>("sameNotifier");
    QTest::newRow("epoll, new notifier") << true << false;
    QTest::newRow("epoll, same notifier") << true << true;
    QTest::newRow("poll, new notifier") << false << false;
    QTest::newRow("poll, same notifier") << false << true;
}

// Off, closed, another file under the same number, on again: all in one turn.
void TestEpollNotifiers::aReusedDescriptorIsWatched()
{
    QFETCH(bool, ours);
    QFETCH(bool, sameNotifier);
    runInLoop(ours, [&] {
        SocketPair old;
        SocketPair fresh;
        const int number = old.ends[0];
        auto counter = std::make_unique<Counter>(number, QSocketNotifier::Read);
        settle();
        if (sameNotifier)
            counter->notifier->setEnabled(false);
        else
            counter.reset();
        QCOMPARE(dup2(fresh.ends[0], number), number); // closes the old one first
        if (sameNotifier)
            counter->notifier->setEnabled(true);
        else
            counter = std::make_unique<Counter>(number, QSocketNotifier::Read);
        settle();
        QCOMPARE(counter->count, 0);
        fresh.feed();
        QVERIFY(turnUntil([&] { return counter->count == 1; }));
    });
}

void TestEpollNotifiers::aDescriptorThatIsClosedIsRefused()
{
    runInLoop(true, [] {
        SocketPair pair;
        SocketPair healthy;
        const int number = dup(pair.ends[0]);
        close(number);
        Counter closed(number, QSocketNotifier::Read);
        Counter fine(healthy.ends[0], QSocketNotifier::Read);
        healthy.feed();
        QLoggingCategory::setFilterRules(
            QStringLiteral("nextchat.net.warning=false")); // expected, and fatal in tests
        turnOnce();
        QLoggingCategory::setFilterRules(QString());
        QVERIFY(!closed.notifier->isEnabled());
        QCOMPARE(fine.count, 1);
        settle();
    });
}

// epoll goes on to report a file that was closed under one number and is open under another.
void TestEpollNotifiers::aDescriptorThatLivesOnElsewhereDoesNotSpin()
{
    runInLoop(true, [] {
        SocketPair pair;
        SocketPair healthy;
        Counter fine(healthy.ends[0], QSocketNotifier::Read);
        fine.action = [&] { healthy.take(); };
        const int number = dup(pair.ends[0]);
        auto watched = std::make_unique<Counter>(number, QSocketNotifier::Read);
        settle();
        close(number);
        watched.reset(); // too late for epoll to forget it
        pair.feed();
        settle();
        bool fired = false;
        QTimer timer;
        timer.callOnTimeout([&] { fired = true; });
        timer.start(30);
        int turns = 0;
        while (!fired) {
            turnOnce(QEventLoop::WaitForMoreEvents);
            ++turns;
        }
        QVERIFY2(turns < 5, qPrintable(QString::number(turns)));
        healthy.feed();
        QVERIFY(turnUntil([&] { return fine.count == 1; }));
    });
}

void TestEpollNotifiers::regularFilesAreAlwaysReady()
{
    QFETCH(bool, ours);
    QTemporaryFile file;
    QVERIFY(file.open());
    runInLoop(ours, [&] {
        Counter read(file.handle(), QSocketNotifier::Read);
        Counter write(file.handle(), QSocketNotifier::Write);
        for (int turn = 1; turn <= 3; ++turn) {
            turnOnce(QEventLoop::WaitForMoreEvents);
            QCOMPARE(read.count, turn);
            QCOMPARE(write.count, turn);
        }
        read.notifier->setEnabled(false);
        turnOnce(QEventLoop::WaitForMoreEvents);
        QCOMPARE(read.count, 3);
        QCOMPARE(write.count, 4);
        write.notifier.reset();
        turnOnce();
        QCOMPARE(read.count, 3);
    });
}

void TestEpollNotifiers::moreThanOneWaitTakesAreAllServed()
{
    QFETCH(bool, ours);
    constexpr rlim_t descriptors = 4'000; // more than users have by default
    rlimit limit{};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &limit), 0);
    limit.rlim_cur = std::max(limit.rlim_cur, descriptors);
    QVERIFY2(::setrlimit(RLIMIT_NOFILE, &limit) == 0, "the hard limit of open files is too low");
    runInLoop(ours, [] {
        constexpr std::size_t count = 1'000;
        std::vector<std::unique_ptr<SocketPair>> pairs;
        std::vector<std::unique_ptr<Counter>> counters;
        for (std::size_t i = 0; i < count; ++i) {
            pairs.push_back(std::make_unique<SocketPair>());
            counters.push_back(std::make_unique<Counter>(pairs[i]->ends[0], QSocketNotifier::Read));
            pairs[i]->feed(); // never taken, so that those served first compete with the rest
        }
        QVERIFY(turnUntil([&] {
            return std::all_of(counters.cbegin(), counters.cend(),
                               [](const auto &c) { return c->count > 0; });
        }));
    });
}

// Each handler switches, deletes, closes and makes others, by a fixed pseudo-random plan.
void TestEpollNotifiers::handlersThatChangeEverythingAreSurvived()
{
    QFETCH(bool, ours);
    runInLoop(ours, [] {
        constexpr std::size_t count = 60;
        std::array<std::unique_ptr<SocketPair>, count> pairs;
        std::array<std::unique_ptr<Counter>, count> counters;
        std::vector<std::unique_ptr<Counter>> retired; // a handler may replace the one that runs
        quint32 random = 12345;
        const auto next = [&random] { return (random = random * 1664525u + 1013904223u) >> 8; };
        int handled = 0;
        std::function<void(std::size_t)> renew = [&](std::size_t i) {
            if (counters[i]) {
                counters[i]->notifier->setEnabled(false);
                retired.push_back(std::move(counters[i]));
            }
            pairs[i] = std::make_unique<SocketPair>(); // closes the old one: its numbers are used again
            const auto type = next() % 4 == 0 ? QSocketNotifier::Write : QSocketNotifier::Read;
            counters[i] = std::make_unique<Counter>(pairs[i]->ends[0], type);
            counters[i]->action = [&, i] {
                ++handled;
                if (pairs[i])
                    pairs[i]->take();
                const std::size_t victim = next() % count;
                if (next() % 3 == 0)
                    renew(victim);
                else
                    counters[victim]->notifier->setEnabled(next() % 2 == 0);
                pairs[next() % count]->feed();
            };
            pairs[i]->feed();
        };
        for (std::size_t i = 0; i < count; ++i)
            renew(i);
        for (int turn = 0; turn < 500; ++turn) {
            turnOnce();
            retired.clear();
            for (auto &counter : counters)
                counter->notifier->setEnabled(true);
        }
        QVERIFY(handled > 500);
    });
}

} // namespace nextchat::net

QTEST_GUILESS_MAIN(nextchat::net::TestEpollNotifiers)
#include "tst_epollnotifiers.moc"
