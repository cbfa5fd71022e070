// SPDX-License-Identifier: MIT
#include "server/ops/selfcheck.h"

#include <QTest>

using namespace nextchat::ops;
using namespace Qt::StringLiterals;

class TestSelfCheck : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void eachFaultIsOneWarning_data()
    {
        QTest::addColumn<qint64>("files");
        QTest::addColumn<int>("backlog"); // -1: not known
        QTest::addColumn<qint64>("now");
        QTest::addColumn<int>("synchronized"); // -1: not known
        QTest::addColumn<int>("connections");
        QTest::addColumn<bool>("expiresMatter");
        QTest::addColumn<QString>("word"); // empty: no warning
        const auto row = [](const char *name, qint64 files, int backlog, qint64 now, int synchronized,
                            int connections, bool expires, const QString &word) {
            QTest::newRow(name) << files << backlog << now << synchronized << connections << expires << word;
        };
        constexpr qint64 today = 1'800'000'000;
        row("all is well", 100'000, 4096, today, 1, 0, true, {});
        row("nothing is known", 100'000, -1, today, -1, 0, true, {});
        row("few files", 1024, 4096, today, 1, 0, true, u"Only 1024 files"_s);
        row("too many connections", 10'000, 4096, today, 1, 9'900, true, u"limits.connections is 9900"_s);
        row("as many connections as there may be", 10'000, 4096, today, 1, 9'488, true, {});
        row("short backlog", 100'000, 128, today, 1, 0, true, u"net.core.somaxconn is 128"_s);
        row("clock years behind", 100'000, 4096, 0, 0, 0, true, u"years behind"_s);
        row("clock not synchronised", 100'000, 4096, today, 0, 0, true, u"not synchronised"_s);
        row("clock that nobody needs", 100'000, 4096, today, 0, 0, false, {});
    }
    void eachFaultIsOneWarning()
    {
        QFETCH(qint64, files);
        QFETCH(int, backlog);
        QFETCH(qint64, now);
        QFETCH(int, synchronized);
        QFETCH(int, connections);
        QFETCH(bool, expiresMatter);
        QFETCH(QString, word);
        HostFacts facts{.openFiles = files,
                        .now = std::chrono::system_clock::time_point(std::chrono::seconds(now))};
        if (backlog >= 0)
            facts.listenBacklog = backlog;
        if (synchronized >= 0)
            facts.clockIsSynchronized = synchronized == 1;
        const QStringList warnings = warningsAbout(facts, connections, expiresMatter);
        QCOMPARE(warnings.size(), word.isEmpty() ? 0 : 1);
        QVERIFY(word.isEmpty() || warnings.constFirst().contains(word));
    }

    void theMachineIsRead()
    {
        const HostFacts facts = readHostFacts(5000);
        QCOMPARE(facts.openFiles, 5000);
        QVERIFY(facts.now > std::chrono::system_clock::now() - std::chrono::minutes(1));
    }
};

QTEST_GUILESS_MAIN(TestSelfCheck)
#include "tst_selfcheck.moc"
