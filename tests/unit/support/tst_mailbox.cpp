// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"

#include <QTest>
#include <QThread>

#include <thread>

namespace nextchat {

class TestMailbox : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isTheCurrentOneOfItsThread();
    void runsWorkInOrderInOneTurn();
    void workPostedByWorkRunsInALaterTurn();
    void drainRunsWhatWaits();
    void aNestedLoopGoesOnInOrder();
    void takesWorkThatOnlyMoves();
    void keepsTheOrderOfEachOfManyPosters();
    void wakesASleepingLoop();
    void dropsWhatWasNotRun();
};

void TestMailbox::isTheCurrentOneOfItsThread()
{
    QCOMPARE(Mailbox::current(), nullptr);
    {
        Mailbox outer;
        QCOMPARE(Mailbox::current(), &outer);
        {
            Mailbox inner;
            QCOMPARE(Mailbox::current(), &inner);
            Mailbox *elsewhere = &inner;
            std::thread([&] { elsewhere = Mailbox::current(); }).join();
            QCOMPARE(elsewhere, nullptr);
        }
        QCOMPARE(Mailbox::current(), &outer);
    }
    QCOMPARE(Mailbox::current(), nullptr);
}

void TestMailbox::runsWorkInOrderInOneTurn()
{
    Mailbox mailbox;
    QList<int> ran;
    for (int i = 0; i < 5; ++i)
        mailbox.post([&ran, i] { ran << i; });
    QVERIFY(ran.isEmpty());
    QCoreApplication::processEvents();
    QCOMPARE(ran, QList<int>({0, 1, 2, 3, 4}));
    mailbox.post([&ran] { ran << 5; });
    QCoreApplication::processEvents();
    QCOMPARE(ran.last(), 5);
}

void TestMailbox::workPostedByWorkRunsInALaterTurn()
{
    Mailbox mailbox;
    QList<int> ran;
    mailbox.post([&] {
        ran << 1;
        mailbox.post([&] { ran << 3; });
    });
    mailbox.post([&] { ran << 2; });
    mailbox.drain();
    QCOMPARE(ran, QList<int>({1, 2}));
    QTRY_COMPARE(ran, QList<int>({1, 2, 3}));
}

void TestMailbox::drainRunsWhatWaits()
{
    Mailbox mailbox;
    int ran = 0;
    mailbox.post([&ran] { ++ran; });
    mailbox.drain();
    QCOMPARE(ran, 1);
    QCoreApplication::processEvents(); // the wake-up is still under way and finds nothing
    QCOMPARE(ran, 1);
}

void TestMailbox::aNestedLoopGoesOnInOrder()
{
    Mailbox mailbox;
    QList<int> ran;
    mailbox.post([&] {
        ran << 1;
        mailbox.post([&] { ran << 4; });
        QCoreApplication::processEvents();
        ran << 5;
    });
    mailbox.post([&] { ran << 2; });
    mailbox.post([&] { ran << 3; });
    QCoreApplication::processEvents();
    QCOMPARE(ran, QList<int>({1, 2, 3, 4, 5}));
}

void TestMailbox::takesWorkThatOnlyMoves()
{
    Mailbox mailbox;
    int seen = 0;
    auto cargo = std::make_unique<int>(42);
    mailbox.post([&seen, cargo = std::move(cargo)] { seen = *cargo; });
    QTRY_COMPARE(seen, 42);
}

void TestMailbox::keepsTheOrderOfEachOfManyPosters()
{
    constexpr std::size_t posters = 6;
    constexpr int each = 10'000;
    Mailbox mailbox;
    std::array<int, posters> next{};
    int outOfOrder = 0;
    std::vector<std::thread> threads;
    for (std::size_t poster = 0; poster < posters; ++poster) {
        threads.emplace_back([&, poster] {
            for (int i = 0; i < each; ++i)
                mailbox.post([&, poster, i] { outOfOrder += next[poster]++ == i ? 0 : 1; });
        });
    }
    QTRY_VERIFY_WITH_TIMEOUT(std::all_of(next.cbegin(), next.cend(), [](int count) { return count == each; }),
                             30'000);
    for (std::thread &thread : threads)
        thread.join();
    QCOMPARE(outOfOrder, 0);
}

// Two threads answer each other; a wake-up that got lost would stop the game.
void TestMailbox::wakesASleepingLoop()
{
    class Player : public QThread
    {
    public:
        std::atomic<Mailbox *> mailbox = nullptr;

    protected:
        void run() override
        {
            Mailbox own;
            mailbox = &own;
            mailbox.notify_one();
            exec();
            own.drain();
        }
    };
    constexpr int rounds = 2'000;
    Player player;
    player.start();
    player.mailbox.wait(nullptr);
    Mailbox home;
    QEventLoop loop;
    int round = 0;
    std::function<void()> serve = [&] {
        if (++round > rounds) {
            loop.quit();
            return;
        }
        player.mailbox.load()->post([&] { home.post([&] { serve(); }); });
    };
    home.post([&] { serve(); });
    loop.exec();
    QCOMPARE(round, rounds + 1);
    player.quit();
    player.wait();
}

void TestMailbox::dropsWhatWasNotRun()
{
    auto cargo = std::make_shared<int>(1);
    bool ran = false;
    {
        Mailbox mailbox;
        mailbox.post([&ran, cargo] { ran = true; });
        mailbox.post([&ran, cargo] { ran = true; });
        QCOMPARE(cargo.use_count(), 3);
    }
    QCOMPARE(cargo.use_count(), 1);
    QCoreApplication::processEvents();
    QVERIFY(!ran);
}

} // namespace nextchat

QTEST_GUILESS_MAIN(nextchat::TestMailbox)
#include "tst_mailbox.moc"
