// SPDX-License-Identifier: MIT
#include "server/ops/posixsignals.h"

#include <QSignalSpy>
#include <QTest>
#include <QThread>

#include <csignal>
#include <thread>
#include <unistd.h>

using namespace nextchat::ops;

class PosixSignalsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void signalsArriveInTheEventLoop_data()
    {
        QTest::addColumn<int>("signal");
        QTest::newRow("SIGTERM") << SIGTERM;
        QTest::newRow("SIGINT") << SIGINT;
    }
    void signalsArriveInTheEventLoop()
    {
        QFETCH(int, signal);
        PosixSignals signals_;
        QSignalSpy spy(&signals_, &PosixSignals::terminationRequested);
        QCOMPARE(::kill(::getpid(), signal), 0);
        QTRY_COMPARE(spy.size(), 1);
        QCOMPARE(spy.constFirst().constFirst().toInt(), signal);
    }

    void aHangUpAsksToReload()
    {
        PosixSignals signals_;
        const QSignalSpy ends(&signals_, &PosixSignals::terminationRequested);
        QSignalSpy reloads(&signals_, &PosixSignals::reloadRequested);
        QCOMPARE(::kill(::getpid(), SIGHUP), 0);
        QTRY_COMPARE(reloads.size(), 1);
        QVERIFY(ends.empty());
    }

    void whicheverThreadIsInterruptedTheOwnerHears()
    {
        PosixSignals signals_;
        QThread *heardIn = nullptr;
        connect(&signals_, &PosixSignals::terminationRequested, &signals_,
                [&heardIn] { heardIn = QThread::currentThread(); });
        // NOLINTNEXTLINE(bugprone-bad-signal-to-kill-thread): it is handled.
        std::thread other([] { ::pthread_kill(::pthread_self(), SIGTERM); });
        other.join();
        QVERIFY(!heardIn);
        QTRY_COMPARE(heardIn, QThread::currentThread());
    }

    void manySignalsNeitherBlockNorGetLost()
    {
        PosixSignals signals_;
        QSignalSpy spy(&signals_, &PosixSignals::terminationRequested);
        for (int i = 0; i < 10'000; ++i)
            ::raise(SIGTERM); // far more than the socket pair holds
        QTRY_VERIFY(!spy.empty());
    }

    void aBrokenPipeIsAnErrorOfTheWrite()
    {
        PosixSignals signals_;
        int ends[2];
        QCOMPARE(::pipe(ends), 0);
        ::close(ends[0]);
        QCOMPARE(::write(ends[1], "x", 1), -1);
        QCOMPARE(errno, EPIPE);
        ::close(ends[1]);
    }

    void whatWasInForceBeforeComesBack()
    {
        struct sigaction before = {};
        sigaction(SIGTERM, nullptr, &before);
        {
            PosixSignals signals_;
            struct sigaction during = {};
            sigaction(SIGTERM, nullptr, &during);
            QVERIFY(during.sa_handler != before.sa_handler);
        }
        struct sigaction after = {};
        sigaction(SIGTERM, nullptr, &after);
        QVERIFY(after.sa_handler == before.sa_handler);
        PosixSignals again;
        QSignalSpy spy(&again, &PosixSignals::terminationRequested);
        ::raise(SIGINT);
        QTRY_COMPARE(spy.size(), 1);
    }
};

QTEST_GUILESS_MAIN(PosixSignalsTest)

#include "tst_posixsignals.moc"
