// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/convert.h"

#include <QList>
#include <QString>

#include <optional>

// The shapes of contract.md 1.3. Ids and texts are QString: the contract counts UTF-16 code units.
namespace nextchat::chat {

using Timestamp = signalr::Timestamp;

struct Group
{
    QString groupId;

    friend bool operator==(const Group &, const Group &) = default;
};

struct Message
{
    QString groupId;
    QString authorId;
    QString text;
    Timestamp sendTime;
    qint64 seq = 0; // dense within an epoch, growing over epochs, below 2^53
    QString epoch;
    QString clientMessageId; // null when the sender gave none

    friend bool operator==(const Message &, const Message &) = default;
};

struct MessageReceipt
{
    QString groupId;
    qint64 seq = 0;
    QString epoch;
    Timestamp sendTime;

    friend bool operator==(const MessageReceipt &, const MessageReceipt &) = default;
};

struct HistoryPage
{
    QList<Message> messages; // oldest first
    bool hasMore = false; // there are more in the direction of reading
    bool complete = true; // false: history was away and the log did not reach far enough

    friend bool operator==(const HistoryPage &, const HistoryPage &) = default;
};

struct SearchPage
{
    QList<Message> messages; // oldest first
    bool hasMore = false; // there are older messages that were not looked at
    std::optional<qint64> nextBeforeSeq; // where to go on if so

    friend bool operator==(const SearchPage &, const SearchPage &) = default;
};

enum class GroupJoinResult { Ok = 0, NoRoom = 1 };

struct ResumeResult
{
    GroupJoinResult result = GroupJoinResult::Ok;
    bool recovered = false; // every message after the given position is in `messages`
    bool complete = true;
    bool hasMore = false;
    QString epoch;
    QList<Message> messages;

    friend bool operator==(const ResumeResult &, const ResumeResult &) = default;
};

} // namespace nextchat::chat

namespace nextchat::signalr {

#define NEXTCHAT_DECLARE_CONVERT(Type)                                                                       \
    template <> struct Convert<Type>                                                                         \
    {                                                                                                        \
        static std::optional<Type> from(const Value &value);                                                 \
        static Value to(const Type &value);                                                                  \
    }

NEXTCHAT_DECLARE_CONVERT(Timestamp);
NEXTCHAT_DECLARE_CONVERT(chat::Group);
NEXTCHAT_DECLARE_CONVERT(chat::Message);
NEXTCHAT_DECLARE_CONVERT(chat::MessageReceipt);
NEXTCHAT_DECLARE_CONVERT(chat::HistoryPage);
NEXTCHAT_DECLARE_CONVERT(chat::SearchPage);
NEXTCHAT_DECLARE_CONVERT(chat::GroupJoinResult);
NEXTCHAT_DECLARE_CONVERT(chat::ResumeResult);

#undef NEXTCHAT_DECLARE_CONVERT

} // namespace nextchat::signalr
