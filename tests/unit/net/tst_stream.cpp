// SPDX-License-Identifier: MIT
#include "server/net/loopturn.h"
#include "server/net/stream.h"
#include "tests/unit/net/loopback.h"

#include <QCryptographicHash>
#include <QTest>

#include <functional>

using namespace nextchat::net;
using namespace std::chrono_literals;

namespace {

constexpr int smallBuffers = 8 * 1024;

class Handler : public StreamHandler
{
public:
    QByteArray arrived;
    int drains = 0;
    int ends = 0;
    std::function<void()> onBytes;
    std::function<void()> onDrained;
    std::function<void()> onEnd;

    void bytesArrived(std::span<char> bytes) override
    {
        arrived.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
        if (onBytes)
            onBytes();
    }
    void drained() override
    {
        ++drains;
        if (onDrained)
            onDrained();
    }
    void streamEnded() override
    {
        ++ends;
        if (onEnd)
            onEnd();
    }
};

// A stream with its handler, and the other end of the connection.
struct Connection
{
    explicit Connection(int bufferBytes = 0)
        : pair(bufferBytes)
        , stream(std::make_unique<Stream>(std::exchange(pair.ours, -1), turn))
    {
        stream->setHandler(&handler);
    }

    // Writes until the kernel takes no more.
    QByteArray fill()
    {
        QByteArray all;
        for (char c = 'a'; stream->pendingBytes() == 0; c = static_cast<char>(c == 'z' ? 'a' : c + 1)) {
            const QByteArray entry(4096, c);
            all += entry;
            stream->write(entry);
            stream->flush();
        }
        return all;
    }
    QByteArray receiveAll(qsizetype size)
    {
        QByteArray got;
        (void)QTest::qWaitFor([&] { return (got += pair.receive()).size() >= size || pair.ended; }, 20'000);
        return got;
    }

    LoopTurn turn;
    Loopback pair;
    Handler handler;
    std::unique_ptr<Stream> stream;
};

QByteArray patterned(qsizetype size)
{
    QByteArray bytes(size, Qt::Uninitialized);
    quint32 state = 1;
    for (char &byte : bytes)
        byte = static_cast<char>((state = state * 1664525 + 1013904223) >> 24);
    return bytes;
}

} // namespace

class TestStream : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void writesOfOneTurnLeaveTogetherAndInOrder();
    void manyWritesArriveInOrder();
    void countsWhatWaits();
    void saysWhenWhatWaitedHasLeft();
    void saysSoToOwnersThatFlushInBetween();
    void dropsWhatHasNotBegun();
    void isStuckWhenNothingMoves();
    void isNotStuckWhileTheReaderKeepsUp();
    void keepsBytesInTheKernelWhilePaused();
    void deliversAllBeforeItEnds();
    void deliversAllToAPeerThatHasFinishedSending();
    void lingersForThePeer();
    void isStuckWhenThePeerNeverCloses();
    void noticesAPeerThatGoes_data();
    void noticesAPeerThatGoes();
    void noticesAPeerThatResets();
    void isSilentAfterAbort();
    void ignoresWritesAfterTheEnd();
    void mayBeRetiredInItsCallbacks_data();
    void mayBeRetiredInItsCallbacks();
    void carriesMuchToASlowReader();
    void carriesMuchFromTheReader();
};

void TestStream::writesOfOneTurnLeaveTogetherAndInOrder()
{
    Connection connection;
    for (const char *text : {"one ", "two ", "", "three"})
        connection.stream->write(text);
    QCOMPARE(connection.stream->pendingBytes(), qsizetype(13));
    QCOMPARE(connection.pair.receive(), QByteArray()); // not before the turn's end
    QByteArray got;
    QTRY_VERIFY(!(got += connection.pair.receive()).isEmpty());
    QCOMPARE(got, QByteArray("one two three"));
    QCOMPARE(connection.stream->pendingBytes(), qsizetype(0));
    QCOMPARE(connection.handler.drains, 0); // nothing had to wait
}

