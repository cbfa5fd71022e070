// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"
#include "server/net/loopturn.h"
#include "server/net/stream.h"
#include "tests/unit/net/loopback.h"

#include <QTest>

#include <functional>

using namespace nextchat::net;

namespace {

struct Last
{
    explicit Last(std::function<void()> end)
        : atEnd(std::move(end))
    { }
    ~Last() { atEnd(); }
    Last(const Last &) = delete;
    Last &operator=(const Last &) = delete;
    std::function<void()> atEnd;
};

} // namespace

class TestLoopTurn : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void deletesWhatWasRetiredAfterTheCallersAreDone();
    void deletesWhatIsRetiredWhileDeleting();
    void deletesWhatIsLeftAtItsEnd();
    void flushesAfterTheMailbox();
    void bearsStreamsThatGoAwayBeforeTheTurnEnds();
};

void TestLoopTurn::deletesWhatWasRetiredAfterTheCallersAreDone()
{
    LoopTurn turn;
    bool gone = false;
    turn.retire(std::make_unique<Last>([&gone] { gone = true; }));
    QVERIFY(!gone);
    QTRY_VERIFY(gone);
}

void TestLoopTurn::deletesWhatIsRetiredWhileDeleting()
{
    LoopTurn turn;
    bool gone = false;
    turn.retire(
        std::make_unique<Last>([&] { turn.retire(std::make_unique<Last>([&gone] { gone = true; })); }));
    QTRY_VERIFY(gone);
}

void TestLoopTurn::deletesWhatIsLeftAtItsEnd()
{
    bool gone = false;
    {
        LoopTurn turn;
        turn.retire(std::make_unique<Last>([&gone] { gone = true; }));
    }
    QVERIFY(gone);
}

// What other threads have sent by the end of the turn leaves along.
void TestLoopTurn::flushesAfterTheMailbox()
{
    Loopback pair;
    LoopTurn turn;
    nextchat::Mailbox mailbox;
    Stream stream(std::exchange(pair.ours, -1), turn);
    stream.write("a");
    mailbox.post([&stream] {
        QCOMPARE(stream.pendingBytes(), qsizetype(1));
        stream.write("b");
    });
    QByteArray got;
    QTRY_VERIFY(!(got += pair.receive()).isEmpty());
    QCOMPARE(got, QByteArray("ab"));
}

void TestLoopTurn::bearsStreamsThatGoAwayBeforeTheTurnEnds()
{
    LoopTurn turn;
    std::vector<std::unique_ptr<Loopback>> pairs;
    std::vector<std::unique_ptr<Stream>> streams;
    for (int i = 0; i < 10; ++i) {
        pairs.push_back(std::make_unique<Loopback>());
        streams.push_back(std::make_unique<Stream>(std::exchange(pairs.back()->ours, -1), turn));
        streams.back()->write("x");
    }
    for (std::size_t i = 0; i < 10; i += 2)
        streams[i].reset();
    for (std::size_t i = 0; i < 10; ++i) {
        QByteArray got;
        QTRY_VERIFY(!(got += pairs[i]->receive()).isEmpty() || pairs[i]->ended);
        QCOMPARE(got, i % 2 == 1 ? QByteArray("x") : QByteArray());
    }
}

QTEST_GUILESS_MAIN(TestLoopTurn)
#include "tst_loopturn.moc"
