// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpmessage.h"
#include "server/signalr/connectionadmission.h"
#include "server/signalr/connectiondirectory.h"

// What a hub's endpoint says when it refuses (signalr-notes 1.2, contract.md 2).
namespace nextchat::signalr {

[[nodiscard]] net::HttpResponse refusalResponse(ConnectionAdmission::Refusal refusal);

// 503, for a moment.
[[nodiscard]] net::HttpResponse comeBack(const QByteArray &reason);
[[nodiscard]] net::HttpResponse shuttingDown();

// As negotiate calls it.
[[nodiscard]] QString nameOf(TransportKind kind);
[[nodiscard]] TransportKind transportNamed(const QString &name); // one of these names

} // namespace nextchat::signalr
