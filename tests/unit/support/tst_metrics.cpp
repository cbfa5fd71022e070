// SPDX-License-Identifier: MIT
#include "common/support/metrics.h"

#include <QTest>

#include <limits>
#include <thread>

using namespace nextchat;

class MetricsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theSameNameAndLabelsGiveTheSameObject()
    {
        MetricsRegistry registry;
        Counter &first = registry.counter("nextchat_a_total", "A.", {{"x", "1"}, {"y", "2"}});
        QCOMPARE(&registry.counter("nextchat_a_total", "Other help.", {{"y", "2"}, {"x", "1"}}), &first);
        QVERIFY(&registry.counter("nextchat_a_total", "A.", {{"x", "1"}}) != &first);
        Gauge &gauge = registry.gauge("nextchat_b", "B.");
        QCOMPARE(&registry.gauge("nextchat_b", "B."), &gauge);
        Histogram &histogram = registry.histogram("nextchat_c", "C.", {1, 2});
        QCOMPARE(&registry.histogram("nextchat_c", "C.", {5}), &histogram);
        QCOMPARE(histogram.bounds(), (std::vector<double>{1, 2}));
    }

    void referencesStayValidWhileOthersRegister()
    {
        MetricsRegistry registry;
        Counter &first = registry.counter("nextchat_a_total", "A.", {{"n", "first"}});
        for (int i = 0; i < 1000; ++i)
            registry.counter("nextchat_a_total", "A.", {{"n", QByteArray::number(i)}});
        first.add(7);
        QVERIFY(registry.render().contains("nextchat_a_total{n=\"first\"} 7\n"));
    }

    void everyKindIsWrittenAsPrometheusReadsIt()
    {
        MetricsRegistry registry;
        registry.counter("nextchat_messages_total", "Messages\naccepted \\ all.", {{"p", "json"}}).add(3);
        registry.gauge("nextchat_connections", "Open connections.").set(2);
        registry.gauge("nextchat_connections", "Open connections.").add(1.5);
        registry.gauge("nextchat_connections", "Open connections.").subtract();
        registry.gaugeCallback("nextchat_depth", "Depth.", [] { return 4.0; });
        registry.counterCallback("nextchat_cpu_seconds_total", "CPU.", [] { return 0.25; });
        QCOMPARE(registry.render(),
                 QByteArray("# HELP nextchat_connections Open connections.\n"
                            "# TYPE nextchat_connections gauge\n"
                            "nextchat_connections 2.5\n"
                            "# HELP nextchat_cpu_seconds_total CPU.\n"
                            "# TYPE nextchat_cpu_seconds_total counter\n"
                            "nextchat_cpu_seconds_total 0.25\n"
                            "# HELP nextchat_depth Depth.\n"
                            "# TYPE nextchat_depth gauge\n"
                            "nextchat_depth 4\n"
                            "# HELP nextchat_messages_total Messages\\naccepted \\\\ all.\n"
                            "# TYPE nextchat_messages_total counter\n"
                            "nextchat_messages_total{p=\"json\"} 3\n"));
    }

    void histogramsAreCumulativeAndEndWithInf()
    {
        MetricsRegistry registry;
        Histogram &histogram = registry.histogram("nextchat_wait_seconds", "Wait.", {0.1, 1}, {{"l", "a"}});
        for (const double value : {0.05, 0.1, 0.5, 1.0, 20.0})
            histogram.observe(value);
        QCOMPARE(registry.render(),
                 QByteArray("# HELP nextchat_wait_seconds Wait.\n"
                            "# TYPE nextchat_wait_seconds histogram\n"
                            "nextchat_wait_seconds_bucket{l=\"a\",le=\"0.1\"} 2\n"
                            "nextchat_wait_seconds_bucket{l=\"a\",le=\"1\"} 4\n"
                            "nextchat_wait_seconds_bucket{l=\"a\",le=\"+Inf\"} 5\n"
                            "nextchat_wait_seconds_sum{l=\"a\"} 21.65\n"
                            "nextchat_wait_seconds_count{l=\"a\"} 5\n"));
    }

    void labelValuesAreEscaped_data()
    {
        QTest::addColumn<QByteArray>("value");
        QTest::addColumn<QByteArray>("written");
        QTest::newRow("plain") << QByteArray("abc") << QByteArray("abc");
        QTest::newRow("empty") << QByteArray("") << QByteArray("");
        QTest::newRow("quote") << QByteArray("a\"b") << QByteArray("a\\\"b");
        QTest::newRow("backslash") << QByteArray("a\\nb") << QByteArray("a\\\\nb");
        QTest::newRow("newline") << QByteArray("a\nb") << QByteArray("a\\nb");
        QTest::newRow("utf-8") << QByteArray("\xc3\xbc") << QByteArray("\xc3\xbc");
    }
    void labelValuesAreEscaped()
    {
        QFETCH(QByteArray, value);
        QFETCH(QByteArray, written);
        MetricsRegistry registry;
        registry.gauge("nextchat_g", "G.", {{"v", value}});
        QVERIFY(registry.render().endsWith(QByteArray("nextchat_g{v=\"" + written + "\"} 0\n")));
    }

    void numbersKeepTheirPrecision_data()
    {
        QTest::addColumn<double>("value");
        QTest::addColumn<QByteArray>("written");
        QTest::newRow("large") << 1732416662.25 << QByteArray("1732416662.25");
        QTest::newRow("bytes") << 9007199254740991.0 << QByteArray("9007199254740991");
        QTest::newRow("negative") << -0.5 << QByteArray("-0.5");
        QTest::newRow("inf") << std::numeric_limits<double>::infinity() << QByteArray("+Inf");
        QTest::newRow("-inf") << -std::numeric_limits<double>::infinity() << QByteArray("-Inf");
        QTest::newRow("nan") << std::numeric_limits<double>::quiet_NaN() << QByteArray("NaN");
    }
    void numbersKeepTheirPrecision()
    {
        QFETCH(double, value);
        QFETCH(QByteArray, written);
        MetricsRegistry registry;
        registry.gauge("nextchat_g", "G.").set(value);
        QVERIFY2(registry.render().endsWith(QByteArray("nextchat_g " + written + "\n")),
                 registry.render().constData());
    }

    void threadsCountTogetherWhileOneRenders()
    {
        MetricsRegistry registry;
        constexpr quint64 rounds = 20000;
        std::vector<std::thread> threads;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([&registry] {
                Counter &counter = registry.counter("nextchat_n_total", "N.");
                Gauge &gauge = registry.gauge("nextchat_g", "G.");
                Histogram &histogram = registry.histogram("nextchat_h", "H.", {1});
                for (quint64 round = 0; round < rounds; ++round) {
                    counter.add();
                    gauge.add();
                    histogram.observe(0.5);
                }
            });
        }
        for (int i = 0; i < 50; ++i)
            Q_UNUSED(registry.render());
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(registry.counter("nextchat_n_total", "N.").value(), 3 * rounds);
        QCOMPARE(registry.gauge("nextchat_g", "G.").value(), static_cast<double>(3 * rounds));
        QVERIFY(registry.render().contains("nextchat_h_count 60000\n"));
    }
};

QTEST_GUILESS_MAIN(MetricsTest)

#include "tst_metrics.moc"
