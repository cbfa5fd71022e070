// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "common/support/mailbox.h"
#include "server/broker/localbroker.h"
#include "sqlmigrate/connection.h"

#include <QLoggingCategory>
#include <QTemporaryDir>

using namespace nextchat;
using namespace nextchat::broker;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// What LocalBroker does beyond the suite: its database, restarts, limits, shutdown.
class LocalBrokerTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void filesAreTheOwnersAlone();
    void aRestartGoesOn();
    void clientIdsOutliveARestart();
    void aLostEpochGoesOnFarAbove();
    void anOlderCopyGoesOnFarAbove_data();
    void anOlderCopyGoesOnFarAbove();
    void aCrashIsNoOlderCopy();
    void aSecondServerIsRefused();
    void theFolderIsFreeAfterwards();
    void aFolderThatCanNotBeMadeIsAnError();
    void aNewerSchemaIsRefused();
    void aFileThatIsNoDatabaseIsRefused();
    void whatWaitsIsOneCommit();
    void waitingPublishesAreBounded();
    void theEndAnswersEverything();
    void manyGroupsLoadAtOnce();
    void itCountsWhatItDoes();

private:
    [[nodiscard]] Expected<std::unique_ptr<LocalBroker>> tryOpen();
    Caller &open();
    void close();
    void change(const QString &sql);
    [[nodiscard]] quint64 commits();

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<QTemporaryDir> m_dir;
    LocalBrokerOptions m_options;
    std::unique_ptr<MetricsRegistry> m_metrics;
    std::unique_ptr<LocalBroker> m_broker;
    std::unique_ptr<Caller> m_caller;
};

void LocalBrokerTest::initTestCase()
{
    QLoggingCategory::setFilterRules(u"nextchat.broker=false"_s); // failures are provoked, and warnings fatal
}

void LocalBrokerTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
    m_dir = std::make_unique<QTemporaryDir>();
    m_options = {};
    m_options.dataDir = m_dir->filePath(u"data"_s);
}

void LocalBrokerTest::cleanup()
{
    close();
    m_dir.reset();
    m_mailbox.reset();
}

Expected<std::unique_ptr<LocalBroker>> LocalBrokerTest::tryOpen()
{
    m_metrics = std::make_unique<MetricsRegistry>();
    return LocalBroker::open(m_options, *m_metrics);
}

Caller &LocalBrokerTest::open()
{
    m_broker = std::move(tryOpen().value());
    m_caller = std::make_unique<Caller>(*m_broker);
    return *m_caller;
}

void LocalBrokerTest::close()
{
    m_caller.reset();
    m_broker.reset();
}

void LocalBrokerTest::change(const QString &sql)
{
    const auto connection = sqlmigrate::Connection::open(m_options.database(), {});
    QVERIFY(connection);
    const auto changed = (*connection)->execute(sql);
    QVERIFY2(changed, changed ? "" : qPrintable(changed.error().message));
}

quint64 LocalBrokerTest::commits()
{
    const Histogram &histogram = m_metrics->histogram("nextchat_broker_commit_messages", "", {});
    quint64 count = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i)
        count += histogram.bucket(i);
    return count;
}

void LocalBrokerTest::filesAreTheOwnersAlone()
{
    constexpr auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ExeGroup | QFile::ReadOther
        | QFile::WriteOther | QFile::ExeOther;
    QVERIFY(open().create(u"room"_s));
    QCOMPARE(QFile::permissions(m_options.dataDir) & others, QFile::Permissions());
    const QFileInfoList files = QDir(m_options.dataDir).entryInfoList(QDir::Files);
    QVERIFY(files.size() >= 3); // the database, its log, the lock
    for (const QFileInfo &file : files)
        QVERIFY2(!(file.permissions() & others), qPrintable(file.fileName()));
}

void LocalBrokerTest::aRestartGoesOn()
{
    RecordingListener before;
    QVERIFY(open().create(u"room"_s));
    const Joined first = m_caller->join(m_caller->attach(before), u"room"_s, u"ann"_s);
    const auto receipt = m_caller->publish(u"room"_s, u"ann"_s, u"one"_s);
    QCOMPARE(receipt->seq, qint64(1));
    close();

    RecordingListener after;
    QCOMPARE(open().groups(), QStringList{u"room"_s});
    const Joined second = m_caller->join(m_caller->attach(after), u"room"_s, u"ann"_s);
    QCOMPARE(second.epoch, first.epoch);
    QCOMPARE(second.lastSeq, qint64(1));
    const auto next = m_caller->publish(u"room"_s, u"ann"_s, u"two"_s);
    QCOMPARE(next->seq, qint64(2));
    QVERIFY(next->sendTime >= receipt->sendTime);
}

