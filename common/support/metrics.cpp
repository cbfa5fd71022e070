// SPDX-License-Identifier: MIT
#include "common/support/metrics.h"

#include <QLocale>

#include <algorithm>
#include <cmath>

namespace nextchat {

namespace {

QByteArray number(double value)
{
    if (std::isnan(value))
        return "NaN";
    if (std::isinf(value))
        return value > 0 ? "+Inf" : "-Inf";
    return QByteArray::number(value, 'g', QLocale::FloatingPointShortest);
}

QByteArray escapedLabelValue(QByteArray value)
{
    return value.replace('\\', "\\\\").replace('"', "\\\"").replace('\n', "\\n");
}

QByteArray escapedHelp(QByteArray help)
{
    return help.replace('\\', "\\\\").replace('\n', "\\n");
}

// `a="1",b="2"`, sorted by name, so that it also serves as the key.
QByteArray written(MetricsRegistry::Labels labels)
{
    std::ranges::sort(labels);
    QByteArray out;
    for (const auto &[name, value] : std::as_const(labels)) {
        if (!out.isEmpty())
            out += ',';
        out += name + "=\"" + escapedLabelValue(value) + '"';
    }
    return out;
}

QByteArray braced(const QByteArray &labels)
{
    return labels.isEmpty() ? QByteArray() : QByteArray('{' + labels + '}');
}

void renderHistogram(QByteArray &out, const QByteArray &name, const QByteArray &labels,
                     const Histogram &histogram)
{
    const QByteArray before = labels.isEmpty() ? QByteArray() : QByteArray(labels + ',');
    quint64 total = 0;
    for (std::size_t i = 0; i <= histogram.bounds().size(); ++i) {
        total += histogram.bucket(i);
        const QByteArray bound =
            i < histogram.bounds().size() ? number(histogram.bounds()[i]) : QByteArray("+Inf");
        out += name + "_bucket{" + before + "le=\"" + bound + "\"} " + QByteArray::number(total) + '\n';
    }
    out += name + "_sum" + braced(labels) + ' ' + number(histogram.sum()) + '\n';
    // The count is that of the buckets just written: one read later would not match +Inf.
    out += name + "_count" + braced(labels) + ' ' + QByteArray::number(total) + '\n';
}

} // namespace

Histogram::Histogram(std::vector<double> bounds)
    : m_bounds(std::move(bounds))
    , m_buckets(std::make_unique<std::atomic<quint64>[]>(m_bounds.size() + 1))
{
    Q_ASSERT(std::ranges::is_sorted(m_bounds));
}

void Histogram::observe(double value)
{
    const auto bound = std::ranges::lower_bound(m_bounds, value);
    m_buckets[static_cast<std::size_t>(bound - m_bounds.begin())].fetch_add(1, std::memory_order_relaxed);
    m_sum.fetch_add(value, std::memory_order_relaxed);
}

Counter &MetricsRegistry::counter(const QByteArray &name, const QByteArray &help, const Labels &labels)
{
    const std::scoped_lock lock(m_mutex);
    Series &found = series(Kind::Counter, name, help, labels);
    if (!found.counter)
        found.counter = std::make_unique<Counter>();
    return *found.counter;
}

Gauge &MetricsRegistry::gauge(const QByteArray &name, const QByteArray &help, const Labels &labels)
{
    const std::scoped_lock lock(m_mutex);
    Series &found = series(Kind::Gauge, name, help, labels);
    if (!found.gauge)
        found.gauge = std::make_unique<Gauge>();
    return *found.gauge;
}

Histogram &MetricsRegistry::histogram(const QByteArray &name, const QByteArray &help,
                                      const std::vector<double> &bounds, const Labels &labels)
{
    const std::scoped_lock lock(m_mutex);
    Series &found = series(Kind::Histogram, name, help, labels);
    if (!found.histogram)
        found.histogram = std::make_unique<Histogram>(bounds);
    return *found.histogram;
}

void MetricsRegistry::gaugeCallback(const QByteArray &name, const QByteArray &help,
                                    std::function<double()> read, const Labels &labels)
{
    const std::scoped_lock lock(m_mutex);
    series(Kind::Gauge, name, help, labels).read = std::move(read);
}

void MetricsRegistry::counterCallback(const QByteArray &name, const QByteArray &help,
                                      std::function<double()> read, const Labels &labels)
{
    const std::scoped_lock lock(m_mutex);
    series(Kind::Counter, name, help, labels).read = std::move(read);
}

MetricsRegistry::Series &MetricsRegistry::series(Kind kind, const QByteArray &name, const QByteArray &help,
                                                 const Labels &labels)
{
    const auto [family, isNew] = m_families.try_emplace(name, Family{help, kind, {}});
    if (family->second.kind != kind)
        qFatal("The metric %s is registered as two kinds.", name.constData());
    return family->second.series[written(labels)];
}

QByteArray MetricsRegistry::render() const
{
    static constexpr const char *kinds[] = {"counter", "gauge", "histogram"};
    const std::scoped_lock lock(m_mutex);
    QByteArray out;
    for (const auto &[name, family] : m_families) {
        out += "# HELP " + name + ' ' + escapedHelp(family.help) + '\n';
        out += "# TYPE " + name + ' ' + kinds[static_cast<int>(family.kind)] + '\n';
        for (const auto &[labels, series] : family.series)
            renderSeries(out, name, labels, series);
    }
    return out;
}

void MetricsRegistry::renderSeries(QByteArray &out, const QByteArray &name, const QByteArray &labels,
                                   const Series &series)
{
    const QByteArray head = name + braced(labels) + ' ';
    if (series.histogram)
        renderHistogram(out, name, labels, *series.histogram);
    else if (series.read)
        out += head + number(series.read()) + '\n';
    else if (series.counter)
        out += head + QByteArray::number(series.counter->value()) + '\n';
    else if (series.gauge)
        out += head + number(series.gauge->value()) + '\n';
}

} // namespace nextchat