void TestStream::manyWritesArriveInOrder()
{
    Connection connection; // more entries than one system call takes, several times
    QByteArray all;
    for (int i = 0; i < 1000; ++i) {
        const QByteArray entry = QByteArray::number(i) + ';';
        all += entry;
        connection.stream->write(entry);
        if (i % 300 == 299)
            connection.stream->flush();
    }
    QCOMPARE(connection.receiveAll(all.size()), all);
}

void TestStream::countsWhatWaits()
{
    Connection connection(smallBuffers);
    const QByteArray filled = connection.fill();
    const qsizetype before = connection.stream->pendingBytes();
    QVERIFY(before > 0 && before <= 4096);
    connection.stream->write(QByteArray(100'000, 'x'));
    QCOMPARE(connection.stream->pendingBytes(), before + 100'000);
    QCOMPARE(connection.receiveAll(filled.size() + 100'000), filled + QByteArray(100'000, 'x'));
    QTRY_COMPARE(connection.stream->pendingBytes(), qsizetype(0));
}

void TestStream::saysWhenWhatWaitedHasLeft()
{
    Connection connection(smallBuffers);
    const QByteArray filled = connection.fill();
    QTest::qWait(20);
    QCOMPARE(connection.handler.drains, 0);
    QCOMPARE(connection.receiveAll(filled.size()), filled);
    QTRY_COMPARE(connection.handler.drains, 1);
    QTest::qWait(20);
    QCOMPARE(connection.handler.drains, 1);
}

// The owner's own flush() may be what moves the last bytes: who waits for drained() must hear of it all the
// same.
void TestStream::saysSoToOwnersThatFlushInBetween()
{
    Connection connection(smallBuffers);
    const QByteArray filled = connection.fill();
    qsizetype read = 0;
    QElapsedTimer patience;
    patience.start();
    while (connection.stream->pendingBytes() > 0
           && !patience.hasExpired(10'000)) { // without a turn of the loop
        read += connection.pair.receive().size();
        connection.stream->flush();
    }
    QCOMPARE(connection.stream->pendingBytes(), qsizetype(0));
    QCOMPARE(connection.handler.drains, 0);
    QTRY_COMPARE(connection.handler.drains, 1);
    connection.stream->write("end");
    QVERIFY(connection.receiveAll(filled.size() - read + 3).endsWith("end"));
}

void TestStream::dropsWhatHasNotBegun()
{
    Connection connection(smallBuffers);
    connection.fill();
    // A large entry, so that it leaves in part when there is room.
    const QByteArray large = patterned(400'000);
    connection.stream->write(large);
    for (int i = 0; i < 10; ++i)
        connection.stream->write("dropped");
    QByteArray got;
    QTRY_VERIFY((got += connection.pair.receive(4096), connection.stream->pendingBytes() < 300'000));
    connection.stream->dropQueued();
    QVERIFY(connection.stream->pendingBytes() > 0);
    connection.stream->write("last word");
    (void)QTest::qWaitFor([&] { return (got += connection.pair.receive()).endsWith("last word"); });
    QVERIFY(got.endsWith(QByteArray(large + "last word")));
    QVERIFY(!got.contains("dropped"));
    QTRY_COMPARE(connection.stream->pendingBytes(), qsizetype(0));
}

void TestStream::isStuckWhenNothingMoves()
{
    Connection connection(smallBuffers);
    const auto start = Stream::Clock::now();
    QVERIFY(!connection.stream->isStuck(start + 1h, 10s)); // nothing waits
    connection.fill();
    QVERIFY(!connection.stream->isStuck(start + 9s, 10s));
    QVERIFY(connection.stream->isStuck(Stream::Clock::now() + 11s, 10s));
    connection.stream->write("more"); // does not start the time again
    QVERIFY(connection.stream->isStuck(Stream::Clock::now() + 11s, 10s));
}

void TestStream::isNotStuckWhileTheReaderKeepsUp()
{
    Connection connection(smallBuffers);
    connection.fill();
    auto now = Stream::Clock::now();
    for (int i = 0; i < 5; ++i) { // never empty, but what waited at the look before has left at the next
        constexpr qsizetype more = 400'000;
        connection.stream->write(QByteArray(more, 'x'));
        for (QDeadlineTimer patience(10s);
             connection.stream->pendingBytes() >= more && !patience.hasExpired();
             QCoreApplication::processEvents())
            connection.pair.receive(16'000);
        QVERIFY(connection.stream->pendingBytes() < more);
        QVERIFY(connection.stream->pendingBytes() > 0);
        now += 9s;
        QVERIFY(!connection.stream->isStuck(now, 10s));
    }
    QVERIFY(!connection.stream->isStuck(now + 9s, 10s));
    QVERIFY(connection.stream->isStuck(now + 20s, 10s));
}

void TestStream::keepsBytesInTheKernelWhilePaused()
{
    Connection connection;
    connection.stream->setReading(false);
    QVERIFY(connection.pair.send("hello"));
    QTest::qWait(30);
    QCOMPARE(connection.handler.arrived, QByteArray());
    connection.stream->setReading(true);
    QTRY_COMPARE(connection.handler.arrived, QByteArray("hello"));
}

void TestStream::deliversAllBeforeItEnds()
{
    Connection connection(smallBuffers);
    const QByteArray large = patterned(1'000'000);
    connection.stream->write(large);
    connection.stream->closeWhenFlushed();
    connection.stream->write("ignored");
    QByteArray got;
    QTRY_VERIFY_WITH_TIMEOUT((got += connection.pair.receive(), connection.pair.ended), 20'000);
    QVERIFY(got == large);
    QCOMPARE(connection.handler.ends, 0); // the peer's side is open yet
    connection.pair.closePeer();
    QTRY_COMPARE(connection.handler.ends, 1);
    QVERIFY(!connection.stream->isOpen());
}

void TestStream::deliversAllToAPeerThatHasFinishedSending()
{
    Connection connection(smallBuffers);
    const QByteArray large = patterned(1'000'000);
    connection.stream->write(large);
    connection.stream->closeWhenFlushed();
    connection.pair.finishSending();
    QTest::qWait(20);
    QByteArray got;
    QTRY_VERIFY_WITH_TIMEOUT((got += connection.pair.receive(), connection.pair.ended), 20'000);
    QVERIFY(got == large);
    QTRY_COMPARE(connection.handler.ends, 1);
}

// Closing while the peer still sends would reset the connection, and take from it what it has not read.
void TestStream::lingersForThePeer()
{
    Connection connection;
    connection.stream->setReading(false);
    QVERIFY(connection.pair.send(QByteArray(50'000, 'x')));
    connection.stream->write("last word");
    connection.stream->closeWhenFlushed();
    QTest::qWait(20);
    QVERIFY(connection.pair.send("more"));
    QTest::qWait(20);
    QVERIFY(connection.pair.send("and more"));
    QByteArray got;
    QTRY_VERIFY((got += connection.pair.receive(), connection.pair.ended));
    QCOMPARE(got, QByteArray("last word"));
    QCOMPARE(connection.handler.arrived, QByteArray());
}

void TestStream::isStuckWhenThePeerNeverCloses()
{
    Connection connection;
    connection.stream->closeWhenFlushed();
    QTest::qWait(20);
    const auto now = Stream::Clock::now();
    QVERIFY(!connection.stream->isStuck(now, 5s));
    QVERIFY(connection.stream->isStuck(now + 6s, 5s));
    connection.stream->closeWhenFlushed(); // again: no new patience
    QVERIFY(connection.stream->isStuck(now + 6s, 5s));
}

void TestStream::noticesAPeerThatGoes_data()
{
    QTest::addColumn<bool>("waiting");
    QTest::newRow("idle") << false;
    QTest::newRow("while bytes wait for it") << true;
}

void TestStream::noticesAPeerThatGoes()
{
    QFETCH(bool, waiting);
    Connection connection(smallBuffers);
    if (waiting)
        connection.fill();
    QVERIFY(connection.pair.send("bye"));
    connection.pair.closePeer();
    QTRY_COMPARE(connection.handler.ends, 1);
    QVERIFY(waiting || connection.handler.arrived == "bye");
    QVERIFY(!connection.stream->isOpen());
    QCOMPARE(connection.stream->pendingBytes(), qsizetype(0));
}

void TestStream::noticesAPeerThatResets()
{
    Connection connection;
    connection.pair.resetPeer();
    QTRY_COMPARE(connection.handler.ends, 1);
    Connection writing;
    writing.stream->setReading(false);
    writing.pair.resetPeer();
    QTest::qWait(10);
    writing.stream->write("anyone?");
    QTRY_COMPARE(writing.handler.ends, 1);
}

void TestStream::isSilentAfterAbort()
{
    Connection connection;
    connection.stream->write("x");
    connection.stream->abort();
    QVERIFY(!connection.stream->isOpen());
    QTRY_VERIFY((connection.pair.receive(), connection.pair.ended));
    QCOMPARE(connection.handler.ends, 0);
}

void TestStream::ignoresWritesAfterTheEnd()
{
    Connection connection;
    connection.pair.closePeer();
    QTRY_COMPARE(connection.handler.ends, 1);
    connection.stream->write("x");
    connection.stream->flush();
    connection.stream->setReading(true);
    connection.stream->closeWhenFlushed();
    connection.stream->dropQueued();
    connection.stream->abort();
    QCOMPARE(connection.stream->pendingBytes(), qsizetype(0));
    QTest::qWait(10);
    QCOMPARE(connection.handler.ends, 1);
}

void TestStream::mayBeRetiredInItsCallbacks_data()
{
    QTest::addColumn<int>("callback");
    QTest::newRow("bytesArrived") << 0;
    QTest::newRow("drained") << 1;
    QTest::newRow("streamEnded") << 2;
}

void TestStream::mayBeRetiredInItsCallbacks()
{
    QFETCH(int, callback);
    Connection connection(smallBuffers);
    const auto retire = [&connection] {
        connection.stream->write("in vain");
        connection.turn.retire(std::move(connection.stream));
    };
    (callback == 0       ? connection.handler.onBytes
         : callback == 1 ? connection.handler.onDrained
                         : connection.handler.onEnd) = retire;
    if (callback == 1)
        connection.fill();
    else if (callback == 0)
        QVERIFY(connection.pair.send("x"));
    else
        connection.pair.closePeer();
    QTRY_VERIFY((callback == 2 || (connection.pair.receive(), true)) && !connection.stream);
    if (callback != 2)
        QTRY_VERIFY((connection.pair.receive(), connection.pair.ended));
    QTest::qWait(10);
}

void TestStream::carriesMuchToASlowReader()
{
    constexpr int rounds = 100;
    Connection connection(64 * 1024);
    const QByteArray piece = patterned(1 << 20);
    int written = 0;
    connection.handler.onDrained = [&] {
        for (int i = 0; i < 3 && written < rounds; ++i, ++written)
            connection.stream->write(piece);
        if (written == rounds)
            connection.stream->closeWhenFlushed();
    };
    connection.handler.onDrained();
    QCryptographicHash sent(QCryptographicHash::Md5);
    QCryptographicHash got(QCryptographicHash::Md5);
    for (int i = 0; i < rounds; ++i)
        sent.addData(piece);
    qint64 size = 0;
    QElapsedTimer timer;
    timer.start();
    while (!connection.pair.ended && !timer.hasExpired(60'000)) {
        QVERIFY(connection.stream->pendingBytes() <= 3 << 20);
        for (int i = 0; i < 4; ++i) { // a part of what is there, in odd sizes
            const QByteArray bytes = connection.pair.receive(30'001);
            size += bytes.size();
            got.addData(bytes);
        }
        QCoreApplication::processEvents();
    }
    QCOMPARE(size, qint64(rounds) << 20);
    QCOMPARE(got.result(), sent.result());
}

void TestStream::carriesMuchFromTheReader()
{
    Connection connection;
    const QByteArray all = patterned(5 << 20);
    qsizetype sent = 0;
    QTRY_VERIFY_WITH_TIMEOUT(([&] {
                                 const auto count =
                                     ::send(connection.pair.peer, all.constData() + sent,
                                            static_cast<std::size_t>(all.size() - sent), MSG_NOSIGNAL);
                                 sent += std::max<qsizetype>(count, 0);
                                 return connection.handler.arrived.size() == all.size();
                             }()),
                             20'000);
    QVERIFY(connection.handler.arrived == all);
}

QTEST_GUILESS_MAIN(TestStream)
#include "tst_stream.moc"
