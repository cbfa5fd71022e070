// SPDX-License-Identifier: MIT
#pragma once

#include "tests/integration/redis/roundrobinproxy.h"
#include "tests/integration/soakfindings.h"
#include "tests/integration/soakmember.h"
#include "tests/support/redisserver.h"
#include "tests/support/serverprocess.h"

#include <QRandomGenerator>

namespace nextchat::test {

// Several servers over one Redis, behind a round-robin proxy without affinity, and members that talk through
// it and keep books. Lives in one thread with an event loop.
class Crowd
{
public:
    static constexpr int servers = 3;
    static constexpr int groups = 4;
    static constexpr int members = 12;

    // `redis` runs already, or is said to be at `url`. `settings`: KEY=VALUE, for every server.
    explicit Crowd(const QString &redisUrl, const QStringList &settings = {}, int memberCount = members);
    ~Crowd();

    // What that server's environment has besides: before start().
    void setEnvironment(int index, const QMap<QString, QString> &environment)
    {
        m_environments[std::size_t(index)] = environment;
    }
    // Starts the servers, and lets everybody into a group. Why not, or nothing.
    [[nodiscard]] QString start();

    // Members post, about 100 messages a second in all, for that long.
    void talk(std::chrono::milliseconds time);
    // Until everybody is in its group and has nothing left to send, and has heard what the others sent.
    [[nodiscard]] bool settle(std::chrono::milliseconds patience = std::chrono::seconds(60));
    // What the books say beside the histories, apart from what may have happened to these.
    enum class History {
        Whole,
        MayBeLost, // SoakFindings::allowAnnouncedLoss()
        MayBeDeleted, // SoakFindings::allowDeletion()
        PlacesMayBeLost, // SoakFindings::allowLostPlaces()
    };
    [[nodiscard]] SoakFindings findings(History history = History::Whole);

    [[nodiscard]] ServerProcess &server(int index) { return *m_servers.at(std::size_t(index)); }
    [[nodiscard]] RoundRobinProxy &proxy() { return *m_proxy; }
    [[nodiscard]] QString redisUrl() const { return m_redisUrl; }
    [[nodiscard]] SoakMember &member(int index) { return *m_members.at(std::size_t(index)); }
    [[nodiscard]] int reconnects() const;
    // Of all members, rising: how long each was away when it lost its connection.
    [[nodiscard]] QList<std::chrono::milliseconds> pauses() const;
    [[nodiscard]] static QString groupName(int number) { return u"room-" % QString::number(number); }

    // The standard error of all servers, for failures.
    [[nodiscard]] QByteArray logs() const;

private:
    [[nodiscard]] QList<chat::Message> historyOf(const QString &groupId);

    const QString m_redisUrl;
    const int m_memberCount;
    QStringList m_arguments;
    std::array<QMap<QString, QString>, servers> m_environments;
    std::vector<std::unique_ptr<ServerProcess>> m_servers;
    std::unique_ptr<RoundRobinProxy> m_proxy;
    std::vector<std::unique_ptr<SoakMember>> m_members;
    QRandomGenerator m_random{2026};
};

} // namespace nextchat::test
