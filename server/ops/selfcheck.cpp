// SPDX-License-Identifier: MIT
#include "server/ops/selfcheck.h"

#include "server/net/listener.h"
#include "server/ops/filelimit.h"

#include <QFile>
#include <QStringBuilder>

#include <sys/timex.h>

namespace nextchat::ops {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 fewFiles = 4096;
// The beginning of 2025, before this program was: an earlier clock is wrong.
constexpr std::chrono::system_clock::time_point longAgo{std::chrono::seconds(1'735'689'600)};

std::optional<int> listenBacklog()
{
    QFile file(u"/proc/sys/net/core/somaxconn"_s);
    if (!file.open(QIODevice::ReadOnly))
        return std::nullopt;
    bool isNumber = false;
    const int value = file.readAll().trimmed().toInt(&isNumber);
    return isNumber ? std::optional(value) : std::nullopt;
}

std::optional<bool> clockIsSynchronized()
{
    timex state{}; // asks for nothing to be changed
    const int answer = adjtimex(&state);
    return answer < 0 ? std::nullopt : std::optional((state.status & STA_UNSYNC) == 0);
}

} // namespace

HostFacts readHostFacts(qint64 openFiles)
{
    return {.openFiles = openFiles,
            .listenBacklog = listenBacklog(),
            .now = std::chrono::system_clock::now(),
            .clockIsSynchronized = clockIsSynchronized()};
}

QStringList warningsAbout(const HostFacts &facts, int connections, bool expiresMatter)
{
    QStringList warnings;
    const auto number = [](qint64 value) { return QString::number(value); };
    if (connections > connectionsWithin(facts.openFiles))
        warnings.append(u"limits.connections is " % number(connections) % u", but " % number(facts.openFiles)
                        % u" open files allow " % number(connectionsWithin(facts.openFiles))
                        % u"; raise the limit of open files (nofile).");
    else if (facts.openFiles < fewFiles)
        warnings.append(u"Only " % number(facts.openFiles)
                        % u" files may be open, each connection being one; raise the limit (nofile).");
    if (facts.listenBacklog && *facts.listenBacklog < net::Listener::backlog)
        warnings.append(u"net.core.somaxconn is " % number(*facts.listenBacklog)
                        % u": when very many clients come at once, some wait for a second or more; set it to "
                        % number(net::Listener::backlog) % u'.');
    if (facts.now < longAgo)
        warnings.append(u"The clock of this machine is years behind; set it."_s);
    else if (expiresMatter && facts.clockIsSynchronized == false)
        warnings.append(u"The clock of this machine is not synchronised (NTP), and tokens expire by it."_s);
    return warnings;
}

} // namespace nextchat::ops
