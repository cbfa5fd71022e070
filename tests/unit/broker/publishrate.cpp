// SPDX-License-Identifier: MIT
// Measures LocalBroker at its interface: senders in worker threads, each waiting for its receipt before it
// sends again. Arguments: senders, seconds, text length, groups, whether with client message ids (0 or 1),
// worker threads.
#include "server/broker/localbroker.h"
#include "tests/support/silentlistener.h"

#include <QTemporaryDir>
#include <QTextStream>
#include <QUuid>

#include <future>
#include <sys/resource.h>

using namespace nextchat;
using namespace nextchat::broker;
using Clock = std::chrono::steady_clock;

namespace {

struct Load
{
    int senders = 100;
    int seconds = 5;
    int textLength = 200;
    int groups = 1;
    bool clientIds = true;
    int threads = 2;
};

class Deaf : public test::SilentListener
{
public:
    void messagesArrived(const std::shared_ptr<const MessageBatch> &batch) override
    {
        delivered += batch->size();
    }
    quint64 delivered = 0;
};

struct Worker
{
    WorkerThread thread{QStringLiteral("sender")};
    Deaf listener;
    std::vector<double> latencies; // milliseconds
    int running = 0;
    int failed = 0;
    std::promise<void> done;
};

QCoro::Task<> attach(LocalBroker &broker, Worker &worker, const Load load, int first, int last)
{
    const int id = co_await broker.attach(&worker.listener);
    for (int sender = first; sender < last; ++sender) {
        const QString group = QStringLiteral("group-%1").arg(sender % load.groups);
        (void)co_await broker.createGroup(group);
        (void)co_await broker.join(id, group, QStringLiteral("user-%1").arg(sender));
    }
    worker.done.set_value();
}

QCoro::Task<> send(LocalBroker &broker, Worker &worker, const Load load, int sender, Clock::time_point end)
{
    ++worker.running;
    PublishRequest request;
    request.groupId = QStringLiteral("group-%1").arg(sender % load.groups);
    request.senderId = QStringLiteral("user-%1").arg(sender);
    request.text = QString(load.textLength, u'x');
    while (Clock::now() < end) {
        const auto begun = Clock::now();
        request.notAfter = begun + std::chrono::seconds(10);
        if (load.clientIds)
            request.clientMessageId = QUuid::createUuid().toString(QUuid::WithoutBraces);
        const auto receipt = co_await broker.publish(request);
        worker.failed += receipt ? 0 : 1;
        worker.latencies.push_back(std::chrono::duration<double, std::milli>(Clock::now() - begun).count());
    }
    if (--worker.running == 0)
        worker.done.set_value();
}

double cpuSeconds()
{
    rusage usage{};
    getrusage(RUSAGE_SELF, &usage);
    const auto seconds = [](const timeval &t) {
        return static_cast<double>(t.tv_sec) + static_cast<double>(t.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

Load loadOf(const QStringList &arguments)
{
    Load load;
    int *const numbers[] = {&load.senders, &load.seconds, &load.textLength, &load.groups};
    for (int i = 0; i < 4; ++i)
        *numbers[i] = arguments.value(i + 1, QString::number(*numbers[i])).toInt();
    load.clientIds = arguments.value(5, QStringLiteral("1")) == u"1";
    load.threads = std::min(load.senders, arguments.value(6, QString::number(load.threads)).toInt());
    return load;
}

std::vector<std::unique_ptr<Worker>> attachedWorkers(LocalBroker &broker, const Load &load)
{
    std::vector<std::unique_ptr<Worker>> workers;
    for (int i = 0; i < load.threads; ++i) {
        workers.push_back(std::make_unique<Worker>());
        Worker &worker = *workers.back();
        const int first = load.senders * i / load.threads;
        const int last = load.senders * (i + 1) / load.threads;
        auto attached = worker.done.get_future();
        worker.thread.post([&, first, last] { attach(broker, worker, load, first, last); });
        attached.get();
        worker.done = {};
    }
    return workers;
}

void sendFromAll(LocalBroker &broker, std::vector<std::unique_ptr<Worker>> &workers, const Load &load)
{
    const auto end = Clock::now() + std::chrono::seconds(load.seconds);
    std::vector<std::future<void>> finished;
    for (int i = 0; i < load.threads; ++i) {
        Worker &worker = *workers[static_cast<std::size_t>(i)];
        finished.push_back(worker.done.get_future());
        worker.thread.post([&, i, end] {
            for (int sender = load.senders * i / load.threads; sender < load.senders * (i + 1) / load.threads;
                 ++sender)
                send(broker, worker, load, sender, end);
        });
    }
    for (auto &one : finished)
        one.get();
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const Load load = loadOf(QCoreApplication::arguments());
    const QTemporaryDir dir(QDir::currentPath() + QStringLiteral("/publishrate-XXXXXX"));
    MetricsRegistry metrics;
    LocalBrokerOptions options;
    options.dataDir = dir.path();
    auto broker = LocalBroker::open(options, metrics);
    QTextStream out(stdout);
    if (!broker) {
        out << broker.error().message << Qt::endl;
        return 1;
    }
    auto workers = attachedWorkers(**broker, load);
    const double cpu = cpuSeconds();
    sendFromAll(**broker, workers, load);
    const double used = cpuSeconds() - cpu;
    std::vector<double> all;
    int failed = 0;
    for (auto &worker : workers) {
        worker->thread.stop();
        all.insert(all.end(), worker->latencies.begin(), worker->latencies.end());
        failed += worker->failed;
    }
    std::sort(all.begin(), all.end());
    const auto count = static_cast<double>(all.size());
    const Histogram &commits = metrics.histogram("nextchat_broker_commit_messages", "", {});
    quint64 batches = 0;
    for (std::size_t i = 0; i <= commits.bounds().size(); ++i)
        batches += commits.bucket(i);
    out << load.senders << " senders, " << load.groups << " groups, " << load.textLength
        << " characters: " << qRound(count / load.seconds) << " messages/s, " << failed << " failed, "
        << used / count * 1e6 << " us CPU each, " << count / static_cast<double>(batches)
        << " per commit, ms p50 " << all[all.size() / 2] << " p99 " << all[all.size() * 99 / 100] << " max "
        << all.back() << Qt::endl;
    broker->reset();
    return failed == 0 ? 0 : 1;
}
