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

GroupLoad::GroupLoad(const BenchServer &server, std::string group, std::size_t textSize,
                     LoadClients::Encoding encoding)
    : m_server(server)
    , m_group('"' + std::move(group) + '"')
    , m_textSize(textSize)
    , m_clients(server.url(), encoding)
{ }

Expected<void> GroupLoad::open(int members)
{
    if (const auto opened = m_clients.open(members); !opened)
        return tl::unexpected(opened.error());
    return joinGroup(m_clients, m_group);
}

GroupLoad::Result GroupLoad::talk(int senders, double perSecond, double seconds)
{
    return measure([&](Result &result, std::int64_t start) {
        const auto count = static_cast<qint64>(perSecond * seconds);
        for (; result.sent < count && !m_clients.failed(); ++result.sent) {
            const std::int64_t due = start + std::int64_t(double(result.sent) * 1e9 / perSecond);
            turnUntilTime(due);
            sendOne(static_cast<int>(result.sent % senders), due);
        }
    });
}

GroupLoad::Result GroupLoad::talkSlowly(double perSecond, double seconds)
{
    const qint64 before = m_clients.counts.messages;
    return measure([&](Result &result, std::int64_t start) {
        const auto count = static_cast<qint64>(perSecond * seconds);
        bool complete = true;
        for (; result.sent < count && complete; ++result.sent) {
            turnUntilTime(start + std::int64_t(double(result.sent) * 1e9 / perSecond));
            sendOne(0, monotonicNow());
            complete = arrive(before + (result.sent + 1) * m_clients.size());
        }
    });
}

template <typename Send> GroupLoad::Result GroupLoad::measure(Send send)
{
    Result result;
    m_clients.deliveries.clear();
    const qint64 before = m_clients.counts.messages;
    const double serverBefore = m_server.cpuSeconds();
    const double clientBefore = threadCpuSeconds();
    const std::int64_t start = monotonicNow();
    send(result, start);
    result.complete = arrive(before + result.sent * m_clients.size());
    result.seconds = double(monotonicNow() - start) / 1e9;
    result.deliveries = m_clients.counts.messages - before;
    result.serverCpuSeconds = m_server.cpuSeconds() - serverBefore;
    result.clientCpuSeconds = threadCpuSeconds() - clientBefore;
    result.p50 = m_clients.deliveries.quantile(0.5);
    result.p99 = m_clients.deliveries.quantile(0.99);
    return result;
}

// At least one turn: what has arrived meanwhile is read even when there is no time left.
void GroupLoad::turnUntilTime(std::int64_t time)
{
    do
        m_clients.turn(std::chrono::nanoseconds(time - monotonicNow()));
    while (monotonicNow() < time && !m_clients.failed());
}

void GroupLoad::sendOne(int sender, std::int64_t due)
{
    const std::string arguments = m_group + ",\"" + stampedText(due, m_textSize) + '"';
    m_clients.call(sender, "SendMessage", arguments, due);
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