void LocalBrokerTest::clientIdsOutliveARestart()
{
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    (void)m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    const auto receipt = m_caller->publish(u"room"_s, u"ann"_s, u"one"_s, u"id"_s);
    close();
    // Nobody has a place after a restart, and yet the retry finds its receipt.
    QCOMPARE(open().publish(u"room"_s, u"ann"_s, u"one"_s, u"id"_s).value(), receipt.value());
}

void LocalBrokerTest::aLostEpochGoesOnFarAbove()
{
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    const Joined first = m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"one"_s)->seq, qint64(1));
    close();
    change(u"DELETE FROM store_facts WHERE name = 'epoch'"_s);
    const Joined second = open().join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    QVERIFY(second.epoch != first.epoch);
    QCOMPARE(second.lastSeq, qint64(1'000'001));
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"two"_s)->seq, qint64(1'000'002));
}

void LocalBrokerTest::anOlderCopyGoesOnFarAbove_data()
{
    QTest::addColumn<bool>("isNewFolder");
    QTest::newRow("where it was") << false;
    QTest::newRow("elsewhere") << true;
}

// P1: the numbers of what was lost are not given out again.
void LocalBrokerTest::anOlderCopyGoesOnFarAbove()
{
    QFETCH(bool, isNewFolder);
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    const Joined first = m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"kept"_s)->seq, qint64(1));
    close();
    const QString copy = m_dir->filePath(u"copy"_s);
    QVERIFY(QFile::copy(m_options.database().path, copy));
    (void)open().join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"lost"_s)->seq, qint64(2));
    close();

    if (isNewFolder)
        m_options.dataDir = m_dir->filePath(u"elsewhere"_s);
    QVERIFY(QDir().mkpath(m_options.dataDir));
    QFile::remove(m_options.database().path);
    QVERIFY(QFile::copy(copy, m_options.database().path));
    const Joined second = open().join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    QVERIFY(second.epoch != first.epoch);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"new"_s)->seq, qint64(1'000'002));
    close();
    QCOMPARE(open().join(m_caller->attach(listener), u"room"_s, u"ann"_s).epoch, second.epoch);
}

// What was stored last is in the database only, or the mark was lost with what was not synced.
void LocalBrokerTest::aCrashIsNoOlderCopy()
{
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    const QString epoch = m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s).epoch;
    const QString mark = m_options.dataDir + u"/next-chat.mark"_s;
    const QString copy = m_dir->filePath(u"copy"_s);
    QVERIFY(QFile::copy(mark, copy));
    close();
    QFile::remove(mark);
    QVERIFY(QFile::copy(copy, mark));
    QCOMPARE(open().join(m_caller->attach(listener), u"room"_s, u"ann"_s).epoch, epoch);
}

void LocalBrokerTest::aSecondServerIsRefused()
{
    open();
    MetricsRegistry metrics;
    const auto second = LocalBroker::open(m_options, metrics);
    QCOMPARE(second.error().code, Error::Code::Conflict);
    QVERIFY2(second.error().message.contains(m_options.dataDir), qPrintable(second.error().message));
    QVERIFY(m_caller->create(u"room"_s)); // the first goes on
}

void LocalBrokerTest::theFolderIsFreeAfterwards()
{
    for (int i = 0; i < 3; ++i) {
        open();
        close();
    }
}

void LocalBrokerTest::aFolderThatCanNotBeMadeIsAnError()
{
    QFile file(m_options.dataDir);
    QVERIFY(file.open(QIODevice::WriteOnly));
    m_options.dataDir += u"/below-a-file"_s;
    const auto opened = tryOpen();
    QVERIFY(!opened);
    QVERIFY2(opened.error().message.contains(m_options.dataDir), qPrintable(opened.error().message));
}

void LocalBrokerTest::aNewerSchemaIsRefused()
{
    open();
    close();
    change(u"INSERT INTO schema_history VALUES (999, 'later', '', '99.0', 0, 0, 1, 0, 1, NULL)"_s);
    const auto opened = tryOpen();
    QCOMPARE(opened.error().code, Error::Code::Conflict);
    QVERIFY2(opened.error().message.contains(u"99.0"), qPrintable(opened.error().message));
}

