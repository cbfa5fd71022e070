// SPDX-License-Identifier: MIT
#include "tests/auto/report.h"

#include <cstdio>

namespace nextchat::autotest {

namespace {

constexpr qsizetype mostReasons = 10;

} // namespace

void Report::begin(const QString &scenario)
{
    m_scenario = scenario;
    m_reasons.clear();
}

void Report::fail(const QString &reason)
{
    m_reasons.append(reason);
}

void Report::end()
{
    const bool passed = m_reasons.isEmpty();
    (passed ? m_passed : m_failed) += 1;
    printf("%s : %s\n", passed ? "PASS  " : "FAIL! ", qUtf8Printable(m_scenario));
    for (const QString &reason : m_reasons.first(std::min(m_reasons.size(), mostReasons)))
        printf("    %s\n", qUtf8Printable(reason));
    if (m_reasons.size() > mostReasons)
        printf("    and %lld more\n", static_cast<long long>(m_reasons.size() - mostReasons));
    fflush(stdout);
}

bool Report::finish() const
{
    printf("Totals: %d passed, %d failed\n", m_passed, m_failed);
    fflush(stdout);
    return m_failed == 0 && m_passed > 0;
}

} // namespace nextchat::autotest
