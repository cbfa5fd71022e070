// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubmessage.h"

namespace nextchat::fuzz {

// Whether every string, names of members included, is valid UTF-16. JSON can carry a lone surrogate only as
// an escape; writers put U+FFFD in its place, so such a text does not survive a round trip.
inline bool isValidText(const signalr::Value &value)
{
    const auto all = [](const auto &elements) { return std::ranges::all_of(elements, isValidText); };
    const auto members = [](const std::vector<signalr::Value::Member> &list) {
        return std::ranges::all_of(list, [](const signalr::Value::Member &member) {
            return member.name.isValidUtf16() && isValidText(member.value);
        });
    };
    if (const auto *text = value.get<QString>())
        return text->isValidUtf16();
    if (const auto *array = value.get<signalr::Value::Array>())
        return all(*array);
    if (const auto *map = value.get<signalr::Value::Map>())
        return members(map->members);
    if (const auto *record = value.get<signalr::Value::Record>())
        return members(record->members);
    return true;
}

} // namespace nextchat::fuzz
