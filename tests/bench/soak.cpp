// SPDX-License-Identifier: MIT
#include "tests/bench/scenarios.h"
#include "tests/integration/soakfindings.h"
#include "tests/integration/soakmember.h"

#include <QCoroTask>
#include <QDeadlineTimer>
#include <QEventLoop>
#include <QRandomGenerator>
#include <QTimer>

namespace nextchat::bench {

namespace {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using test::SoakMember;

constexpr int clients = 2'000;
constexpr int groupSize = 50;
constexpr int groups = clients / groupSize;
constexpr auto betweenActs = 40ms; // an act of one member each: 25 a second
constexpr auto betweenArrivals = 2ms;
constexpr auto patience = 120s;
constexpr int joinLimit = 50; // the default of history.joinLimit
constexpr double mayGrow = 1.1; // of the memory: what history keeps cached is no leak
// Of 200 characters, they take more than the 16 MiB of pages that the embedded database keeps: it has its
// full size then, and what grows afterwards is something else.
constexpr double fillingMessages = 50'000;
constexpr double fillingSeconds = 10;

// Lets the event loop turn for that long, or until `done`; whether it is.
bool turn(
    std::chrono::milliseconds time, const std::function<bool()> &done = [] { return false; })
{
    const QDeadlineTimer end(time);
    while (!done()) {
        if (end.hasExpired())
            return false;
        QEventLoop loop;
        QTimer::singleShot(std::min<qint64>(end.remainingTime(), 20), &loop, &QEventLoop::quit);
        loop.exec();
    }
    return true;
}

[[nodiscard]] Expected<void> fillCache(const BenchServer &server)
{
    if (const auto posted = highestPublishRate(server.url(), fillingSeconds); !posted)
        return tl::unexpected(posted.error());
    if (server.metric("nextchat_broker_published_total") < fillingMessages)
        return failure(Error::Code::Unavailable, u"this machine is too slow to begin with a full cache"_s);
    return {};
}

// Everybody who is on the server.
class Population
{
public:
    // Names of its groups begin with `prefix`.
    Population(const QUrl &url, QString prefix)
        : m_url(url)
        , m_prefix(std::move(prefix))
    { }

    [[nodiscard]] Expected<void> arrive()
    {
        for (int i = 0; i < clients; ++i) {
            m_members.push_back(std::make_unique<SoakMember>(m_url, u"member-" % QString::number(i),
                                                             groupName(i / groupSize)));
            m_members.back()->enter();
            turn(betweenArrivals);
        }
        return settle();
    }
    // Joins, talks, leaves, drops and comes back, for that long.
    void live(std::chrono::milliseconds time)
    {
        const QDeadlineTimer end(time);
        while (!end.hasExpired()) {
            SoakMember &member = *m_members[std::size_t(m_random.bounded(clients))];
            const int dice = m_random.bounded(100);
            if (dice < 5)
                member.drop();
            else if (dice < 10)
                (void)member.leave();
            else if (member.isIn())
                member.post();
            turn(betweenActs);
        }
    }
    [[nodiscard]] Expected<void> settle()
    {
        const auto atRest = [this] {
            return std::ranges::all_of(m_members, [](const auto &member) { return member->isAtRest(); });
        };
        if (!turn(patience, atRest))
            return failure(Error::Code::TimedOut, u"not everybody is in its group after two minutes"_s);
        turn(2s); // for what is on its way to the others
        return {};
    }
    [[nodiscard]] test::SoakFindings findings()
    {
        test::SoakFindings all({}, joinLimit);
        for (int i = 0; i < groups; ++i) {
            test::SoakFindings found(historyOf(groupName(i)), joinLimit);
            for (int k = 0; k < groupSize; ++k)
                found.compare(m_members[std::size_t(i * groupSize + k)]->books());
            all += found;
        }
        return all;
    }
    [[nodiscard]] int reconnects() const
    {
        int all = 0;
        for (const auto &member : m_members)
            all += member->reconnects();
        return all;
    }
    void leave()
    {
        m_members.clear();
        turn(5s); // the server notices by itself
    }

private:
    [[nodiscard]] QString groupName(int number) const { return m_prefix % QString::number(number); }
    [[nodiscard]] QList<chat::Message> historyOf(const QString &groupId)
    {
        QList<chat::Message> history;
        test::ChatUser reader(m_url, u"reader"_s);
        const auto read = [&]() -> QCoro::Task<> {
            (void)co_await reader.client->start();
            (void)co_await reader.client->joinGroup(groupId);
            std::function<bool(chat::Message)> keep = [&history](chat::Message message) {
                history.append(std::move(message));
                return true;
            };
            (void)co_await reader.client->streamHistory(groupId, 0, std::move(keep));
            co_await reader.client->stop();
        };
        QCoro::waitFor(read());
        return history;
    }

