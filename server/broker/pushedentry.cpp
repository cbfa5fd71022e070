// SPDX-License-Identifier: MIT
#include "server/broker/pushedentry.h"

#include <charconv>

namespace nextchat::broker {

namespace {

constexpr char separator = '\x1f';
constexpr std::array<std::string_view, 7> names{"v", "g", "s", "e", "n", "a", "t"};

// Cuts the first field off; nothing where no separator ends it.
std::optional<std::string_view> takeField(std::string_view &rest)
{
    const std::size_t end = rest.find(separator);
    if (end == std::string_view::npos)
        return std::nullopt;
    const std::string_view field = rest.substr(0, end);
    rest.remove_prefix(end + 1);
    return field;
}

} // namespace

std::optional<LogEntry> pushedEntryOf(std::string_view payload)
{
    const auto idText = takeField(payload);
    const auto id = idText ? LogId::parse(*idText) : std::nullopt;
    if (!id)
        return std::nullopt;
    LogEntry entry(*id);
    entry.add("k", "m");
    for (const std::string_view name : names) {
        const auto field = takeField(payload);
        if (!field)
            return std::nullopt;
        entry.add(name, *field);
    }
    const auto lengthText = takeField(payload);
    std::size_t length = 0;
    if (!lengthText)
        return std::nullopt;
    const std::size_t blank = lengthText->find(' '); // behind it is the trace context
    const std::string_view digits = lengthText->substr(0, blank);
    const char *const end = digits.data() + digits.size();
    const auto parsed = std::from_chars(digits.data(), end, length);
    if (parsed.ec != std::errc() || parsed.ptr != end || length > payload.size())
        return std::nullopt;
    if (blank != std::string_view::npos) {
        entry.add("p", lengthText->substr(blank + 1));
        if (entry.trace().isNone())
            return std::nullopt;
    }
    entry.add("c", payload.substr(0, length));
    entry.add("x", payload.substr(length));
    const bool isReadable = entry.isOurs() && entry.kind == LogEntry::Kind::Message;
    return isReadable ? std::optional(entry) : std::nullopt;
}

} // namespace nextchat::broker
