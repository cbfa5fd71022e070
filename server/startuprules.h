// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/configuration.h"
#include "server/configuration.h"

#include <QStringList>

namespace nextchat {

// What no single key shows: values that contradict each other, and trusted mode where strangers could connect
// without anybody having asked for it (contract.md 2). `configuration` has been applied to `values`.
[[nodiscard]] Expected<void> checkTogether(const Configuration &configuration,
                                           const ServerConfiguration &values);

// Whether this build has everything that is asked for. It refuses to start rather than leave something out
// silently.
[[nodiscard]] Expected<void> checkAvailable(const Configuration &configuration,
                                            const ServerConfiguration &values);

// What is allowed but worth a warning at start.
[[nodiscard]] QStringList warningsAbout(const ServerConfiguration &values);

} // namespace nextchat
