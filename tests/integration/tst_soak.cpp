// SPDX-License-Identifier: MIT
#include "tests/integration/soakfindings.h"
#include "tests/integration/soakmember.h"
#include "tests/support/rawclient.h"
#include "tests/support/serverprocess.h"
#include "tests/support/waitfor.h"

#include <QDeadlineTimer>
#include <QDir>
#include <QRandomGenerator>
#include <QTest>
#include <QTimer>

#include <csignal>

using namespace nextchat;
using namespace nextchat::chat;
using namespace nextchat::test;
using namespace std::chrono_literals;

namespace {

constexpr int groups = 5;
constexpr int members = 30;
constexpr auto betweenActs = 15ms; // one act of one member each
constexpr int joinLimit = 50; // the default of history.joinLimit
constexpr int visitorsInAWave = 200;
constexpr int visitedGroups = 20;
constexpr auto betweenVisitors = 10ms;

// A longer one by hand also needs a larger QTEST_FUNCTION_TIMEOUT (milliseconds).
std::chrono::seconds soakTime()
{
    constexpr int usual = 120;
    const int wanted = qEnvironmentVariableIntValue("NEXTCHAT_SOAK_SECONDS");
    return std::chrono::seconds(wanted > 0 ? wanted : usual);
}

// Of the server. Several times also in a short soak.
std::chrono::milliseconds betweenDeaths()
{
    return std::min<std::chrono::milliseconds>(12s, soakTime() / 4);
}

QString groupName(int number)
{
    return u"room-" % QString::number(number);
}

// What a process holds.
struct Footprint
{
    explicit Footprint(qint64 processId)
    {
        const QString folder = u"/proc/" % QString::number(processId);
        descriptors = QDir(folder % u"/fd").entryList(QDir::Files | QDir::System).size();
        QFile status(folder % u"/status");
        if (!status.open(QIODevice::ReadOnly))
            return;
        const QList<QByteArray> lines = status.readAll().split('\n');
        for (const QByteArray &line : lines) {
            if (line.startsWith("VmRSS:"))
                residentKiB = line.mid(6).trimmed().split(' ').first().toLongLong();
            else if (line.startsWith("Threads:"))
                threads = line.mid(8).trimmed().toLongLong();
        }
    }

    qint64 residentKiB = 0;
    qint64 descriptors = 0;
    qint64 threads = 0;
};

// How the short-lived clients fared.
struct Visits
{
    int over = 0;
    int failed = 0;
};

// Comes, joins, talks, and leaves or drops.
QCoro::Task<> visit(QUrl url, int number, std::shared_ptr<Visits> visits)
{
    const ChatUser user(url, u"visitor-" % QString::number(number));
    const QString group = groupName(number % visitedGroups);
    const bool leaves = number % 2 == 0;
    const Expected<void> started = co_await user.client->start();
    const Expected<void> created = co_await user.client->createGroup(group);
    const Expected<GroupJoinResult> joined = co_await user.client->joinGroup(group);
    const Expected<void> first = co_await user.client->sendMessage(group, u"good day"_qs);
    const Expected<void> second = co_await user.client->sendMessage(group, u"and good bye"_qs);
    bool good = started && created && joined == GroupJoinResult::Ok && first && second;
    if (leaves) {
        const Expected<void> left = co_await user.client->leaveGroup(group);
        good = good && left;
        co_await user.client->stop();
    }
    ++visits->over;
    visits->failed += good ? 0 : 1;
}

} // namespace

