// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubprotocol.h"
#include "tests/fuzz/invariant.h"

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

// What the input begins with, when that is a message. `checkFraming` is given the input and how it was
// decoded.
template <typename CheckFraming>
std::optional<signalr::HubMessage> messageOf(const signalr::HubProtocol &protocol, const QByteArray &input,
                                             CheckFraming checkFraming)
{
    const Expected<signalr::HubProtocol::Decoded> decoded = protocol.decode(input, 0);
    checkFraming(input, decoded);
    if (decoded)
        return decoded->message;
    require(decoded.error().code == Error::Code::Protocol && !decoded.error().message.isEmpty(),
            "a refusal says what is wrong");
    return std::nullopt;
}

// What a record of the protocol's own holds.
inline signalr::HubMessage readBack(const signalr::HubProtocol &protocol, const QByteArray &record)
{
    const Expected<signalr::HubProtocol::Decoded> again = protocol.decode(record, 0);
    require(again.has_value() && again->message, "what was encoded can be decoded");
    require(again->consumed == record.size(), "all of an encoded record is one message");
    return *again->message;
}

} // namespace nextchat::fuzz
