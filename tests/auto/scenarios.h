// SPDX-License-Identifier: MIT
#pragma once

#include "tests/auto/trial.h"

#include <span>

namespace nextchat::autotest {

// One thing that holds for every server, tried by itself.
struct Scenario
{
    const char *name;
    QCoro::Task<> (*run)(Trial &trial);
};

[[nodiscard]] std::span<const Scenario> groupScenarios();
[[nodiscard]] std::span<const Scenario> messageScenarios();
[[nodiscard]] std::span<const Scenario> historyScenarios();
[[nodiscard]] std::span<const Scenario> presenceScenarios();
[[nodiscard]] std::span<const Scenario> refusalScenarios();

} // namespace nextchat::autotest
