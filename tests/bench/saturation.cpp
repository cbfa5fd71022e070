// SPDX-License-Identifier: MIT
#include "tests/bench/groupload.h"
#include "tests/bench/plainloop.h"
#include "tests/bench/scenarios.h"

#include <cmath>

namespace nextchat::bench {

namespace {

constexpr int members = 1'000;
constexpr int senders = 10;
constexpr double firstRate = 50; // messages a second
constexpr double factor = 1.5;
constexpr double highestRate = 20'000;
constexpr int refinements = 3;
constexpr double requiredRatio = 3;
constexpr double requiredP99 = 100; // ms
constexpr int plainMessages = 300;

// Looks for the highest rate that one server sustains: everything arrives, in time.
class Search
{
public:
    Search(const BenchServer &server, double seconds)
        : m_server(server)
        , m_seconds(seconds)
    { }

    Expected<GroupLoad::Result> run()
    {
        double good = 0;
        double bad = 0; // the lowest above `good` that failed
        // Goes on until two rates in turn have failed, as a busy machine fails some at random.
        for (double rate = firstRate; rate < highestRate && (bad == 0 || rate < bad * factor * factor);
             rate *= factor) {
            const auto sustained = sustains(rate);
            if (!sustained)
                return tl::unexpected(sustained.error());
            if (*sustained)
                good = rate;
            if (*sustained || bad == 0)
                bad = *sustained ? 0 : rate;
        }
        for (int i = 0; i < refinements && good > 0 && bad > 0; ++i) {
            const double rate = std::sqrt(good * bad);
            const auto sustained = sustains(rate);
            if (!sustained)
                return tl::unexpected(sustained.error());
            (*sustained ? good : bad) = rate;
        }
        if (m_best.deliveries == 0)
            return failure(Error::Code::Unavailable,
                           QStringLiteral("Not even 50 messages a second arrived everywhere."));
        return m_best;
    }

    [[nodiscard]] const std::string &frame() const { return m_frame; }

private:
    // Something else may have taken the processor for a moment: a rate has failed when it failed twice.
    Expected<bool> sustains(double rate)
    {
        for (int attempts = 0; attempts < 2; ++attempts) {
            if (const auto opened = openMembers(); !opened)
                return tl::unexpected(opened.error());
            if (attempt(rate))
                return true;
            m_load.reset(); // members that were too slow may have been disconnected
        }
        return false;
    }

    Expected<void> openMembers()
    {
        if (m_load)
            return {};
        m_load = std::make_unique<GroupLoad>(m_server, ownGroup("saturation-" + std::to_string(++m_groups)));
        if (const auto opened = m_load->open(members); !opened)
            return opened;
        m_load->clients().sampleEvery = 16;
        static_cast<void>(m_load->talk(senders, firstRate, 0.3)); // warms up
        return {};
    }

    bool attempt(double rate)
    {
        const GroupLoad::Result result = m_load->talk(senders, rate, m_seconds);
        const bool inTime = result.seconds <= m_seconds + requiredP99 / 1000;
        const bool sustained = result.complete && inTime && result.p99 < requiredP99;
        fprintf(stderr, "    %.0f messages/s: %lld deliveries in %.2f s, p99 %.1f ms%s\n", rate,
                static_cast<long long>(result.deliveries), result.seconds, result.p99,
                sustained ? "" : ", too much");
        // Where no rate is sustained, what arrived at all tells more than nothing; its latency says that it
        // is not enough.
        if (sustained || (!m_anySustained && result.complete)) {
            m_best = result;
            m_anySustained = sustained;
            m_frame = m_load->clients().lastMessageFrame();
        }
        return sustained;
    }

    const BenchServer &m_server;
    const double m_seconds;
    std::unique_ptr<GroupLoad> m_load;
    int m_groups = 0;
    GroupLoad::Result m_best;
    bool m_anySustained = false;
    std::string m_frame;
};

double perCpuSecond(const GroupLoad::Result &result)
{
    return double(result.deliveries) / result.serverCpuSeconds;
}

QList<Figure> figuresOf(const GroupLoad::Result &result, const QString &prefix, const QString &what)
{
    const auto share = QStringLiteral("cores");
    return {
        {prefix % u"Deliveries", what % u": deliveries sustained", double(result.deliveries) / result.seconds,
         QStringLiteral("1/s")},
        {prefix % u"P50", what % u": latency, p50", result.p50, QStringLiteral("ms")},
        {prefix % u"P99", what % u": latency, p99", result.p99, QStringLiteral("ms"),
         QStringLiteral("under 100 ms"), result.p99 < requiredP99},
        {prefix % u"ServerCores", what % u": CPU of the server", result.serverCpuSeconds / result.seconds,
         share},
        {prefix % u"ClientCores", what % u": CPU of the clients", result.clientCpuSeconds / result.seconds,
         share},
        {prefix % u"PerCpuSecond", what % u": deliveries per second of server CPU", perCpuSecond(result),
         QStringLiteral("1/s")},
    };
}

} // namespace

// (f) The highest rate of deliveries to 1,000 members, with one I/O thread and with one per core, beside a
// loop that calls send() once per delivery as fast as it can.
Expected<QList<Figure>> measureSaturation(const BenchOptions &options)
{
    QList<Figure> figures;
    double ofOneThread = 0;
    std::string frame;
    for (const bool oneThread : {true, false}) {
        const QStringList settings =
            oneThread ? QStringList{QStringLiteral("server.ioThreads=1")} : QStringList();
        const auto server = BenchServer::start(settings);
        if (!server)
            return tl::unexpected(server.error());
        Search search(*server, options.seconds);
        const auto best = search.run();
        if (!best)
            return tl::unexpected(best.error());
        if (oneThread)
            ofOneThread = perCpuSecond(*best);
        frame = search.frame();
        figures +=
            figuresOf(*best, oneThread ? QStringLiteral("one") : QStringLiteral("all"),
                      oneThread ? QStringLiteral("1 I/O thread") : QStringLiteral("an I/O thread per core"));
    }
    PlainLoop plain;
    const auto limit = plain.open(members).and_then([&] { return plain.run(frame, plainMessages, 0); });
    if (!limit)
        return tl::unexpected(limit.error());
    const double ofPlain = double(limit->deliveries) / limit->senderCpuSeconds;
    const double ratio = ofOneThread / ofPlain;
    figures << Figure{QStringLiteral("plainPerCpuSecond"),
                      QStringLiteral("plain send() loop: deliveries per second of its CPU"), ofPlain,
                      QStringLiteral("1/s")}
            << Figure{QStringLiteral("ratio"),
                      QStringLiteral("1 I/O thread / plain loop, per second of CPU"),
                      ratio,
                      QStringLiteral("times"),
                      QStringLiteral("at least 3"),
                      ratio >= requiredRatio};
    return figures;
}

} // namespace nextchat::bench
