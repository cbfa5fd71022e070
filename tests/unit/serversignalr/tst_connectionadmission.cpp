// SPDX-License-Identifier: MIT
#include "server/signalr/connectionadmission.h"

#include <QTest>

#include <atomic>
#include <thread>
#include <vector>

using namespace nextchat::signalr;
using Refusal = ConnectionAdmission::Refusal;
using Slot = std::unique_ptr<ConnectionAdmission::Slot>;

namespace {

const QString alice = QStringLiteral("alice");
const QString bob = QStringLiteral("bob");

Slot admitted(ConnectionAdmission &admission, const QString &user, const QByteArray &address = "a",
              const QByteArray &token = {})
{
    auto result = admission.admit(user, address, token);
    return std::holds_alternative<Slot>(result) ? std::move(std::get<Slot>(result)) : nullptr;
}

std::optional<Refusal> refused(ConnectionAdmission &admission, const QString &user,
                               const QByteArray &address = "a", const QByteArray &token = {})
{
    const auto result = admission.admit(user, address, token);
    const auto *refusal = std::get_if<Refusal>(&result);
    return refusal ? std::optional(*refusal) : std::nullopt;
}

} // namespace

class TestConnectionAdmission : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void limitsTheServer();
    void limitsAUser();
    void limitsAnAddress();
    void zeroIsNoLimit();
    void aTokenIsUsedOnceAtATime();
    void foretellsWithoutReserving();
    void countsInManyThreads();
};

void TestConnectionAdmission::limitsTheServer()
{
    ConnectionAdmission admission({2, 0, 0});
    Slot first = admitted(admission, alice);
    const Slot second = admitted(admission, bob);
    QVERIFY(first && second);
    QCOMPARE(refused(admission, alice), std::optional(Refusal::ServerFull));
    first.reset();
    QVERIFY(admitted(admission, alice));
}

void TestConnectionAdmission::limitsAUser()
{
    ConnectionAdmission admission({0, 1, 0});
    Slot first = admitted(admission, alice, "a");
    QCOMPARE(refused(admission, alice, "b"), std::optional(Refusal::UserFull));
    QVERIFY(admitted(admission, bob, "a"));
    first.reset();
    QVERIFY(admitted(admission, alice));
}

void TestConnectionAdmission::limitsAnAddress()
{
    ConnectionAdmission admission({0, 0, 1});
    Slot first = admitted(admission, alice, "a");
    QCOMPARE(refused(admission, bob, "a"), std::optional(Refusal::AddressFull));
    QVERIFY(admitted(admission, bob, "b"));
    first.reset();
    QVERIFY(admitted(admission, bob, "a"));
}

void TestConnectionAdmission::zeroIsNoLimit()
{
    ConnectionAdmission admission({0, 0, 0});
    std::vector<Slot> slots_;
    for (int i = 0; i < 1000; ++i) {
        slots_.push_back(admitted(admission, alice));
        QVERIFY(slots_.back());
    }
}

void TestConnectionAdmission::aTokenIsUsedOnceAtATime()
{
    ConnectionAdmission admission({1, 0, 0});
    Slot slot = admitted(admission, alice, "a", "token");
    QVERIFY(admission.isInUse("token"));
    QCOMPARE(refused(admission, bob, "b", "token"),
             std::optional(Refusal::TokenInUse)); // said before all else
    slot.reset();
    QVERIFY(!admission.isInUse("token"));
    QVERIFY(!admission.isInUse({}));
    QVERIFY(admitted(admission, alice, "a", "token"));
}

void TestConnectionAdmission::foretellsWithoutReserving()
{
    ConnectionAdmission admission({1, 0, 0});
    QVERIFY(!admission.refusal(alice, "a"));
    QVERIFY(!admission.refusal(alice, "a"));
    const Slot slot = admitted(admission, alice);
    QCOMPARE(admission.refusal(bob, "b"), std::optional(Refusal::ServerFull));
}

void TestConnectionAdmission::countsInManyThreads()
{
    ConnectionAdmission admission({50, 0, 0});
    std::atomic<int> open = 0;
    std::atomic<int> most = 0;
    const auto work = [&] {
        for (int round = 0; round < 500; ++round) {
            std::vector<Slot> mine;
            for (int i = 0; i < 20; ++i) {
                if (Slot slot = admitted(admission, alice)) {
                    mine.push_back(std::move(slot));
                    const int now = ++open;
                    int seen = most;
                    while (now > seen && !most.compare_exchange_weak(seen, now)) { }
                }
            }
            open -= static_cast<int>(mine.size());
        }
    };
    std::vector<std::thread> threads;
    for (int i = 0; i < 4; ++i)
        threads.emplace_back(work);
    for (std::thread &thread : threads)
        thread.join();
    QVERIFY(most <= 50);
    std::vector<Slot> all;
    for (int i = 0; i < 50; ++i)
        all.push_back(admitted(admission, alice));
    QVERIFY(all.back());
    QCOMPARE(refused(admission, alice), std::optional(Refusal::ServerFull));
}

QTEST_GUILESS_MAIN(TestConnectionAdmission)
#include "tst_connectionadmission.moc"
