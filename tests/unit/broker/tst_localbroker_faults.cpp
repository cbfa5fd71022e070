// SPDX-License-Identifier: MIT
#include "brokerfixture.h"
#include "common/support/mailbox.h"
#include "diskfaults.h"
#include "server/broker/localbroker.h"
#include "sqlmigrate/connection.h"

#include <QLoggingCategory>
#include <QTemporaryDir>

using namespace nextchat;
using namespace nextchat::broker;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

// P1 and P3 while the disk fails: refused is certainly not stored, accepted certainly is, and no number is
// used twice.
class LocalBrokerFaultsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void cleanup();

    void aDiskThatCanNotBeWrittenRefuses_data();
    void aDiskThatCanNotBeWrittenRefuses();
    void aDoubtThatCanBeResolvedIsResolved();
    void aDoubtThatStaysIsAnUnknownOutcome();
    void anotherProgramsLockRefusesUntilItIsGone();
    void aDiskThatCanNotBeWrittenIsNoticedWithoutTraffic_data();
    void aDiskThatCanNotBeWrittenIsNoticedWithoutTraffic();
    void aLockIsNoticedWithoutTraffic();
    void whatTurnsOutToBeStoredIsDelivered();

private:
    void open();
    void checkDense(qint64 count) const; // as delivered and as stored

    std::unique_ptr<Mailbox> m_mailbox;
    std::unique_ptr<QTemporaryDir> m_dir;
    LocalBrokerOptions m_options;
    MetricsRegistry m_metrics;
    RecordingListener m_listener;
    std::unique_ptr<LocalBroker> m_broker;
    std::unique_ptr<Caller> m_caller;
};

void LocalBrokerFaultsTest::initTestCase()
{
    QLoggingCategory::setFilterRules(u"nextchat.broker=false"_s); // failures are provoked, and warnings fatal
}

void LocalBrokerFaultsTest::init()
{
    m_mailbox = std::make_unique<Mailbox>();
    m_dir = std::make_unique<QTemporaryDir>();
    m_options = {};
    m_options.dataDir = m_dir->path();
    m_options.lockPatience = 50ms;
    m_listener = {};
    open();
}

void LocalBrokerFaultsTest::cleanup()
{
    setDiskFault(DiskFault::None);
    failNextSyncs(0);
    m_caller.reset();
    m_broker.reset();
    m_dir.reset();
    m_mailbox.reset();
}

void LocalBrokerFaultsTest::open()
{
    m_broker = std::move(LocalBroker::open(m_options, m_metrics).value());
    m_caller = std::make_unique<Caller>(*m_broker);
    QVERIFY(m_caller->create(u"room"_s));
    (void)m_caller->join(m_caller->attach(m_listener), u"room"_s, u"ann"_s);
}

void LocalBrokerFaultsTest::checkDense(qint64 count) const
{
    QTRY_COMPARE(static_cast<qint64>(m_listener.messages.size()), count);
    for (qint64 i = 0; i < count; ++i)
        QCOMPARE(m_listener.messages[static_cast<std::size_t>(i)].seq, i + 1);
    const auto connection =
        sqlmigrate::Connection::open(m_options.database(), {sqlmigrate::Connection::Mode::Read, 5s});
    const auto rows = (*connection)->select(u"SELECT seq, text FROM messages ORDER BY seq"_s);
    QCOMPARE(static_cast<qint64>(rows->size()), count);
    for (std::size_t i = 0; i < rows->size(); ++i) {
        QCOMPARE(rows->at(i)[0].toLongLong(), static_cast<qint64>(i + 1));
        QCOMPARE(rows->at(i)[1].toString(), m_listener.messages[i].text);
    }
}

void LocalBrokerFaultsTest::aDiskThatCanNotBeWrittenRefuses_data()
{
    QTest::addColumn<int>("fault");
    QTest::newRow("full") << static_cast<int>(DiskFault::Full);
    QTest::newRow("read-only") << static_cast<int>(DiskFault::ReadOnly);
}

void LocalBrokerFaultsTest::aDiskThatCanNotBeWrittenRefuses()
{
    QFETCH(const int, fault);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"before"_s)->seq, qint64(1));
    QVERIFY(m_broker->isHealthy());

    setDiskFault(static_cast<DiskFault>(fault));
    for (int i = 0; i < 3; ++i) {
        const auto refused = m_caller->publish(u"room"_s, u"ann"_s, u"lost"_s);
        QVERIFY(!refused);
        QCOMPARE(refused.error().code, Error::Code::Unavailable);
        QVERIFY(!m_broker->isHealthy());
    }
    QCOMPARE(m_caller->create(u"other"_s).error().code, Error::Code::Unavailable);
    // The rest goes on.
    QCOMPARE(m_caller->members(u"room"_s).value(), QStringList{u"ann"_s});

    setDiskFault(DiskFault::None);
    QTRY_VERIFY(m_broker->isHealthy());
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"after"_s)->seq, qint64(2)); // the number was not used
    checkDense(2);
}

