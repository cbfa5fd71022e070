// SPDX-License-Identifier: MIT
#include "common/support/tracecontext.h"

#include <algorithm>

namespace nextchat {

namespace {

constexpr qsizetype length = 55;
constexpr qsizetype traceBegin = 3;
constexpr qsizetype traceLength = 32;
constexpr qsizetype parentBegin = 36;
constexpr qsizetype parentLength = 16;
constexpr qsizetype flagsBegin = 53;

bool isHex(QByteArrayView text)
{
    return std::ranges::all_of(text, [](char c) { return (c >= '0' && c <= '9') || (c >= 'a' && c <= 'f'); });
}

bool isId(QByteArrayView text)
{
    return isHex(text) && std::ranges::any_of(text, [](char c) { return c != '0'; });
}

} // namespace

TraceContext TraceContext::parse(QByteArrayView text)
{
    if (text.size() < length || text.size() > longest)
        return {};
    const QByteArrayView version = text.first(2);
    const bool isLater = version != "00";
    const bool isWhole = text.size() == length || (isLater && text[length] == '-');
    const bool isSeparated = text[2] == '-' && text[parentBegin - 1] == '-' && text[flagsBegin - 1] == '-';
    if (!isWhole || !isSeparated || !isHex(version) || version == "ff"
        || !isId(text.sliced(traceBegin, traceLength)) || !isId(text.sliced(parentBegin, parentLength))
        || !isHex(text.sliced(flagsBegin, 2)))
        return {};
    TraceContext context;
    context.m_text = "00" + text.sliced(2, length - 2).toByteArray();
    return context;
}

bool TraceContext::hasSampledFlag() const
{
    // The lowest bit of the last digit.
    const char digit = m_text.back();
    return ((digit <= '9' ? digit - '0' : digit - 'a' + 10) & 1) != 0;
}

QString TraceContext::traceId() const
{
    return QString::fromLatin1(m_text.mid(traceBegin, traceLength));
}

QString TraceContext::parentId() const
{
    return QString::fromLatin1(m_text.mid(parentBegin, parentLength));
}

} // namespace nextchat
