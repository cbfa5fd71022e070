// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"
#include "common/signalr/hubmessage.h"

// What the hub calls on its clients (contract.md 1.1 and 1.2).
namespace nextchat::chat {

[[nodiscard]] signalr::HubMessage onMessage(const Message &message);
[[nodiscard]] signalr::HubMessage onHistory(const QList<Message> &messages); // oldest first
[[nodiscard]] signalr::HubMessage onEpoch(const QString &groupId, const QString &epoch);
[[nodiscard]] signalr::HubMessage onMemberJoined(const QString &groupId, const QString &userId);
[[nodiscard]] signalr::HubMessage onMemberLeft(const QString &groupId, const QString &userId);
[[nodiscard]] signalr::HubMessage onTyping(const QString &groupId, const QString &userId);

} // namespace nextchat::chat
