// SPDX-License-Identifier: MIT
#include "common/support/ask.h"

#include <QTest>
#include <QThread>

#include <thread>

namespace nextchat {

namespace {

// Another thread with a mailbox, which answers when it is told to.
class Answerer : public QThread
{
public:
    Answerer()
    {
        start();
        m_mailbox.wait(nullptr);
    }
    ~Answerer() override
    {
        quit();
        wait();
    }
    template <typename Work> void post(Work work) { m_mailbox.load()->post(std::move(work)); }

protected:
    void run() override
    {
        Mailbox own;
        m_mailbox = &own;
        m_mailbox.notify_one();
        exec();
        own.drain();
    }

private:
    std::atomic<Mailbox *> m_mailbox = nullptr;
};

} // namespace

class TestAsk : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAnswerFromAnotherThreadArrivesInTheAskingOne();
    void anAnswerAtOnceIsTakenInALaterTurn();
    void onlyTheFirstAnswerCounts();
    void answersThatOnlyMoveArrive();
    void manyAskersGetTheirOwnAnswers();
    void anAskerMayBeDestroyedBeforeTheAnswer();
    void anAskerMayBeDestroyedBetweenAnswerAndResumption();
    void patienceEnds();
    void aLateAnswerIsDropped();
    void anAnswerInTimeBeatsThePatience();
};

void TestAsk::anAnswerFromAnotherThreadArrivesInTheAskingOne()
{
    Mailbox home;
    Answerer other;
    QThread *answeredIn = nullptr;
    QThread *resumedIn = nullptr;
    int answer = 0;
    const auto story = [&]() -> QCoro::Task<> {
        answer = co_await ask<int>([&](Reply<int> reply) {
            other.post([&answeredIn, reply = std::move(reply)] {
                answeredIn = QThread::currentThread();
                reply(42);
            });
        });
        resumedIn = QThread::currentThread();
    };
    const auto task = story();
    QCOMPARE(answer, 0);
    QTRY_COMPARE(answer, 42);
    QCOMPARE(answeredIn, &other);
    QCOMPARE(resumedIn, QThread::currentThread());
}

void TestAsk::anAnswerAtOnceIsTakenInALaterTurn()
{
    Mailbox home;
    bool done = false;
    const auto story = [&]() -> QCoro::Task<> {
        co_await ask<int>([](const Reply<int> &reply) { reply(1); });
        done = true;
    };
    const auto task = story();
    QVERIFY(!done);
    QTRY_VERIFY(done);
}

void TestAsk::onlyTheFirstAnswerCounts()
{
    Mailbox home;
    QList<int> answers;
    std::optional<Reply<int>> kept;
    const auto story = [&]() -> QCoro::Task<> {
        answers << co_await ask<int>([&](const Reply<int> &reply) {
            kept = reply;
            reply(1);
            reply(2);
        });
    };
    const auto task = story();
    QTRY_COMPARE(answers, QList<int>({1}));
    (*kept)(3);
    home.drain();
    QCoreApplication::processEvents();
    QCOMPARE(answers, QList<int>({1}));
}

void TestAsk::answersThatOnlyMoveArrive()
{
    Mailbox home;
    Answerer other;
    int answer = 0;
    const auto story = [&]() -> QCoro::Task<> {
        const auto box = co_await ask<std::unique_ptr<int>>([&](Reply<std::unique_ptr<int>> reply) {
            other.post([reply = std::move(reply)] { reply(std::make_unique<int>(7)); });
        });
        answer = *box;
    };
    const auto task = story();
    QTRY_COMPARE(answer, 7);
}

void TestAsk::manyAskersGetTheirOwnAnswers()
{
    constexpr int count = 2'000;
    Mailbox home;
    Answerer other;
    int right = 0;
    const auto story = [&](int i) -> QCoro::Task<> {
        const int answer = co_await ask<int>(
            [&](Reply<int> reply) { other.post([i, reply = std::move(reply)] { reply(i * 2); }); });
        right += answer == i * 2 ? 1 : 0;
    };
    std::vector<QCoro::Task<>> tasks;
    for (int i = 0; i < count; ++i)
        tasks.push_back(story(i));
    QTRY_COMPARE(right, count);
}

namespace {

// A coroutine that its owner may destroy while it waits; a QCoro::Task lives on until it is done.
struct Owned
{
    struct promise_type
    {
        Owned get_return_object() { return Owned(std::coroutine_handle<promise_type>::from_promise(*this)); }
        std::suspend_never initial_suspend() noexcept { return {}; }
        std::suspend_always final_suspend() noexcept { return {}; }
        void return_void() { }
        void unhandled_exception() { std::terminate(); }
    };
    explicit Owned(std::coroutine_handle<promise_type> h)
        : handle(h)
    { }
    Owned(const Owned &) = delete;
    Owned &operator=(const Owned &) = delete;
    ~Owned() { handle.destroy(); }

    std::coroutine_handle<promise_type> handle;
};

} // namespace

void TestAsk::anAskerMayBeDestroyedBeforeTheAnswer()
{
    Mailbox home;
    Answerer other;
    std::optional<Reply<int>> kept;
    bool resumed = false;
    const auto story = [&]() -> Owned {
        co_await ask<int>([&](const Reply<int> &reply) { kept = reply; });
        resumed = true;
    };
    {
        const Owned asker = story();
        QVERIFY(kept);
    }
    std::atomic<bool> answered = false;
    other.post([&] {
        (*kept)(1);
        answered = true;
    });
    QTRY_VERIFY(answered);
    QCoreApplication::processEvents();
    QVERIFY(!resumed);
}

void TestAsk::anAskerMayBeDestroyedBetweenAnswerAndResumption()
{
    Mailbox home;
    bool resumed = false;
    const auto story = [&]() -> Owned {
        co_await ask<int>([&](const Reply<int> &reply) { reply(1); });
        resumed = true;
    };
    {
        const Owned asker = story();
    }
    QCoreApplication::processEvents();
    QVERIFY(!resumed);
}

void TestAsk::patienceEnds()
{
    Mailbox home;
    QString answer;
    const auto story = [&]() -> QCoro::Task<> {
        answer = co_await askWithin<QString>(std::chrono::milliseconds(1), QStringLiteral("late"),
                                             [](const Reply<QString> &) { /* never answers */ });
    };
    const auto task = story();
    QTRY_COMPARE(answer, QStringLiteral("late"));
}

void TestAsk::aLateAnswerIsDropped()
{
    Mailbox home;
    std::optional<Reply<int>> kept;
    QList<int> answers;
    const auto story = [&]() -> QCoro::Task<> {
        answers << co_await askWithin<int>(std::chrono::milliseconds(1), -1,
                                           [&](const Reply<int> &reply) { kept = reply; });
    };
    const auto task = story();
    QTRY_COMPARE(answers, QList<int>({-1}));
    std::thread([&] { (*kept)(5); }).join();
    QCoreApplication::processEvents();
    QCOMPARE(answers, QList<int>({-1}));
}

void TestAsk::anAnswerInTimeBeatsThePatience()
{
    Mailbox home;
    Answerer other;
    QList<int> answers;
    const auto story = [&]() -> QCoro::Task<> {
        answers << co_await askWithin<int>(std::chrono::minutes(1), -1, [&](Reply<int> reply) {
            other.post([reply = std::move(reply)] { reply(5); });
        });
    };
    const auto task = story();
    QTRY_COMPARE(answers, QList<int>({5}));
}

} // namespace nextchat

QTEST_GUILESS_MAIN(nextchat::TestAsk)
#include "tst_ask.moc"
