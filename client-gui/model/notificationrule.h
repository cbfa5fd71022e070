// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/conversation.h"

namespace nextchat::desktop {

// What decides whether a message is worth a notification.
struct NotificationContext
{
    bool wanted = true; // by the settings
    bool doNotDisturb = false;
    bool withText = true;
    bool isLookedAt = false; // its conversation is shown in the active window
};

struct Notification
{
    QString groupId;
    QString title;
    QString body;

    friend bool operator==(const Notification &, const Notification &) = default;
};

// The one notification for messages that arrived together in a conversation; nothing for own ones, or where
// it is muted and nobody is mentioned.
[[nodiscard]] std::optional<Notification> notificationFor(const Conversation &conversation,
                                                          const QList<chat::Message> &messages,
                                                          const NotificationContext &context);

} // namespace nextchat::desktop
