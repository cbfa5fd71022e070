// SPDX-License-Identifier: MIT
#include "common/support/workerthread.h"
#include "server/broker/redisbroker.h"
#include "tests/integration/history/historyrows.h"
#include "tests/support/mariadbserver.h"
#include "tests/support/redisserver.h"
#include "tests/support/serverprocess.h"
#include "tests/support/silentlistener.h"

#include <QLoggingCategory>
#include <QSqlQuery>
#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int groups = 1'000;
constexpr int messagesPerGroup = 1'000;

QString groupName(int group)
{
    return u"group-"_s % QString::number(group);
}

QString textOf(int group, int message)
{
    return QString::number(group) % u'/' % QString::number(message) % u" x"_s.repeated(group % 50);
}

// Somebody in each group posts its messages, one after the other and all groups at once.
class Posting
{
public:
    explicit Posting(const QString &redisUrl)
    {
        broker::RedisBrokerOptions options;
        options.urls = QStringList{redisUrl};
        m_broker = broker::RedisBroker::open(options, m_metrics).value();
        m_thread.post([this] { begin(); });
    }
    ~Posting()
    {
        m_thread.stop();
        m_broker.reset();
    }

    [[nodiscard]] int ready() const { return m_ready; } // groups
    [[nodiscard]] int accepted() const { return m_accepted; }
    [[nodiscard]] bool isOver() const { return m_left == 0; }
    void postAll()
    {
        m_thread.post([this] {
            for (int i = 0; i < groups; ++i)
                post(i);
        });
    }

private:
    QCoro::Task<> begin()
    {
        const int listener = co_await m_broker->attach(&m_listener);
        for (int i = 0; i < groups; ++i) {
            const auto made = co_await m_broker->createGroup(groupName(i));
            const auto joined = co_await m_broker->join(listener, groupName(i), u"ann"_s);
            m_ready += made && joined ? 1 : 0;
        }
    }
    QCoro::Task<> post(int group)
    {
        broker::PublishRequest request;
        request.groupId = groupName(group);
        request.senderId = u"ann"_s;
        for (int i = 0; i < messagesPerGroup; ++i) {
            request.text = textOf(group, i);
            request.notAfter = std::chrono::steady_clock::now() + 60s;
            const auto posted = co_await m_broker->publish(request);
            m_accepted += posted ? 1 : 0;
        }
        --m_left;
    }

    MetricsRegistry m_metrics;
    std::unique_ptr<broker::RedisBroker> m_broker;
    SilentListener m_listener;
    std::atomic<int> m_ready = 0;
    std::atomic<int> m_accepted = 0;
    std::atomic<int> m_left = groups;
    WorkerThread m_thread{u"posting"_s};
};

} // namespace

// 1,000,000 messages in 1,000 groups, with servers and the database killed meanwhile, are in the database one
// by one.
class HistoryMillionTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void everyOneOfAMillion();
};

void HistoryMillionTest::everyOneOfAMillion()
{
    QLoggingCategory::setFilterRules(u"nextchat.*=false"_s); // this Redis keeps no file; warnings are fatal
    RedisServer redis;
    QVERIFY(redis.start());
    MariaDbServer mariaDb;
    QVERIFY(mariaDb.start());
    const QString url = mariaDb.url(mariaDb.createDatabase());
    const HistoryRows rows(url);
    QVERIFY(rows.migrate());
    Posting posting(redis.url());
    QTRY_COMPARE_WITH_TIMEOUT(posting.ready(), groups, 60'000);
    std::vector<std::unique_ptr<ServerProcess>> servers;
    for (int i = 0; i < 2; ++i) {
        servers.push_back(std::make_unique<ServerProcess>(QStringList{
            u"--redis"_s, redis.url(), u"--history"_s, url, u"--set"_s, u"groups.leaseDuration=3s"_s}));
        QVERIFY2(servers.back()->start(), servers.back()->standardError().constData());
    }
    posting.postAll();
    for (int quarter = 1; quarter < 4; ++quarter) {
        const qint64 stored = quarter * qint64(groups) * messagesPerGroup / 4;
        QTRY_VERIFY_WITH_TIMEOUT(rows.number(u"SELECT SUM(number) FROM partitions"_s) > stored, 300'000);
        if (quarter == 2) {
            mariaDb.kill();
            QVERIFY(mariaDb.start());
        } else {
            ServerProcess &victim = *servers[std::size_t(quarter / 2)];
            victim.kill9();
            QVERIFY(victim.restart());
        }
    }
    QTRY_VERIFY_WITH_TIMEOUT(posting.isOver(), 300'000);
    QCOMPARE(posting.accepted(), groups * messagesPerGroup);
    QTRY_COMPARE_WITH_TIMEOUT(rows.count(u"messages"_s), qint64(groups) * messagesPerGroup, 300'000);

    const auto connection = sqlmigrate::Connection::open(sqlmigrate::DatabaseUrl::parse(url).value(), {});
    QVERIFY(connection);
    QSqlQuery query((*connection)->database());
    query.setForwardOnly(true);
    for (int group = 0; group < groups; ++group) {
        QVERIFY(
            query.exec(u"SELECT seq, text, author_id FROM messages WHERE group_id = '%1' ORDER BY seq"_s.arg(
                groupName(group))));
        for (int i = 0; i < messagesPerGroup; ++i) {
            QVERIFY(query.next());
            QCOMPARE(query.value(0).toInt(), i + 1);
            QCOMPARE(query.value(1).toString(), textOf(group, i));
            QCOMPARE(query.value(2).toString(), u"ann"_s);
        }
        QVERIFY(!query.next());
    }
    QCOMPARE(rows.count(u"dead_letters"_s), 0);
    QCOMPARE(rows.count(u"chat_groups"_s), groups);
}

QTEST_GUILESS_MAIN(HistoryMillionTest)
#include "tst_historymillion.moc"