    const QUrl m_url;
    const QString m_prefix;
    std::vector<std::unique_ptr<SoakMember>> m_members;
    QRandomGenerator m_random{2026};
};

double mebibytes(const Footprint &footprint)
{
    return double(footprint.residentBytes) / 1048576;
}

QList<Figure> table(const Footprint &first, const Footprint &busy, const Footprint &last)
{
    const auto rows = [](const QString &key, const QString &name, const QString &unit, double begin,
                         double middle, double end, double limit) {
        return QList<Figure>{
            {key + u"Begin"_s, name + u", before"_s, begin, unit},
            {key + u"Busy"_s, name + u", with 2,000 clients at the end"_s, middle, unit},
            {key + u"End"_s, name + u", after they left"_s, end, unit, u"where it began"_s, end <= limit}};
    };
    return rows(u"memory"_s, u"memory"_s, u"MiB"_s, mebibytes(first), mebibytes(busy), mebibytes(last),
                mebibytes(first) * mayGrow)
        + rows(u"descriptors"_s, u"descriptors"_s, {}, double(first.descriptors), double(busy.descriptors),
               double(last.descriptors), double(first.descriptors))
        + rows(u"threads"_s, u"threads"_s, {}, double(first.threads), double(busy.threads),
               double(last.threads), double(first.threads));
}

} // namespace

// (j) 2,000 clients that join, talk, leave, drop and come back.
Expected<QList<Figure>> measureSoak(const BenchOptions &options)
{
    if (const auto enough = needDescriptors(2 * clients + 200); !enough)
        return tl::unexpected(enough.error());
    const auto server = BenchServer::start();
    if (!server)
        return tl::unexpected(server.error());
    const auto time = std::chrono::milliseconds(qint64(options.soakSeconds * 1000));
    // The first messages and the first crowd bring the server to its working size: the measure is what comes
    // after.
    if (const auto filled = fillCache(*server); !filled)
        return tl::unexpected(filled.error());
    {
        Population warmUp(server->url(), u"early-"_s);
        if (const auto arrived = warmUp.arrive(); !arrived)
            return tl::unexpected(arrived.error());
        warmUp.live(time / 20);
        warmUp.leave();
    }
    const Footprint first = server->footprint();
    Population crowd(server->url(), u"soak-"_s);
    if (const auto arrived = crowd.arrive(); !arrived)
        return tl::unexpected(arrived.error());
    QList<Figure> growth;
    for (int third = 1; third <= 3; ++third) {
        crowd.live(time / 3);
        growth.append({u"memoryThird"_s % QString::number(third),
                       u"memory after third "_s % QString::number(third), mebibytes(server->footprint()),
                       u"MiB"_s});
    }
    if (const auto settled = crowd.settle(); !settled)
        return tl::unexpected(settled.error());
    const Footprint busy = server->footprint();
    const auto findings = crowd.findings();
    fprintf(stderr, "%s; %d reconnects\n", qPrintable(findings.summary()), crowd.reconnects());
    crowd.leave();
    const Footprint last = server->footprint();
    if (!findings.isClean())
        return failure(Error::Code::Internal, findings.summary());
    return growth + table(first, busy, last);
}

} // namespace nextchat::bench
