// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonObject>

#include <optional>

// Hub messages as they travel, in either encoding (signalr-notes 1.5). Tests write and compare them in the
// form that they have in JSON.
namespace nextchat::test {

enum class WireEncoding { Json, MessagePack };

// What sends the message, framing included.
[[nodiscard]] QByteArray encoded(WireEncoding encoding, const QJsonObject &message);
// A record: `body` with the framing of the encoding, whatever it is.
[[nodiscard]] QByteArray framed(WireEncoding encoding, const QByteArray &body);

// Takes the body of the first whole record from `bytes`; nothing when there is none yet.
[[nodiscard]] std::optional<QByteArray> takeRecord(WireEncoding encoding, QByteArray &bytes);
// The message of such a body. Empty when it is none.
[[nodiscard]] QJsonObject decoded(WireEncoding encoding, const QByteArray &body);

} // namespace nextchat::test
