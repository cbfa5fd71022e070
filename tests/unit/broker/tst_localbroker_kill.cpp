// SPDX-License-Identifier: MIT
#include "server/broker/localbroker.h"
#include "sqlmigrate/connection.h"

#include <QLoggingCategory>
#include <QProcess>
#include <QRandomGenerator>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat;
using namespace nextchat::broker;

// P1, P2, P3 through `kill -9`: what was completed is there, once, under dense numbers, though senders try
// again.
class LocalBrokerKillTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingAcceptedIsLostOrDoubled();

private:
    void publishAndKill(int receipts);
    void noteReceipts(const QByteArray &output);
    void check();

    static constexpr int senders = 20;
    static constexpr int rounds = 25;

    QTemporaryDir m_dir;
    std::map<qint64, QString> m_receipts; // seq -> text
    std::vector<qint64> m_next = std::vector<qint64>(senders, 0); // the number after the last one confirmed
};

void LocalBrokerKillTest::publishAndKill(int receipts)
{
    QStringList arguments{m_dir.path()};
    for (const qint64 number : m_next)
        arguments.append(QString::number(number));
    QProcess process;
    process.setProcessChannelMode(QProcess::SeparateChannels);
    process.start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") + QStringLiteral("/broker-publisher"), arguments);
    QByteArray output;
    while (output.count('\n') < receipts) {
        QVERIFY2(process.waitForReadyRead(30000), process.readAllStandardError().constData());
        output += process.readAllStandardOutput();
    }
    process.kill(); // SIGKILL
    QVERIFY(process.waitForFinished());
    QCOMPARE(process.exitStatus(), QProcess::CrashExit);
    output += process.readAllStandardOutput();
    noteReceipts(output);
}

void LocalBrokerKillTest::noteReceipts(const QByteArray &output)
{
    for (const QByteArray &line : output.split('\n')) {
        const QList<QByteArray> parts = line.split(' ');
        if (parts.size() != 3)
            continue;
        const qint64 seq = parts[0].toLongLong();
        const QString text = QString::fromLatin1(parts[1] + ' ' + parts[2]);
        QVERIFY2(!m_receipts.contains(seq), line.constData());
        m_receipts.emplace(seq, text);
        m_next[parts[1].toUInt()] = parts[2].toLongLong() + 1;
    }
}

void LocalBrokerKillTest::check()
{
    LocalBrokerOptions options;
    options.dataDir = m_dir.path();
    MetricsRegistry metrics;
    QVERIFY(LocalBroker::open(options, metrics)); // and closed again
    const auto connection = sqlmigrate::Connection::open(options.database(), {});
    const auto rows = (*connection)->select(QStringLiteral("SELECT seq, text FROM messages ORDER BY seq"));
    QVERIFY(rows);
    QSet<QString> texts;
    qint64 expected = 0;
    auto receipt = m_receipts.cbegin();
    for (const QVariantList &row : *rows) {
        QCOMPARE(row[0].toLongLong(), ++expected); // dense
        const QString text = row[1].toString();
        QVERIFY2(!texts.contains(text), qPrintable(text)); // once
        texts.insert(text);
        if (receipt != m_receipts.cend() && receipt->first == expected)
            QCOMPARE(receipt++->second, text); // there
    }
    QVERIFY(receipt == m_receipts.cend());
}

void LocalBrokerKillTest::nothingAcceptedIsLostOrDoubled()
{
    QLoggingCategory::setFilterRules(QStringLiteral("nextchat.broker=false"));
    for (int round = 0; round < rounds; ++round) {
        publishAndKill(QRandomGenerator::global()->bounded(1, 400));
        if (QTest::currentTestFailed())
            return;
    }
    check();
    qInfo("%zu receipts in %d rounds", m_receipts.size(), rounds);
}

QTEST_GUILESS_MAIN(LocalBrokerKillTest)
#include "tst_localbroker_kill.moc"
