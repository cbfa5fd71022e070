// SPDX-License-Identifier: MIT
#pragma once

#include <QString>
#include <QStringList>

namespace nextchat::autotest {

// What the scenarios found, printed as it comes in the lines of Qt Test. Main thread.
class Report
{
public:
    void begin(const QString &scenario);
    // Everything that did not hold; the scenario goes on.
    void fail(const QString &reason);
    void end();
    // The last line. True when nothing failed and something was tried.
    [[nodiscard]] bool finish() const;

private:
    QString m_scenario;
    QStringList m_reasons; // of the scenario
    int m_passed = 0;
    int m_failed = 0;
};

} // namespace nextchat::autotest
