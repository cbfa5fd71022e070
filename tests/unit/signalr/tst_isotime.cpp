// SPDX-License-Identifier: MIT
#include "common/signalr/isotime.h"

#include <QTest>

using namespace nextchat::signalr;
using namespace std::chrono;

Q_DECLARE_METATYPE(std::optional<nextchat::signalr::Timestamp>)

class IsoTimeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<std::optional<Timestamp>>("time");
        const Timestamp day = sys_days(year(2024) / 2 / 29);
        const auto row = [](const char *text, std::optional<Timestamp> time) {
            QTest::newRow(text) << QString::fromLatin1(text) << time;
        };
        row("2024-02-29T00:00:00Z", day);
        row("2024-02-29T00:00Z", day);
        row("2024-02-29T01:02:03.000004+00:00", day + 1h + 2min + 3s + 4us);
        row("2024-02-29T00:00:00.1+00:00", day + 100ms);
        row("2024-02-29T00:00:00.123456789Z", day + 123456us);
        row("2024-02-29T00:00:00.9999999Z", day + 999999us);
        row("2024-02-29T02:30:00+02:30", day);
        row("2024-02-28T22:00:00.000-02:00", day);
        row("1969-12-31T23:59:59.999999-00:00", Timestamp(-1us));
        row("0000-01-01T00:00:00Z", Timestamp(sys_days(year(0) / 1 / 1)));
        row("9999-12-31T23:59:59.999999Z", Timestamp(sys_days(year(9999) / 12 / 31)) + 24h - 1us);
        for (const char *bad : {"",
                                "2024",
                                "2024-02-29",
                                "2024-02-29T00:00:00",
                                "2024-02-30T00:00:00Z",
                                "2023-02-29T00:00:00Z",
                                "2024-13-01T00:00:00Z",
                                "2024-02-29T24:00:00Z",
                                "2024-02-29T00:60:00Z",
                                "2024-02-29T00:00:60Z",
                                "2024-02-29T00:00:00.Z",
                                "2024-02-29T00:00:00.1234567890Z",
                                "2024-02-29T00:00:00+15:00",
                                "2024-02-29T00:00:00+00:60",
                                "2024-02-29T00:00:00+0000",
                                "2024-02-29T00:00:00ZZ",
                                "2024-02-29 00:00:00Z",
                                "-024-02-29T00:00:00Z",
                                "2024-02-29T00:00:00 Z",
                                "2024-02-29T0x:00:00Z"})
            row(bad, std::nullopt);
    }

    void reads()
    {
        QFETCH(QString, text);
        QFETCH(std::optional<Timestamp>, time);
        QVERIFY(isotime::read(text) == time);
    }

    void refusesDigitsOfOtherScripts() { QVERIFY(!isotime::read(u"２０２４-02-29T00:00:00Z")); }

    void readsWhatItWrites()
    {
        const Timestamp start = sys_days(year(1583) / 10 / 15);
        for (Timestamp time = start; time < sys_days(year(9999) / 12 / 31);
             time += 12345 * 24h + 12345678us) {
            const auto text = isotime::write(time);
            QVERIFY(text);
            QCOMPARE(isotime::read(QString::fromLatin1(text->data(), qsizetype(text->size()))), time);
        }
        QVERIFY(!isotime::write(sys_days(year(10000) / 1 / 1)));
        QVERIFY(!isotime::write(sys_days(year(-1) / 12 / 31)));
        QVERIFY(!isotime::write(Timestamp::min()));
        QVERIFY(!isotime::write(Timestamp::max()));
        // 65,536 years away from years that can be written.
        QVERIFY(!isotime::write(sys_days(year(0) / 1 / 1) + days(66'000LL * 365)));
        QVERIFY(!isotime::write(sys_days(year(0) / 1 / 1) - days(60'000LL * 365)));
    }
};

QTEST_GUILESS_MAIN(IsoTimeTest)

#include "tst_isotime.moc"
