// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"
#include "common/support/expected.h"

#include <QByteArrayView>

#include <array>
#include <optional>

namespace nextchat::signalr {

// The properties of a JSON hub message that the protocol knows; all others are skipped while reading.
enum class JsonProperty {
    Type,
    Headers,
    InvocationId,
    Target,
    Arguments,
    StreamIds,
    Item,
    Result,
    Error,
    AllowReconnect,
    SequenceId,
    Unknown, // keep last
};

// One JSON record, its properties sorted into their places whatever order they came in. A repeated one keeps
// its last value.
class JsonRecord
{
public:
    // Parses `record`, which ends before its 0x1E. Nesting above 64, invalid UTF-8 and everything that is not
    // JSON fail (Protocol) with `Error reading JSON.`; escaped lone surrogates are kept in the strings, since
    // a string with one is a bad value, not a bad record. Iterative: the depth of the input costs no stack.
    [[nodiscard]] static Expected<JsonRecord> read(QByteArrayView record);

    [[nodiscard]] const Value *get(JsonProperty property) const
    {
        const std::optional<Value> &slot = m_properties[static_cast<std::size_t>(property)];
        return slot ? &*slot : nullptr;
    }

    // Moves the value out, absent if it was.
    [[nodiscard]] std::optional<Value> take(JsonProperty property)
    {
        return std::move(m_properties[static_cast<std::size_t>(property)]);
    }

private:
    friend class JsonRecordBuilder;

    std::array<std::optional<Value>, static_cast<std::size_t>(JsonProperty::Unknown)> m_properties;
};

// What System.Text.Json calls the kind of `value`, as it stands in error texts: "String", "Number", "Null",
// ...
[[nodiscard]] QString jsonTokenName(const Value &value);

} // namespace nextchat::signalr
