// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonValue>

#include <optional>

namespace nextchat::test {

// MessagePack as its specification has it, written here once more, so that the server's library is not its
// own judge. Each value in its shortest form.
[[nodiscard]] QByteArray toMessagePack(const QJsonValue &value);

// Takes a value from the front of `bytes`. Nothing when it is cut, or of a kind that JSON does not have.
[[nodiscard]] std::optional<QJsonValue> takeMessagePack(QByteArrayView &bytes);

} // namespace nextchat::test
