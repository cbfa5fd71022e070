// SPDX-License-Identifier: MIT
#include "tests/integration/redis/crowd.h"

#include "tests/support/waitfor.h"

#include <QElapsedTimer>
#include <QTest>

namespace nextchat::test {

namespace {

using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

constexpr auto betweenPosts = 10ms;
constexpr int joinLimit = 50; // the default of history.joinLimit

} // namespace

Crowd::Crowd(const QString &redisUrl, const QStringList &settings, int memberCount)
    : m_redisUrl(redisUrl)
    , m_memberCount(memberCount)
    , m_arguments{u"--redis"_s, redisUrl}
{
    const QStringList all =
        QStringList{u"limits.callsPerSecond=0"_s, u"groups.leaseDuration=3s"_s, u"server.drainTime=1s"_s}
        + settings;
    for (const QString &setting : all)
        m_arguments += {u"--set"_s, setting};
}

Crowd::~Crowd() = default;

QString Crowd::start()
{
    QList<quint16> ports;
    for (int i = 0; i < servers; ++i) {
        m_servers.push_back(std::make_unique<ServerProcess>(m_arguments));
        const QMap<QString, QString> &environment = m_environments[std::size_t(i)];
        for (auto one = environment.begin(); one != environment.end(); ++one)
            m_servers.back()->setEnvironment(one.key(), one.value());
        if (!m_servers.back()->start())
            return u"a server did not start: "_s + QString::fromUtf8(m_servers.back()->standardError());
        ports.append(m_servers.back()->port());
    }
    m_proxy = std::make_unique<RoundRobinProxy>(ports);
    for (int i = 0; i < m_memberCount; ++i) {
        m_members.push_back(std::make_unique<SoakMember>(m_proxy->url(), u"member-" % QString::number(i),
                                                         groupName(i % groups)));
        m_members.back()->enter();
    }
    return settle() ? QString() : u"not everybody came in"_s;
}

void Crowd::talk(std::chrono::milliseconds time)
{
    QElapsedTimer clock;
    clock.start();
    for (int i = 0; clock.elapsed() < time.count(); ++i) {
        SoakMember &member = *m_members.at(std::size_t(m_random.bounded(m_memberCount)));
        if (member.isIn())
            member.post();
        const qint64 left = (i + 1) * betweenPosts.count() - clock.elapsed();
        if (left > 0)
            QTest::qWait(int(left)); // the pace, not a wait for something
        else
            QCoreApplication::processEvents();
    }
}

bool Crowd::settle(std::chrono::milliseconds patience)
{
    const auto isAtRest = [](const auto &member) { return member->isAtRest(); };
    if (!QTest::qWaitFor([&] { return std::all_of(m_members.begin(), m_members.end(), isAtRest); },
                         int(patience.count())))
        return false;
    // All members of a group have seen its last message.
    const auto agree = [this] {
        QHash<QString, qint64> newest;
        for (const auto &member : m_members) {
            if (!member->received().isEmpty())
                newest[member->groupId()] =
                    std::max(newest[member->groupId()], member->received().last().seq);
        }
        return std::all_of(m_members.begin(), m_members.end(), [&](const auto &member) {
            const qint64 last = member->received().isEmpty() ? 0 : member->received().last().seq;
            return last == newest.value(member->groupId());
        });
    };
    return QTest::qWaitFor(agree, int(patience.count()));
}

QList<chat::Message> Crowd::historyOf(const QString &groupId)
{
    QList<chat::Message> history;
    ChatUser reader(m_proxy->url(), u"reader"_s);
    const auto read = [&]() -> QCoro::Task<bool> {
        const auto started = co_await reader.client->start();
        if (!started)
            co_return false;
        const auto joined = co_await reader.client->joinGroup(groupId);
        if (joined != chat::GroupJoinResult::Ok)
            co_return false;
        std::function<bool(chat::Message)> keep = [&history](chat::Message message) {
            history.append(std::move(message));
            return true;
        };
        const auto streamed = co_await reader.client->streamHistory(groupId, 0, std::move(keep));
        co_await reader.client->stop();
        co_return streamed.has_value();
    };
    if (!QCoro::waitFor(read()))
        qWarning("the history of %s can't be read", qUtf8Printable(groupId));
    return history;
}

SoakFindings Crowd::findings(History history)
{
    SoakFindings all({}, joinLimit);
    for (int i = 0; i < groups; ++i) {
        SoakFindings found(historyOf(groupName(i)), joinLimit);
        if (history == History::MayBeLost)
            found.allowAnnouncedLoss();
        else if (history == History::MayBeDeleted)
            found.allowDeletion();
        else if (history == History::PlacesMayBeLost)
            found.allowLostPlaces();
        for (const auto &member : m_members) {
            if (member->groupId() == groupName(i))
                found.compare(member->books());
        }
        all += found;
    }
    return all;
}

int Crowd::reconnects() const
{
    int count = 0;
    for (const auto &member : m_members)
        count += member->reconnects();
    return count;
}

QList<std::chrono::milliseconds> Crowd::pauses() const
{
    QList<std::chrono::milliseconds> all;
    for (const auto &member : m_members)
        all += member->pauses();
    std::sort(all.begin(), all.end());
    return all;
}

QByteArray Crowd::logs() const
{
    QByteArray all;
    for (const auto &server : m_servers)
        all += "--- " + QByteArray::number(server->port()) + '\n' + server->standardError();
    return all;
}

} // namespace nextchat::test