void LocalBrokerTest::aFileThatIsNoDatabaseIsRefused()
{
    QVERIFY(QDir().mkpath(m_options.dataDir));
    QFile file(m_options.database().path);
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write(QByteArray(8192, 'x'));
    file.close();
    QVERIFY(!tryOpen());
}

void LocalBrokerTest::whatWaitsIsOneCommit()
{
    constexpr int count = 200;
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    (void)m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    const quint64 before = commits();
    std::vector<QCoro::Task<Expected<chat::MessageReceipt>>> all;
    for (int i = 0; i < count; ++i)
        all.push_back(m_broker->publish(Caller::request(u"room"_s, u"ann"_s, QString::number(i))));
    for (int i = 0; i < count; ++i)
        QCOMPARE(QCoro::waitFor(all[static_cast<std::size_t>(i)])->seq, qint64(i + 1));
    // The first may be alone; the others came while it was being written.
    QVERIFY2(commits() - before < count / 4, qPrintable(QString::number(commits() - before)));
}

void LocalBrokerTest::waitingPublishesAreBounded()
{
    m_options.maximumWaiting = 10;
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    (void)m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    const auto other = sqlmigrate::Connection::open(m_options.database(), {});
    QVERIFY((*other)->execute(u"BEGIN IMMEDIATE"_s)); // the broker waits for the lock meanwhile
    std::vector<QCoro::Task<Expected<chat::MessageReceipt>>> all;
    for (int i = 0; i < 30; ++i)
        all.push_back(m_broker->publish(Caller::request(u"room"_s, u"ann"_s, QString::number(i))));
    QVERIFY((*other)->execute(u"ROLLBACK"_s));
    int accepted = 0;
    for (auto &one : all) {
        const auto receipt = QCoro::waitFor(one);
        accepted += receipt ? 1 : 0;
        QVERIFY(receipt || receipt.error().code == Error::Code::Unavailable);
    }
    QCOMPARE(accepted, 10);
    QVERIFY(m_caller->publish(u"room"_s, u"ann"_s, u"after"_s)); // none is counted for ever
}

void LocalBrokerTest::theEndAnswersEverything()
{
    constexpr int count = 50;
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    (void)m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    std::vector<QCoro::Task<Expected<chat::MessageReceipt>>> all;
    for (int i = 0; i < count; ++i)
        all.push_back(m_broker->publish(Caller::request(u"room"_s, u"ann"_s, QString::number(i))));
    auto group = m_broker->createGroup(u"last"_s);
    close();
    for (int i = 0; i < count; ++i)
        QCOMPARE(QCoro::waitFor(all[static_cast<std::size_t>(i)])->seq, qint64(i + 1));
    QVERIFY(QCoro::waitFor(group));
    QCOMPARE(listener.messages.size(), std::size_t(count));
    QCOMPARE(open().groups(), (QStringList{u"last"_s, u"room"_s}));
    QCOMPARE(m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s).lastSeq, qint64(count));
}

void LocalBrokerTest::manyGroupsLoadAtOnce()
{
    open();
    close();
    change(u"WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 10000) "
           "INSERT INTO chat_groups SELECT 'g' || i, 0, i, 0 FROM n"_s);
    QCOMPARE(open().groups().size(), 10000);
    RecordingListener listener;
    QCOMPARE(m_caller->join(m_caller->attach(listener), u"g777"_s, u"ann"_s).lastSeq, qint64(777));
    QCOMPARE(m_caller->create(u"one-more"_s).error().code, Error::Code::LimitReached);
}

void LocalBrokerTest::itCountsWhatItDoes()
{
    RecordingListener listener;
    QVERIFY(open().create(u"room"_s));
    (void)m_caller->join(m_caller->attach(listener), u"room"_s, u"ann"_s);
    for (int i = 0; i < 3; ++i)
        QVERIFY(m_caller->publish(u"room"_s, u"ann"_s, u"hi"_s, u"id"_s));
    QVERIFY(!m_caller->publish(u"room"_s, u"bob"_s, u"hi"_s));
    const QByteArray text = m_metrics->render();
    for (const char *line :
         {"nextchat_broker_published_total 1\n", "nextchat_broker_duplicates_total 2\n",
          "nextchat_broker_refused_total{reason=\"not_member\"} 1\n", "nextchat_broker_groups 1\n",
          "nextchat_broker_members 1\n", "nextchat_broker_waiting 0\n"})
        QVERIFY2(text.contains(line), line);
}

QTEST_GUILESS_MAIN(LocalBrokerTest)
#include "tst_localbroker.moc"
