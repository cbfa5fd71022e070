// SPDX-License-Identifier: MIT
#include "tests/integration/history/storedcrowd.h"

#include "tests/support/rawclient.h"

#include <QJsonObject>

namespace nextchat::test {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

constexpr int partitions = 16; // the default
constexpr int joinLimit = 50; // likewise
constexpr int patience = 60'000;

HttpAnswer get(quint16 port, const QByteArray &path)
{
    RawClient client(port);
    return client.request("GET " + path + " HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n\r\n");
}

} // namespace

void StoredCrowd::prepare(const QStringList &settings, const QByteArrayList &redisOptions,
                          const QStringList &databaseOptions)
{
    m_redis = std::make_unique<RedisServer>(redisOptions);
    QVERIFY(m_redis->start());
    m_mariaDb = std::make_unique<MariaDbServer>(databaseOptions, m_durability);
    QVERIFY(m_mariaDb->start());
    const QString database = m_mariaDb->createDatabase();
    QVERIFY(!database.isEmpty());
    m_url = m_mariaDb->url(database);
    m_rows = std::make_unique<HistoryRows>(m_url);
    QVERIFY(m_rows->migrate());
    m_crowd = std::make_unique<Crowd>(m_redis->url(), QStringList{u"history.url="_s + m_url} + settings);
}

void StoredCrowd::enter()
{
    const QString failure = m_crowd->start();
    QVERIFY2(failure.isEmpty(), qPrintable(failure));
    m_crowd->talk(500ms);
}

bool StoredCrowd::isAllStored() const
{
    for (int k = 0; k < partitions; ++k) {
        const QByteArray number = QByteArray::number(k);
        const RedisAnswer meta = m_redis->ask({"HMGET", "{nc:" + number + "}:meta", "epoch", "n"});
        const QVariant stored =
            m_rows->value(u"SELECT epoch || ' ' || number FROM partitions WHERE k = %1"_s.arg(k));
        const QByteArray expected = meta.toList().join(' ');
        if (stored.toString().toLatin1() != expected)
            return false;
    }
    return true;
}

void StoredCrowd::expectStored(Crowd::History history)
{
    m_crowd->talk(500ms);
    const bool isSettled = m_crowd->settle();
    QTRY_VERIFY_WITH_TIMEOUT(isAllStored(), patience);
    const SoakFindings rows = rowFindings(history);
    const SoakFindings given = m_crowd->findings(history);
    qInfo("rows: %s", qUtf8Printable(rows.summary()));
    qInfo("given: %s; %d reconnects", qUtf8Printable(given.summary()), m_crowd->reconnects());
    QVERIFY2(isSettled && rows.isClean(), qPrintable(rows.summary()));
    QVERIFY2(given.isClean(), qPrintable(given.summary()));
}

SoakFindings StoredCrowd::rowFindings(Crowd::History history) const
{
    SoakFindings all({}, joinLimit);
    for (int i = 0; i < Crowd::groups; ++i) {
        SoakFindings found(m_rows->of(Crowd::groupName(i)), joinLimit);
        if (history == Crowd::History::MayBeLost)
            found.allowAnnouncedLoss();
        else if (history == Crowd::History::PlacesMayBeLost)
            found.allowLostPlaces();
        for (int j = 0; j < Crowd::members; ++j) {
            const SoakMember &member = m_crowd->member(j);
            if (member.groupId() == Crowd::groupName(i))
                found.compare(member.books());
        }
        all += found;
    }
    return all;
}

void StoredCrowd::end()
{
    if (QTest::currentTestFailed() && m_crowd)
        fprintf(stderr, "%s---\n", m_crowd->logs().constData());
    m_crowd.reset();
    m_redis.reset();
    m_rows.reset();
    m_mariaDb.reset();
}

double StoredCrowd::metric(const QByteArray &name, int server) const
{
    const QByteArray body = get(m_crowd->server(server).port(), "/metrics").body;
    const qsizetype begin = body.indexOf(QByteArray('\n' + name + ' '));
    if (begin < 0)
        return 0;
    const qsizetype value = begin + name.size() + 2;
    return body.mid(value, body.indexOf('\n', value) - value).toDouble();
}

double StoredCrowd::metric(const QByteArray &name) const
{
    double sum = 0;
    for (int i = 0; i < Crowd::servers; ++i)
        sum += m_crowd->server(i).isRunning() ? metric(name, i) : 0;
    return sum;
}

QString StoredCrowd::readiness(const QString &field, int server) const
{
    return get(m_crowd->server(server).port(), "/readyz").json().value(field).toString();
}

void StoredCrowd::expectHistory(const QString &state) const
{
    for (int i = 0; i < Crowd::servers; ++i) {
        QTRY_COMPARE_WITH_TIMEOUT(readiness(u"history"_s, i), state, 30'000);
        QCOMPARE(readiness(u"status"_s, i), u"ready"_s);
    }
}

} // namespace nextchat::test
