// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/outbox.h"
#include "common/chat/types.h"

namespace nextchat::test {

// What a member saw of its group from one joining to the end of that stay.
struct Stay
{
    QList<chat::Message> seen;
    bool isOver = false; // it left, or was dropped; otherwise it is still there
};

// What a member of one group did, and was told and shown.
struct Books
{
    QString author;
    int posted = 0; // taken by its outbox
    int refused = 0; // by its outbox
    QList<chat::OutboxItem> ended = {}; // sent, failed or unknown
    QList<Stay> stays = {};
    int missed = 0; // times that it was told it may have missed something
    int lost = 0; // times that it was told its group is lost
};

} // namespace nextchat::test
