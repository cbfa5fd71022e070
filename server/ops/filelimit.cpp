// SPDX-License-Identifier: MIT
#include "server/ops/filelimit.h"

#include <algorithm>
#include <limits>
#include <sys/resource.h>

namespace nextchat::ops {

qint64 raiseFileLimit()
{
    rlimit limit{};
    if (getrlimit(RLIMIT_NOFILE, &limit) != 0)
        return 1024; // what POSIX systems start with
    const rlimit raised{limit.rlim_max, limit.rlim_max};
    if (limit.rlim_cur < limit.rlim_max && setrlimit(RLIMIT_NOFILE, &raised) == 0)
        limit = raised;
    return static_cast<qint64>(std::min<rlim_t>(limit.rlim_cur, std::numeric_limits<int>::max()));
}

int connectionsWithin(qint64 files)
{
    const qint64 reserve = std::clamp<qint64>(files / 10, 64, 512);
    return static_cast<int>(std::clamp<qint64>(files - reserve, 1, std::numeric_limits<int>::max()));
}

} // namespace nextchat::ops
