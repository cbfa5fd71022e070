// SPDX-License-Identifier: MIT
#include "tests/bench/stamp.h"

#include <charconv>

namespace nextchat::bench {

namespace {

constexpr std::size_t stampDigits = 19;

} // namespace

std::string stampOf(std::int64_t time)
{
    std::string digits = std::to_string(time);
    return "@" + std::string(stampDigits - std::min(stampDigits, digits.size()), '0') + digits;
}

std::string stampedText(std::int64_t time, std::size_t size)
{
    std::string text = stampOf(time) + ' ';
    text.resize(size, 'x');
    return text;
}

std::int64_t stampBehind(std::string_view record, std::string_view marker)
{
    const std::size_t at = record.find(marker);
    std::int64_t stamp = 0;
    if (at != std::string_view::npos) {
        const char *digits = record.data() + at + marker.size();
        std::from_chars(digits, record.data() + record.size(), stamp);
    }
    return stamp;
}

} // namespace nextchat::bench
