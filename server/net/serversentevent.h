// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace nextchat::net {

// One event with that text as its data: each line in a field of its own, so that the receiver has the lines
// again, whatever ends them (WHATWG HTML 9.2.6).
[[nodiscard]] QByteArray serverSentEvent(QByteArrayView text);

} // namespace nextchat::net
