// SPDX-License-Identifier: MIT
#include "server/ops/processmetrics.h"

#include <QDateTime>
#include <QDir>
#include <QFile>

#include <sys/resource.h>
#include <unistd.h>

namespace nextchat::ops {

namespace {

// Field `index` of a file of /proc in which blanks separate the fields. proc(5).
double procField(const QString &path, int index)
{
    QFile file(path);
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    QByteArray text = file.readAll();
    // The second field of stat is the program's name in parentheses, which may hold blanks.
    if (const qsizetype name = text.lastIndexOf(')'); name >= 0)
        text = "0 0" + text.sliced(name + 1);
    const QList<QByteArray> fields = text.simplified().split(' ');
    return index < fields.size() ? fields[index].toDouble() : 0;
}

double residentBytes()
{
    return procField(QStringLiteral("/proc/self/statm"), 1) * static_cast<double>(sysconf(_SC_PAGESIZE));
}

double threads()
{
    return procField(QStringLiteral("/proc/self/stat"), 19);
}

double openFiles()
{
    return static_cast<double>(
        QDir(QStringLiteral("/proc/self/fd")).entryList(QDir::System | QDir::Files).size());
}

double maximumFiles()
{
    rlimit limit{};
    return getrlimit(RLIMIT_NOFILE, &limit) == 0 ? static_cast<double>(limit.rlim_cur) : 0;
}

double cpuSeconds()
{
    rusage usage{};
    if (getrusage(RUSAGE_SELF, &usage) != 0)
        return 0;
    const auto seconds = [](const timeval &time) {
        return static_cast<double>(time.tv_sec) + static_cast<double>(time.tv_usec) / 1e6;
    };
    return seconds(usage.ru_utime) + seconds(usage.ru_stime);
}

} // namespace

void registerProcessMetrics(MetricsRegistry &registry, const QByteArray &version)
{
    registry
        .gauge("nextchat_build_info", "What runs here, as labels; always 1.",
               {{"version", version}, {"qt", qVersion()}})
        .set(1);
    registry.gauge("nextchat_process_start_time_seconds", "When the process started, in seconds since 1970.")
        .set(static_cast<double>(QDateTime::currentMSecsSinceEpoch()) / 1000);
    registry.gaugeCallback("nextchat_process_resident_memory_bytes", "Memory in use.", residentBytes);
    registry.gaugeCallback("nextchat_process_open_fds", "Open files and sockets.", openFiles);
    registry.gaugeCallback("nextchat_process_max_fds", "How many may be open.", maximumFiles);
    registry.gaugeCallback("nextchat_process_threads", "Threads.", threads);
    registry.counterCallback("nextchat_process_cpu_seconds_total", "CPU time used.", cpuSeconds);
}

} // namespace nextchat::ops
