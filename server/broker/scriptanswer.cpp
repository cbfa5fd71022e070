// SPDX-License-Identifier: MIT
#include "server/broker/scriptanswer.h"

#include "server/broker/brokerlog.h"
#include "server/broker/exactutf8.h"

#include <algorithm>
#include <array>
#include <charconv>

namespace nextchat::broker {

namespace {

// Redis answers these before it executes anything, or at the first command that writes; and all scripts write
// the log, or the one thing they are for, first.
constexpr std::array<std::string_view, 13> refusals{
    "LOADING", "READONLY", "OOM", "MISCONF",    "NOREPLICAS", "BUSY",       "NOAUTH",
    "NOPERM",  "MOVED",    "ASK", "MASTERDOWN", "NOPROTO",    "CLUSTERDOWN"};

ScriptAnswer::Kind kindOf(const redis::Result &result)
{
    using Kind = ScriptAnswer::Kind;
    if (result.kind == redis::Result::Kind::NotSent)
        return Kind::Refused;
    if (result.kind == redis::Result::Kind::Lost)
        return Kind::Unknown;
    if (!result.reply.isError())
        return Kind::Done;
    const std::string_view code = result.reply.errorCode();
    if (code == "NOSCRIPT")
        return Kind::Forgotten;
    if (std::find(refusals.begin(), refusals.end(), code) != refusals.end())
        return Kind::Refused;
    const std::string_view text = result.reply.text();
    // A script that a script of Redis' own error stopped: it names the command it failed at.
    qCCritical(brokerLog).noquote() << "Redis failed at a command:"
                                    << QByteArray(text.data(),
                                                  qsizetype(std::min<std::size_t>(text.size(), 200)));
    return Kind::Unknown;
}

} // namespace

ScriptAnswer::ScriptAnswer(const redis::Result &result)
    : m_kind(kindOf(result))
    , m_reply(result.reply)
{ }

ScriptAnswer ScriptAnswer::copy() const
{
    ScriptAnswer result = *this;
    result.m_reply = m_reply.copy();
    return result;
}

QByteArray ScriptAnswer::bytes(std::size_t index) const
{
    const std::string_view found = view(index);
    return {found.data(), qsizetype(found.size())};
}

QString ScriptAnswer::text(std::size_t index) const
{
    return fromExactUtf8(view(index)).value_or(QString());
}

qint64 ScriptAnswer::number(std::size_t index) const
{
    const std::string_view digits = view(index);
    qint64 number = 0;
    std::from_chars(digits.data(), digits.data() + digits.size(), number);
    return number;
}

} // namespace nextchat::broker
