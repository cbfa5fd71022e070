// SPDX-License-Identifier: MIT
#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace nextchat::bench {

// A point in time (nanoseconds of monotonicNow()) that travels in a hub message: "@" and 19 digits.
[[nodiscard]] std::string stampOf(std::int64_t time);

// A text of `size` characters, 20 at least, that begins with a stamp.
[[nodiscard]] std::string stampedText(std::int64_t time, std::size_t size);

// The time of the stamp whose digits follow `marker` in `record`; 0 when there is none.
[[nodiscard]] std::int64_t stampBehind(std::string_view record, std::string_view marker);

} // namespace nextchat::bench
