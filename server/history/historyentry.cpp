// SPDX-License-Identifier: MIT
#include "server/history/historyentry.h"

#include "common/chat/rules.h"
#include "server/broker/exactutf8.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QJsonObject>

namespace nextchat::history {

namespace {

using namespace Qt::StringLiterals;
using broker::redis::Reply;

constexpr qsizetype longestEpoch = 64; // of the table's column

QByteArray bytesOf(std::string_view view)
{
    return {view.data(), qsizetype(view.size())};
}

// Names and values in their order; those that are no text in Base64.
QByteArray rawContent(const Reply &fields)
{
    QJsonArray values;
    for (std::size_t i = 0; i < fields.size(); ++i) {
        const std::string_view value = fields[i].text();
        if (const auto text = broker::fromExactUtf8(value))
            values.append(*text);
        else
            values.append(QJsonObject{{u"base64"_s, QString::fromLatin1(bytesOf(value).toBase64())}});
    }
    return QJsonDocument(values).toJson(QJsonDocument::Compact);
}

bool isStorableEpoch(std::string_view epoch)
{
    const auto isPlain = [](char c) { return c > ' ' && c < '\x7f'; };
    return qsizetype(epoch.size()) <= longestEpoch && std::all_of(epoch.begin(), epoch.end(), isPlain);
}

HistoryEntry::Kind kindOf(const broker::LogEntry &entry, const std::optional<QString> &group)
{
    using From = broker::LogEntry::Kind;
    using Kind = HistoryEntry::Kind;
    if (entry.kind == From::EpochBegan)
        return Kind::Nothing;
    const bool isStorable = group && chat::isValidId(*group) && isStorableEpoch(entry.epoch);
    if (isStorable && entry.kind == From::GroupCreated)
        return Kind::GroupCreated;
    return isStorable && entry.kind == From::Message ? Kind::Message : Kind::Unreadable;
}

} // namespace

HistoryEntry HistoryEntry::of(const Reply &entry)
{
    HistoryEntry result;
    result.id = broker::logIdOf(entry).value_or(broker::LogId());
    if (const auto parsed = broker::logEntryOf(entry)) {
        const auto group = broker::fromExactUtf8(parsed->group);
        result.kind = kindOf(*parsed, group);
        result.number = parsed->number;
        result.group = bytesOf(parsed->group);
        result.seq = parsed->seq;
        result.epoch = bytesOf(parsed->epoch);
        if (group && chat::isValidId(*group))
            result.message.groupId = *group;
        if (result.kind == Kind::Message) {
            if (auto message = parsed->message(*group))
                result.message = std::move(*message);
            else
                result.kind = Kind::Unreadable;
        }
    }
    if (result.kind != Kind::Message && result.kind != Kind::Nothing)
        result.raw = rawContent(entry[1]);
    return result;
}

// A message is put together again, with the names of publish.lua.
QByteArray HistoryEntry::content() const
{
    if (kind != Kind::Message)
        return raw;
    const QJsonObject fields{{u"v"_s, u"1"_s},
                             {u"k"_s, u"m"_s},
                             {u"g"_s, message.groupId},
                             {u"s"_s, QString::number(seq)},
                             {u"e"_s, message.epoch},
                             {u"n"_s, QString::number(number)},
                             {u"a"_s, message.authorId},
                             {u"t"_s, QString::number(message.sendTime.time_since_epoch().count())},
                             {u"c"_s, message.clientMessageId},
                             {u"x"_s, message.text}};
    return QJsonDocument(fields).toJson(QJsonDocument::Compact);
}

} // namespace nextchat::history
