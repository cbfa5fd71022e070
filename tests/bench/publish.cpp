// SPDX-License-Identifier: MIT
#include "tests/bench/loadclients.h"
#include "tests/bench/scenarios.h"

namespace nextchat::bench {

namespace {

constexpr int senders = 100;
constexpr int callsInFlight = 4; // of each sender, when all go as fast as they can
constexpr std::size_t textSize = 200;
constexpr double requiredP99 = 20; // ms, at half of the highest rate
constexpr auto patience = std::chrono::seconds(30);

// 100 senders, each the one member of a group of its own: what is measured is accepting, not delivering.
class Posters
{
public:
    explicit Posters(const QUrl &url)
        : m_clients(url)
    { }

    Expected<void> open()
    {
        if (const auto opened = m_clients.open(senders); !opened)
            return tl::unexpected(opened.error());
        for (int client = 0; client < senders; ++client) {
            m_clients.call(client, "CreateGroup", groupOf(client));
            m_clients.call(client, "JoinGroup", groupOf(client));
        }
        if (!m_clients.turnUntil([&] { return m_clients.counts.completions == 2 * senders; }, patience))
            return tl::unexpected(m_clients.failure());
        return {};
    }

    // Accepted messages a second when each sender always has some calls under way.
    Expected<double> highestRate(double seconds)
    {
        const qint64 before = m_clients.counts.completions;
        const std::int64_t start = monotonicNow();
        const std::int64_t end = start + std::int64_t(seconds * 1e9);
        qint64 posted = 0;
        m_clients.onCompletion = [&](int client) {
            if (monotonicNow() < end) {
                post(client, monotonicNow());
                ++posted;
            }
        };
        for (int client = 0; client < senders; ++client) {
            for (int call = 0; call < callsInFlight; ++call, ++posted)
                post(client, monotonicNow());
        }
        const bool all = m_clients.turnUntil([&] { return m_clients.counts.completions - before == posted; },
                                             patience + std::chrono::seconds(int(seconds)));
        m_clients.onCompletion = {};
        if (!all)
            return tl::unexpected(m_clients.failure());
        return double(posted) * 1e9 / double(monotonicNow() - start);
    }

    // All together post `perSecond` messages a second; the latencies are in clients() then.
    Expected<void> postAt(double perSecond, double seconds)
    {
        const qint64 accepted = m_clients.counts.completions;
        // What was posted before has arrived for sure when its sender was told so and heard it itself.
        const qint64 received = m_clients.counts.messages;
        m_clients.deliveries.clear();
        m_clients.completions.clear();
        const std::int64_t start = monotonicNow();
        const auto count = static_cast<qint64>(perSecond * seconds);
        for (qint64 i = 0; i < count && !m_clients.failed();) {
            const std::int64_t due = start + std::int64_t(double(i) * 1e9 / perSecond);
            if (const std::int64_t now = monotonicNow(); due > now)
                m_clients.turn(std::chrono::nanoseconds(due - now));
            else
                post(static_cast<int>(i++ % senders), due);
        }
        const auto all = [&] {
            return m_clients.counts.completions - accepted == count
                && m_clients.counts.messages - received >= count;
        };
        if (!m_clients.turnUntil(all, patience))
            return tl::unexpected(m_clients.failure());
        return {};
    }

    // Until every sender has heard all of its own messages.
    Expected<void> settle()
    {
        if (!m_clients.turnUntil([&] { return m_clients.counts.messages == m_posted; }, patience))
            return tl::unexpected(m_clients.failure());
        return {};
    }

    [[nodiscard]] LoadClients &clients() { return m_clients; }

private:
    static std::string groupOf(int client)
    {
        return '"' + ownGroup("publish") + '-' + std::to_string(client) + '"';
    }

    void post(int client, std::int64_t due)
    {
        ++m_posted;
        const std::string arguments =
            groupOf(client) + ",\"" + stampedText(due, textSize) + "\",\"" + std::to_string(m_posted) + '"';
        m_clients.call(client, "PostMessage", arguments, due);
    }

    LoadClients m_clients;
    qint64 m_posted = 0;
};

} // namespace

Expected<double> highestPublishRate(const QUrl &url, double seconds)
{
    Posters posters(url);
    if (const auto opened = posters.open(); !opened)
        return tl::unexpected(opened.error());
    const auto warm = posters.highestRate(0.5);
    return warm.and_then([&](double) { return posters.highestRate(seconds); });
}

// (e) Accepted messages a second, and how long a message takes at half of that rate.
Expected<QList<Figure>> measurePublish(const BenchOptions &options)
{
    const auto server = serverFor(options);
    if (!server)
        return tl::unexpected(server.error());
    Posters posters(server->url());
    if (const auto opened = posters.open(); !opened)
        return tl::unexpected(opened.error());
    const auto warm = posters.highestRate(0.5);
    const double cpuBefore = server->cpuSeconds();
    const auto highest = warm.and_then([&](double) { return posters.highestRate(options.seconds); });
    if (!highest)
        return tl::unexpected(highest.error());
    const double cpu = server->cpuSeconds() - cpuBefore;
    const double half = *highest / 2;
    const auto posted = posters.settle().and_then([&] { return posters.postAt(half, options.seconds); });
    if (!posted)
        return tl::unexpected(posted.error());

    const Latencies &receipts = posters.clients().completions;
    const Latencies &deliveries = posters.clients().deliveries;
    const double p99 = std::max(receipts.quantile(0.99), deliveries.quantile(0.99));
    const auto milliseconds = QStringLiteral("ms");
    QList<Figure> figures{
        {QStringLiteral("accepted"),
         QStringLiteral("accepted messages, 100 senders with 4 calls under way each"), *highest,
         QStringLiteral("1/s")},
        {QStringLiteral("receiptP50"), QStringLiteral("at half of it: call to receipt, p50"),
         receipts.quantile(0.5), milliseconds},
        {QStringLiteral("receiptP99"), QStringLiteral("at half of it: call to receipt, p99"),
         receipts.quantile(0.99), milliseconds},
        {QStringLiteral("deliveryP50"), QStringLiteral("at half of it: call to delivery, p50"),
         deliveries.quantile(0.5), milliseconds},
        {QStringLiteral("deliveryP99"), QStringLiteral("at half of it: call to delivery, p99"),
         deliveries.quantile(0.99), milliseconds},
        {QStringLiteral("p99"), QStringLiteral("at half of it: the worse p99"), p99, milliseconds,
         QStringLiteral("under 20 ms"), p99 < requiredP99},
    };
    if (server->isMeasured()) {
        figures << Figure{QStringLiteral("cpuPerMessage"),
                          QStringLiteral("server CPU per accepted message, at the highest rate"),
                          cpu * 1e6 / (*highest * options.seconds), QStringLiteral("us")};
    }
    return figures;
}

} // namespace nextchat::bench