void LocalBrokerFaultsTest::aDoubtThatCanBeResolvedIsResolved()
{
    QVERIFY(m_caller->publish(u"room"_s, u"ann"_s, u"one"_s));
    failNextSyncs(1); // that of the commit; the one of the probe works
    const auto answer = m_caller->publish(u"room"_s, u"ann"_s, u"two"_s);
    QCOMPARE(answer.error().code, Error::Code::Unavailable);
    QVERIFY(m_broker->isHealthy());
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"two again"_s)->seq, qint64(2));
    checkDense(2);
}

void LocalBrokerFaultsTest::aDoubtThatStaysIsAnUnknownOutcome()
{
    QVERIFY(m_caller->publish(u"room"_s, u"ann"_s, u"one"_s));
    setDiskFault(DiskFault::SyncFails);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"two"_s).error().code, Error::Code::UnknownOutcome);
    // Until the truth is known nothing is tried.
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"three"_s).error().code, Error::Code::Unavailable);
    QVERIFY(!m_broker->isHealthy());
    setDiskFault(DiskFault::None);
    QTRY_VERIFY(m_broker->isHealthy());
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"four"_s)->seq, qint64(2));
    checkDense(2);
}

void LocalBrokerFaultsTest::anotherProgramsLockRefusesUntilItIsGone()
{
    const auto other = sqlmigrate::Connection::open(m_options.database(), {});
    QVERIFY((*other)->execute(u"BEGIN IMMEDIATE"_s));
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"lost"_s).error().code, Error::Code::Unavailable);
    QVERIFY(!m_broker->isHealthy());
    QVERIFY((*other)->execute(u"ROLLBACK"_s));
    QTRY_VERIFY(m_broker->isHealthy());
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"one"_s)->seq, qint64(1));
    checkDense(1);
}

void LocalBrokerFaultsTest::aDiskThatCanNotBeWrittenIsNoticedWithoutTraffic_data()
{
    aDiskThatCanNotBeWrittenRefuses_data();
    QTest::newRow("syncs fail") << static_cast<int>(DiskFault::SyncFails);
}

void LocalBrokerFaultsTest::aDiskThatCanNotBeWrittenIsNoticedWithoutTraffic()
{
    QFETCH(const int, fault);
    QVERIFY(m_broker->isHealthy());
    setDiskFault(static_cast<DiskFault>(fault));
    QTRY_VERIFY_WITH_TIMEOUT(!m_broker->isHealthy(), 10'000);
    setDiskFault(DiskFault::None);
    QTRY_VERIFY(m_broker->isHealthy());
}

void LocalBrokerFaultsTest::aLockIsNoticedWithoutTraffic()
{
    const auto other = sqlmigrate::Connection::open(m_options.database(), {});
    QVERIFY((*other)->execute(u"BEGIN EXCLUSIVE"_s));
    QTRY_VERIFY_WITH_TIMEOUT(!m_broker->isHealthy(), 10'000);
    QVERIFY((*other)->execute(u"ROLLBACK"_s));
    QTRY_VERIFY(m_broker->isHealthy());
}

void LocalBrokerFaultsTest::whatTurnsOutToBeStoredIsDelivered()
{
    QVERIFY(m_caller->publish(u"room"_s, u"ann"_s, u"one"_s));
    // As if a commit whose outcome was unknown had become durable after all.
    setDiskFault(DiskFault::SyncFails);
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"doubtful"_s).error().code, Error::Code::UnknownOutcome);
    const auto other = sqlmigrate::Connection::open(m_options.database(), {});
    QVERIFY((*other)->execute(u"PRAGMA synchronous = OFF"_s));
    QVERIFY((*other)->execute(
        u"INSERT INTO messages SELECT group_id, 2, epoch, author_id, 'doubtful', send_time, NULL FROM messages"_s));
    QVERIFY((*other)->execute(u"UPDATE chat_groups SET last_seq = 2"_s));
    setDiskFault(DiskFault::None);
    QTRY_VERIFY(m_broker->isHealthy());
    QCOMPARE(m_caller->publish(u"room"_s, u"ann"_s, u"three"_s)->seq, qint64(3));
    checkDense(3);
}

QTEST_GUILESS_MAIN(LocalBrokerFaultsTest)
#include "tst_localbroker_faults.moc"
