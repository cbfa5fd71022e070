// SPDX-License-Identifier: MIT
#include "server/broker/logentry.h"

#include "common/chat/rules.h"
#include "server/broker/exactutf8.h"

#include <charconv>

namespace nextchat::broker {

namespace {

enum Field : unsigned { Version = 1, KindOf = 2, Group = 4, Seq = 8, Epoch = 16, Number = 32, All = 63 };

// Digits alone: no sign, no blank.
template <typename T> bool read(std::string_view text, T &number)
{
    const char *const end = text.data() + text.size();
    const auto result = std::from_chars(text.data(), end, number);
    return result.ec == std::errc() && result.ptr == end && text.front() != '-';
}

} // namespace

std::optional<LogId> LogId::parse(std::string_view text)
{
    const std::size_t dash = text.find('-');
    LogId id;
    if (dash == std::string_view::npos || !read(text.substr(0, dash), id.milliseconds)
        || !read(text.substr(dash + 1), id.counter))
        return std::nullopt;
    return id;
}

QByteArray LogId::toBytes() const
{
    return QByteArray::number(milliseconds) + '-' + QByteArray::number(counter);
}

void LogEntry::add(std::string_view name, std::string_view value)
{
    if (name.size() != 1)
        return;
    switch (name.front()) {
    case 'v':
        m_version = value;
        m_found |= Version;
        break;
    case 'k':
        m_kind = value;
        m_found |= KindOf;
        break;
    case 'g':
        group = value;
        m_found |= Group;
        break;
    case 's':
        m_isBroken |= !read(value, seq);
        m_found |= Seq;
        break;
    case 'e':
        epoch = value;
        m_found |= Epoch;
        break;
    case 'n':
        m_isBroken |= !read(value, number);
        m_found |= Number;
        break;
    case 'a':
        m_author = value;
        break;
    case 't':
        m_time = value;
        break;
    case 'c':
        m_clientId = value;
        break;
    case 'x':
        m_text = value;
        break;
    case 'p':
        m_trace = value;
        break;
    default:
        break;
    }
    if (m_found == All && m_version == "1")
        kind = m_kind == "m" ? Kind::Message
            : m_kind == "g"  ? Kind::GroupCreated
            : m_kind == "e"  ? Kind::EpochBegan
                             : Kind::Unknown;
}

bool LogEntry::isOurs() const
{
    return m_found == All && !m_isBroken && !epoch.empty();
}

std::optional<chat::Message> LogEntry::message(const QString &groupId) const
{
    if (kind != Kind::Message)
        return std::nullopt;
    const std::optional<QString> author = fromExactUtf8(m_author);
    const std::optional<QString> text = fromExactUtf8(m_text);
    const std::optional<QString> clientId = fromExactUtf8(m_clientId);
    qint64 time = 0;
    if (!author || !text || !clientId || !read(m_time, time) || !chat::isValidId(*author)
        || !chat::isValidText(*text))
        return std::nullopt;
    chat::Message message;
    message.groupId = groupId;
    message.authorId = *author;
    message.text = *text;
    message.sendTime = chat::Timestamp(std::chrono::microseconds(time));
    message.seq = seq;
    message.epoch = QString::fromLatin1(epoch.data(), static_cast<qsizetype>(epoch.size()));
    message.clientMessageId = clientId->isEmpty() ? QString() : *clientId;
    return message;
}

TraceContext LogEntry::trace() const
{
    return TraceContext::parse({m_trace.data(), qsizetype(m_trace.size())});
}

} // namespace nextchat::broker
