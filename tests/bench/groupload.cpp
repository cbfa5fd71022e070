// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"

namespace nextchat::bench {

namespace {

constexpr auto joinPatience = std::chrono::seconds(60);
constexpr int joinsInFlight = 500;
constexpr std::int64_t stillness = 10'000'000'000; // ns

} // namespace

Expected<void> joinGroup(LoadClients &clients, const std::string &group)
{
    const qint64 before = clients.counts.completions;
    clients.call(0, "CreateGroup", group);
    if (!clients.turnUntil([&] { return clients.counts.completions == before + 1; }, joinPatience))
        return tl::unexpected(clients.failure());
    int asked = 0;
    const auto joined = [&] {
        const qint64 done = clients.counts.completions - before - 1;
        while (asked < clients.size() && asked - done < joinsInFlight)
            clients.call(asked++, "JoinGroup", group);
        return done == clients.size();
    };
    if (!clients.turnUntil(joined, joinPatience))
        return tl::unexpected(clients.failure());
    return {};
}

GroupLoad::GroupLoad(const BenchServer &server, std::string group, std::size_t textSize)
    : m_server(server)
    , m_group('"' + std::move(group) + '"')
    , m_textSize(textSize)
    , m_clients(server.url())
{ }

Expected<void> GroupLoad::open(int members)
{
    if (const auto opened = m_clients.open(members); !opened)
        return tl::unexpected(opened.error());
    return joinGroup(m_clients, m_group);
}

GroupLoad::Result GroupLoad::talk(int senders, double perSecond, double seconds)
{
    Result result;
    m_clients.deliveries.clear();
    const qint64 before = m_clients.counts.messages;
    const double serverBefore = m_server.cpuSeconds();
    const double clientBefore = threadCpuSeconds();
    const std::int64_t start = monotonicNow();
    const auto count = static_cast<qint64>(perSecond * seconds);
    while (result.sent < count && !m_clients.failed()) {
        const std::int64_t due = start + std::int64_t(double(result.sent) * 1e9 / perSecond);
        const std::int64_t now = monotonicNow();
        if (due > now)
            m_clients.turn(std::chrono::nanoseconds(due - now));
        else
            sendOne(result.sent++, senders, due);
    }
    result.complete = arrive(before + result.sent * m_clients.size());
    result.seconds = double(monotonicNow() - start) / 1e9;
    result.deliveries = m_clients.counts.messages - before;
    result.serverCpuSeconds = m_server.cpuSeconds() - serverBefore;
    result.clientCpuSeconds = threadCpuSeconds() - clientBefore;
    result.p50 = m_clients.deliveries.quantile(0.5);
    result.p99 = m_clients.deliveries.quantile(0.99);
    return result;
}

void GroupLoad::sendOne(qint64 number, int senders, std::int64_t due)
{
    const std::string arguments = m_group + ",\"" + stampedText(due, m_textSize) + '"';
    m_clients.call(static_cast<int>(number % senders), "SendMessage", arguments, due);
    // What has arrived meanwhile is read too, so that a client that is behind does not look like a server
    // that is.
    m_clients.turn(std::chrono::nanoseconds(0));
}

bool GroupLoad::arrive(qint64 deliveries)
{
    qint64 last = m_clients.counts.messages;
    std::int64_t moved = monotonicNow();
    while (m_clients.counts.messages < deliveries && !m_clients.failed()
           && monotonicNow() - moved < stillness) {
        m_clients.turn(std::chrono::milliseconds(20));
        if (std::exchange(last, m_clients.counts.messages) != last)
            moved = monotonicNow();
    }
    return m_clients.counts.messages == deliveries && !m_clients.failed();
}

} // namespace nextchat::bench
