// SPDX-License-Identifier: MIT
#include "tests/bench/framereader.h"

#include <QTest>

namespace nextchat::bench {

namespace {

std::string serverFrame(unsigned opcode, const std::string &payload)
{
    std::string frame(1, static_cast<char>(0x80u | opcode));
    if (payload.size() < 126) {
        frame += static_cast<char>(payload.size());
    } else if (payload.size() < 65536) {
        frame += '\x7e';
        frame += static_cast<char>(payload.size() >> 8);
        frame += static_cast<char>(payload.size() & 0xff);
    } else {
        frame += '\x7f';
        for (int shift = 56; shift >= 0; shift -= 8)
            frame += static_cast<char>(payload.size() >> shift & 0xff);
    }
    return frame + payload;
}

class Recorder : public FrameReader::Sink
{
public:
    std::vector<std::string> found;

    void record(std::string_view record) override { found.emplace_back(record); }
    void ping(std::string_view payload) override { found.push_back("ping " + std::string(payload)); }
    void closed() override { found.emplace_back("closed"); }
};

} // namespace

class TestFrameReader : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void findsRecordsHoweverTheBytesArrive_data();
    void findsRecordsHoweverTheBytesArrive();
    void findsRecordsWithLengths_data() { findsRecordsHoweverTheBytesArrive_data(); }
    void findsRecordsWithLengths();
    void refusesNonsense_data();
    void refusesNonsense();
    void masksWhatAClientSends();
};

void TestFrameReader::findsRecordsHoweverTheBytesArrive_data()
{
    QTest::addColumn<std::size_t>("step");
    for (const std::size_t step : {1u, 2u, 3u, 7u, 64u, 1000u, 1000000u})
        QTest::addRow("%zu bytes at a time", step) << step;
}

void TestFrameReader::findsRecordsHoweverTheBytesArrive()
{
    QFETCH(std::size_t, step);
    const std::string middle(300, 'm');
    const std::string large(70'000, 'l');
    const std::string stream = serverFrame(1, "a\x1e") + serverFrame(1, "b\x1e" + middle + "\x1e")
        + serverFrame(9, "hey") + serverFrame(1, "cut ") + serverFrame(0, "in three ") + serverFrame(10, "")
        + serverFrame(0, "parts\x1e") + serverFrame(2 - 1, large + "\x1e") + serverFrame(8, "");
    FrameReader reader;
    Recorder recorder;
    for (std::size_t at = 0; at < stream.size(); at += step)
        QVERIFY(reader.feed(std::string_view(stream).substr(at, step), recorder));
    const std::vector<std::string> expected{"a",   "b",     middle, "ping hey", "cut in three parts",
                                            large, "closed"};
    QCOMPARE(recorder.found, expected);
}

// As the bytes of a MessagePack connection are: the handshake ends with 0x1E, what follows has its length.
void TestFrameReader::findsRecordsWithLengths()
{
    QFETCH(std::size_t, step);
    class Handshaken : public Recorder
    {
    public:
        FrameReader reader;

        void record(std::string_view record) override
        {
            Recorder::record(record);
            reader.expectLengths();
        }
    } recorder;
    const std::string middle(300, '\x1e');
    const std::string stream = serverFrame(2,
                                           "{}\x1e\x01"
                                           "a")
        + serverFrame(2, "\xac\x02" + middle + "\x03x") + serverFrame(0, "y") + serverFrame(9, "hey")
        + serverFrame(0,
                      "z\x01"
                      "b");
    for (std::size_t at = 0; at < stream.size(); at += step)
        QVERIFY(recorder.reader.feed(std::string_view(stream).substr(at, step), recorder));
    const std::vector<std::string> expected{"{}", "a", middle, "ping hey", "xyz", "b"};
    QCOMPARE(recorder.found, expected);
}

void TestFrameReader::refusesNonsense_data()
{
    QTest::addColumn<std::string>("bytes");
    QTest::newRow("masked") << std::string("\x81\x80mask");
    QTest::newRow("unknown opcode") << std::string("\x83\x01x");
}

void TestFrameReader::refusesNonsense()
{
    QFETCH(std::string, bytes);
    FrameReader reader;
    Recorder recorder;
    QVERIFY(!reader.feed(bytes, recorder));
}

void TestFrameReader::masksWhatAClientSends()
{
    for (const std::size_t size : {0u, 5u, 125u, 126u, 5000u}) {
        const std::string payload(size, 'p');
        std::string frame;
        appendTextFrame(frame, payload);
        const std::size_t head = size < 126 ? 2 : 4;
        QCOMPARE(frame.size(), head + 4 + size);
        QVERIFY((static_cast<unsigned char>(frame[1]) & 0x80) != 0);
        std::string unmasked;
        for (std::size_t i = 0; i < size; ++i)
            unmasked += static_cast<char>(frame[head + 4 + i] ^ frame[head + i % 4]);
        QCOMPARE(unmasked, payload);
    }
}

} // namespace nextchat::bench

QTEST_GUILESS_MAIN(nextchat::bench::TestFrameReader)
#include "tst_framereader.moc"
