// SPDX-License-Identifier: MIT
#include "server/ops/filelimit.h"
#include "server/ops/processmetrics.h"

#include <QElapsedTimer>
#include <QTemporaryFile>
#include <QTest>

#include <sys/resource.h>

using namespace nextchat;
using namespace nextchat::ops;

class ProcessMetricsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void valuesAreThoseOfThisProcess()
    {
        MetricsRegistry registry;
        registerProcessMetrics(registry, "1.2.3");
        QVERIFY(registry.render().contains(
            QByteArray("nextchat_build_info{qt=\"" + QByteArray(qVersion()) + "\",version=\"1.2.3\"} 1\n")));
        QVERIFY(value(registry, "nextchat_process_resident_memory_bytes") > 1e6);
        QVERIFY(value(registry, "nextchat_process_resident_memory_bytes") < 1e10);
        QVERIFY(value(registry, "nextchat_process_threads") >= 1);
        QVERIFY(value(registry, "nextchat_process_threads") < 100);
        QVERIFY(value(registry, "nextchat_process_max_fds") >= 64);
        const double now = static_cast<double>(QDateTime::currentSecsSinceEpoch());
        QVERIFY(qAbs(value(registry, "nextchat_process_start_time_seconds") - now) < 100);
    }

    void openFilesAreCounted()
    {
        MetricsRegistry registry;
        registerProcessMetrics(registry, "1");
        const double before = value(registry, "nextchat_process_open_fds");
        QTemporaryFile file;
        QVERIFY(file.open());
        QCOMPARE(value(registry, "nextchat_process_open_fds"), before + 1);
    }

    void cpuTimeGrowsWithWork()
    {
        MetricsRegistry registry;
        registerProcessMetrics(registry, "1");
        const double before = value(registry, "nextchat_process_cpu_seconds_total");
        QTRY_VERIFY(value(registry, "nextchat_process_cpu_seconds_total") > before);
    }

    void connectionsLeaveAReserve_data()
    {
        QTest::addColumn<qint64>("files");
        QTest::addColumn<int>("connections");
        QTest::newRow("tiny") << qint64(10) << 1;
        QTest::newRow("default") << qint64(1024) << 922;
        QTest::newRow("small") << qint64(256) << 192;
        QTest::newRow("large") << qint64(1048576) << 1048064;
    }
    void connectionsLeaveAReserve()
    {
        QFETCH(qint64, files);
        QTEST(connectionsWithin(files), "connections");
    }

    void theFileLimitIsRaisedToTheHardOne()
    {
        rlimit limit{};
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &limit), 0);
        const rlimit lower{std::min<rlim_t>(limit.rlim_cur, 256), limit.rlim_max};
        QCOMPARE(setrlimit(RLIMIT_NOFILE, &lower), 0);
        const qint64 raised = raiseFileLimit();
        QCOMPARE(getrlimit(RLIMIT_NOFILE, &limit), 0);
        QCOMPARE(limit.rlim_cur, limit.rlim_max);
        QCOMPARE(raised,
                 static_cast<qint64>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max())));
    }

private:
    static double value(const MetricsRegistry &registry, const QByteArray &name)
    {
        const QByteArray text = registry.render();
        const QByteArray start = '\n' + name + ' ';
        const qsizetype at = text.indexOf(start);
        const qsizetype from = at + start.size();
        return at < 0 ? -1 : text.sliced(from, text.indexOf('\n', from) - from).toDouble();
    }
};

QTEST_GUILESS_MAIN(ProcessMetricsTest)

#include "tst_processmetrics.moc"
