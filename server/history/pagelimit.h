// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/types.h"

namespace nextchat::history {

// How much one answer may hold (contract.md 1.3).
struct PageLimit
{
    int messages = 50;
    qsizetype bytes = 256 * 1024; // estimated as encoded JSON; at least one message is given
};

// The end of a page that is read first.
enum class PageEnd { Newest, Oldest };

// Takes off what the page has no room for, from its other end. Whether there was something.
bool cutToLimit(QList<chat::Message> &messages, PageLimit limit, PageEnd first);

} // namespace nextchat::history
