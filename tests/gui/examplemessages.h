// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"

namespace nextchat::test {

// `count` messages numbered from `firstSeq`, by six people, of usual and of odd lengths, the last one sent
// now. The same each time.
[[nodiscard]] QList<chat::Message> exampleMessages(const QString &groupId, int count, qint64 firstSeq = 1);

} // namespace nextchat::test
