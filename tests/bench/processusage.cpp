// SPDX-License-Identifier: MIT
#include "tests/bench/processusage.h"

#include <QDir>
#include <QFile>

#include <sys/resource.h>

namespace nextchat::bench {

namespace {

double secondsOf(clockid_t clock)
{
    timespec time{};
    clock_gettime(clock, &time);
    return double(time.tv_sec) + double(time.tv_nsec) / 1e9;
}

} // namespace

ProcessUsage::ProcessUsage(qint64 processId)
    : m_processId(processId)
{
    if (clock_getcpuclockid(static_cast<pid_t>(processId), &m_clock) != 0)
        qFatal("Process %lld has no CPU clock that may be read", static_cast<long long>(processId));
}

double ProcessUsage::cpuSeconds() const
{
    return secondsOf(m_clock);
}

qint64 ProcessUsage::residentBytes() const
{
    QFile status(u"/proc/" % QString::number(m_processId) % u"/status");
    if (!status.open(QIODevice::ReadOnly))
        return 0;
    const QList<QByteArray> lines = status.readAll().split('\n');
    for (const QByteArray &line : lines) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).trimmed().split(' ').first().toLongLong() * 1024;
    }
    return 0;
}

Footprint ProcessUsage::footprint() const
{
    const QString folder = u"/proc/" % QString::number(m_processId);
    const auto entries = [&folder](const QString &name, QDir::Filters filters) {
        return QDir(folder % name).entryList(filters | QDir::NoDotAndDotDot).size();
    };
    return {.residentBytes = residentBytes(),
            .descriptors = entries(QStringLiteral("/fd"), QDir::Files | QDir::System),
            .threads = entries(QStringLiteral("/task"), QDir::Dirs)};
}

double threadCpuSeconds()
{
    return secondsOf(CLOCK_THREAD_CPUTIME_ID);
}

qint64 raiseDescriptorLimit()
{
    rlimit limit{};
    getrlimit(RLIMIT_NOFILE, &limit);
    limit.rlim_cur = limit.rlim_max;
    setrlimit(RLIMIT_NOFILE, &limit);
    getrlimit(RLIMIT_NOFILE, &limit);
    return static_cast<qint64>(limit.rlim_cur);
}

} // namespace nextchat::bench
