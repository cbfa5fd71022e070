// SPDX-License-Identifier: MIT
#include "client-gui/model/notificationrule.h"

#include "client-gui/model/messagetext.h"

#include <QCoreApplication>

namespace nextchat::desktop {

std::optional<Notification> notificationFor(const Conversation &conversation,
                                            const QList<chat::Message> &messages,
                                            const NotificationContext &context)
{
    if (!context.wanted || context.doNotDisturb || context.isLookedAt)
        return std::nullopt;
    const QString &me = conversation.messages().ownUser();
    int count = 0;
    const chat::Message *newest = nullptr;
    for (const chat::Message &message : messages) {
        if (message.authorId == me || (conversation.record().muted && !mentions(message.text, me)))
            continue;
        ++count;
        newest = &message;
    }
    if (!newest)
        return std::nullopt;
    Notification notification{conversation.id(), newest->authorId % u" · " % conversation.id(), {}};
    if (count > 1 || !context.withText)
        notification.body = QCoreApplication::translate("Notification", "%n new message(s)", nullptr, count);
    else
        notification.body = preview(newest->text);
    return notification;
}

} // namespace nextchat::desktop