// P1, P2, P3 over a long time: many clients, a server that keeps dying, and one that must not grow.
class SoakTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ServerProcess> m_server;
    std::vector<std::unique_ptr<SoakMember>> m_members;
    QRandomGenerator m_random{2024};
    int m_kills = 0;
    int m_ends = 0;
    int m_leaves = 0;
    int m_drops = 0;

    void gather()
    {
        for (int i = 0; i < members; ++i) {
            m_members.push_back(std::make_unique<SoakMember>(m_server->url(), u"member-" % QString::number(i),
                                                             groupName(i % groups)));
            m_members.back()->enter();
        }
        QTRY_VERIFY_WITH_TIMEOUT(allAreAtRest(), 30'000);
    }

    bool allAreAtRest() const
    {
        return std::all_of(m_members.begin(), m_members.end(),
                           [](const auto &member) { return member->isAtRest(); });
    }

    void act()
    {
        SoakMember &member = *m_members.at(static_cast<std::size_t>(m_random.bounded(members)));
        const int dice = m_random.bounded(100);
        if (dice == 0) {
            ++m_drops;
            member.drop();
        } else if (dice <= 3 && member.leave()) {
            ++m_leaves;
        } else if (member.isIn()) {
            member.post();
        }
    }

    void killAndRestart()
    {
        m_server->kill9();
        QVERIFY2(m_server->restart(), m_server->standardError().constData());
    }

    void endAndRestart()
    {
        // Not terminate(), which blocks: the clients take part in an orderly end.
        ::kill(static_cast<pid_t>(m_server->processId()), SIGTERM);
        QTRY_VERIFY_WITH_TIMEOUT(!m_server->isRunning(), 40'000);
        QVERIFY2(m_server->restart(), m_server->standardError().constData());
    }

    // The members act while the server dies, again and again.
    void soak()
    {
        QTimer acting;
        connect(&acting, &QTimer::timeout, this, &SoakTest::act);
        acting.start(betweenActs);
        const QDeadlineTimer end(soakTime());
        while (!QTest::currentTestFailed()) {
            QTest::qWait(static_cast<int>(std::min<qint64>(end.remainingTime(), betweenDeaths().count())));
            if (end.hasExpired())
                return;
            if (m_kills <= m_ends) {
                ++m_kills;
                killAndRestart();
            } else {
                ++m_ends;
                endAndRestart();
            }
        }
    }

    QList<Message> storedMessages(const QString &group)
    {
        ChatUser reader(m_server->url(), u"reader"_qs);
        QList<Message> stored;
        const auto started = test::waitFor(reader.client->start());
        const auto joined = test::waitFor(reader.client->joinGroup(group));
        const auto streamed =
            test::waitFor(reader.client->streamHistory(group, 0, [&stored](const Message &one) {
                stored.append(one);
                return true;
            }));
        // The coroutine refers to the list.
        if (!streamed)
            qFatal("The history does not end");
        return started && *started && joined && *joined && *streamed ? stored : QList<Message>();
    }

    SoakFindings findingsOf(const QString &group)
    {
        const QList<Message> stored = storedMessages(group);
        SoakFindings findings(stored, joinLimit);
        for (const auto &member : m_members) {
            if (member->groupId() != group)
                continue;
            // What was sent last may still be on its way to the others.
            (void)QTest::qWaitFor(
                [&] { return stored.isEmpty() || member->received().endsWith(stored.last()); }, 20'000);
            findings.compare(member->books());
        }
        return findings;
    }

    bool nobodyIsConnected()
    {
        RawClient client(m_server->port());
        const HttpAnswer metrics = client.request(httpRequest("GET", "/metrics", {}));
        return metrics.body.contains("\nnextchat_signalr_connections{transport=\"websockets\"} 0\n");
    }

    void receiveAWave()
    {
        const auto visits = std::make_shared<Visits>();
        for (int i = 0; i < visitorsInAWave; ++i) {
            visit(m_server->url(), i, visits);
            QTest::qWait(betweenVisitors.count()); // the pace, not a wait for something
        }
        QTRY_COMPARE_WITH_TIMEOUT(visits->over, visitorsInAWave, 60'000);
        QCOMPARE(visits->failed, 0);
        QTRY_VERIFY_WITH_TIMEOUT(nobodyIsConnected(), 30'000);
    }

    // Once its descriptors have not changed for a second: a closed connection takes a moment.
    Footprint restingFootprint()
    {
        Footprint footprint(m_server->processId());
        for (QDeadlineTimer quiet(1s); !quiet.hasExpired(); QTest::qWait(50)) {
            const Footprint now(m_server->processId());
            if (now.descriptors != footprint.descriptors)
                quiet.setRemainingTime(1s);
            footprint = now;
        }
        return footprint;
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ServerProcess>(QStringList{u"--set"_qs, u"limits.callsPerSecond=0"_qs,
                                                               u"--set"_qs, u"server.drainTime=100ms"_qs});
        QVERIFY2(m_server->start(), m_server->standardError().constData());
    }

    void cleanup()
    {
        m_members.clear();
        m_server.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

    void nothingIsLostDoubledOrOutOfOrder()
    {
        gather();
        QVERIFY(!QTest::currentTestFailed());
        soak();
        QVERIFY(!QTest::currentTestFailed());
        QTRY_VERIFY_WITH_TIMEOUT(allAreAtRest(), 90'000);

        SoakFindings findings({}, joinLimit);
        for (int i = 0; i < groups; ++i)
            findings += findingsOf(groupName(i));
        int reconnects = 0;
        for (const auto &member : m_members)
            reconnects += member->reconnects();
        qInfo("%d kills, %d orderly ends, %d reconnects, %d leaves, %d drops: %s", m_kills, m_ends,
              reconnects, m_leaves, m_drops, qPrintable(findings.summary()));
        QVERIFY(findings.isClean());
        QVERIFY(reconnects > 0 && m_leaves > 0 && m_drops > 0); // else it proved little
    }

    void memoryAndDescriptorsEndWhereTheyBegan110()
    {
        receiveAWave();
        QVERIFY(!QTest::currentTestFailed());
        const Footprint first = restingFootprint();
        int waves = 1;
        for (const QDeadlineTimer end(soakTime() / 3); !end.hasExpired(); ++waves) {
            receiveAWave();
            QVERIFY(!QTest::currentTestFailed());
        }
        const Footprint last = restingFootprint();
        qInfo("%d waves of %d clients: resident %lld KiB, then %lld KiB; %lld descriptors, then %lld; %lld "
              "threads, then %lld",
              waves, visitorsInAWave, first.residentKiB, last.residentKiB, first.descriptors,
              last.descriptors, first.threads, last.threads);
        QVERIFY(waves > 1 && first.residentKiB > 0 && first.descriptors > 0);
        QCOMPARE(last.descriptors, first.descriptors);
        QCOMPARE(last.threads, first.threads);
        QVERIFY(last.residentKiB * 10 <= first.residentKiB * 13 + 10 * 8 * 1024);
    }
};

QTEST_GUILESS_MAIN(SoakTest)

#include "tst_soak.moc"
