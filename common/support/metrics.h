// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QList>

#include <atomic>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <utility>
#include <vector>

namespace nextchat {

// Only ever grows. Any thread; relaxed, so it orders nothing else.
class Counter
{
public:
    void add(quint64 amount = 1) { m_value.fetch_add(amount, std::memory_order_relaxed); }
    [[nodiscard]] quint64 value() const { return m_value.load(std::memory_order_relaxed); }

private:
    alignas(64) std::atomic<quint64> m_value =
        0; // a cache line of its own: neighbours are counted by other threads
};

// Goes up and down. Any thread.
class Gauge
{
public:
    void set(double value) { m_value.store(value, std::memory_order_relaxed); }
    void add(double amount = 1) { m_value.fetch_add(amount, std::memory_order_relaxed); }
    void subtract(double amount = 1) { add(-amount); }
    [[nodiscard]] double value() const { return m_value.load(std::memory_order_relaxed); }

private:
    alignas(64) std::atomic<double> m_value = 0;
};

// Counts observations by size. Any thread.
class Histogram
{
public:
    // Upper bounds, inclusive, rising; +Inf is implied.
    explicit Histogram(std::vector<double> bounds);

    void observe(double value);

    [[nodiscard]] const std::vector<double> &bounds() const { return m_bounds; }
    // Observations in bucket `index` alone; index == bounds().size() is the one above all bounds.
    [[nodiscard]] quint64 bucket(std::size_t index) const
    {
        return m_buckets[index].load(std::memory_order_relaxed);
    }
    [[nodiscard]] double sum() const { return m_sum.load(std::memory_order_relaxed); }

private:
    const std::vector<double> m_bounds;
    std::unique_ptr<std::atomic<quint64>[]> m_buckets;
    std::atomic<double> m_sum = 0;
};

// All metrics of the process, written out for Prometheus. Passed to the constructors of what counts.
//
// Thread-safe. Registering and render() take a lock, so register once, in a constructor, and keep the
// reference: it stays valid as long as the registry, and updating it takes no lock. The same name and labels
// give the same object; the help (and buckets) given first stay. A name must not be used for two kinds of
// metric: that ends the process, being a mistake in the program.
//
// Names match [a-z_][a-z0-9_]*, e.g. nextchat_net_connections; counters end in _total, times are in seconds,
// sizes in bytes.
class MetricsRegistry
{
public:
    using Labels = QList<std::pair<QByteArray, QByteArray>>; // name, value (UTF-8); the order does not matter

    Counter &counter(const QByteArray &name, const QByteArray &help, const Labels &labels = {});
    Gauge &gauge(const QByteArray &name, const QByteArray &help, const Labels &labels = {});
    Histogram &histogram(const QByteArray &name, const QByteArray &help, const std::vector<double> &bounds,
                         const Labels &labels = {});

    // Asked at every render(), in the rendering thread and under the registry's lock: must be quick, must not
    // call the registry, and must be callable as long as anyone renders. A second callback of the same name
    // and labels replaces the first.
    void gaugeCallback(const QByteArray &name, const QByteArray &help, std::function<double()> read,
                       const Labels &labels = {});
    void counterCallback(const QByteArray &name, const QByteArray &help, std::function<double()> read,
                         const Labels &labels = {});

    // The text exposition format 0.0.4, sorted by name and labels; content type text/plain; version=0.0.4;
    // charset=utf-8.
    [[nodiscard]] QByteArray render() const;

private:
    enum class Kind { Counter, Gauge, Histogram };
    struct Series
    {
        std::unique_ptr<Counter> counter;
        std::unique_ptr<Gauge> gauge;
        std::unique_ptr<Histogram> histogram;
        std::function<double()> read;
    };
    struct Family
    {
        QByteArray help;
        Kind kind;
        std::map<QByteArray, Series> series; // by the labels as written
    };

    Series &series(Kind kind, const QByteArray &name, const QByteArray &help, const Labels &labels);
    static void renderSeries(QByteArray &out, const QByteArray &name, const QByteArray &labels,
                             const Series &series);

    mutable std::mutex m_mutex;
    std::map<QByteArray, Family> m_families;
};

} // namespace nextchat
