// SPDX-License-Identifier: MIT
#include "server/history/historywriter.h"

#include "server/history/partitionwriter.h"

#include <future>

#ifdef Q_OS_LINUX
#include <sys/resource.h>
#include <sys/syscall.h>
#include <unistd.h>
#endif

namespace nextchat::history {

namespace {

// Members wait for the other threads, nobody for this one.
void yieldToOtherThreads()
{
#ifdef Q_OS_LINUX
    constexpr int niceness = 5; // a third of the weight: a busy machine still stores what it accepts
    (void)::setpriority(PRIO_PROCESS, id_t(::syscall(SYS_gettid)), niceness); // of the calling thread alone
#endif
}

Expected<std::vector<LogFeed::Options>> feedOptions(const HistoryWriterOptions &options)
{
    std::vector<LogFeed::Options> result;
    std::shared_ptr<const broker::redis::Tls> tls;
    const int count = int(options.redisUrls.size());
    for (int i = 0; i < count; ++i) {
        auto url = broker::redis::RedisUrl::parse(options.redisUrls[i]);
        if (!url)
            return failure(url.error().code, u"The Redis URL " % url.error().message % u'.');
        if (url->usesTls && !tls) {
            auto loaded = broker::redis::Tls::load(options.tls);
            if (!loaded)
                return failure(loaded.error().code, u"TLS to Redis: " % loaded.error().message % u'.');
            tls = std::move(*loaded);
        }
        LogFeed::Options feed{.url = std::move(*url),
                              .tls = tls,
                              .prefix = options.prefix.toUtf8(),
                              .partitions = {},
                              .patience = options.commandTimeout};
        for (int k = i; k < options.partitions; k += count)
            feed.partitions.push_back(k);
        if (!feed.partitions.empty())
            result.push_back(std::move(feed));
    }
    return result;
}

} // namespace

HistoryWriter::HistoryWriter(MetricsRegistry &metrics)
    : m_metrics(metrics)
{ }

Expected<std::unique_ptr<HistoryWriter>> HistoryWriter::start(const HistoryWriterOptions &options,
                                                              MetricsRegistry &metrics)
{
    const auto feeds = feedOptions(options);
    if (!feeds)
        return tl::unexpected(feeds.error());
    std::unique_ptr<HistoryWriter> result(new HistoryWriter(metrics));
    for (int i = 0; i < options.writers; ++i) {
        result->m_writers.push_back(std::make_unique<Writer>());
        Writer &writer = *result->m_writers.back();
        writer.thread =
            std::make_unique<net::EventLoopThread>(QStringLiteral("historywriter-") % QString::number(i));
        writer.thread->post([&writer, options, feeds = *feeds, i, &metrics = result->m_metrics] {
            yieldToOtherThreads();
            std::vector<std::unique_ptr<LogFeed>> own;
            for (const LogFeed::Options &feed : feeds)
                own.push_back(std::make_unique<LogFeed>(feed));
            writer.writer =
                std::make_unique<PartitionWriter>(options, std::move(own), i, metrics, writer.health);
            writer.writer->start();
        });
    }
    return result;
}

HistoryWriter::~HistoryWriter()
{
    std::vector<std::future<void>> ends;
    for (const auto &writer : m_writers) {
        auto ended = std::make_shared<std::promise<void>>();
        ends.push_back(ended->get_future());
        writer->thread->post(
            [&writer = *writer, ended] { writer.writer->stop([ended] { ended->set_value(); }); });
    }
    for (std::size_t i = 0; i < m_writers.size(); ++i) {
        Writer &writer = *m_writers[i];
        ends[i].wait();
        writer.thread->post([&writer] { writer.writer.reset(); });
        writer.thread->stop();
    }
}

bool HistoryWriter::isHealthy() const
{
    return std::all_of(m_writers.begin(), m_writers.end(),
                       [](const auto &writer) { return writer->health.isHealthy(); });
}

} // namespace nextchat::history
