// SPDX-License-Identifier: MIT
#include "common/chat/types.h"
#include "common/signalr/jsonhubprotocol.h"
#include "tests/fuzz/hubvalues.h"
#include "tests/fuzz/invariant.h"

#include <cstdint>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::fuzz::require;

namespace {

const JsonHubProtocol protocol;

std::optional<Value> decode(const QByteArray &json)
{
    const QByteArray record = R"({"type":3,"invocationId":"1","result":)" + json + "}\x1e";
    const auto decoded = protocol.decode(record, 0);
    if (!decoded || !decoded->message)
        return std::nullopt;
    const auto *completion = std::get_if<Completion>(&*decoded->message);
    return completion ? completion->result : std::nullopt;
}

// `{"$time": microseconds}` becomes a Timestamp, as MessagePack has them.
void plantTimestamps(Value &value)
{
    if (auto *array = value.get<Value::Array>())
        std::ranges::for_each(*array, plantTimestamps);
    auto *map = value.get<Value::Map>();
    if (!map)
        return;
    for (Value::Member &member : map->members)
        plantTimestamps(member.value);
    const Value *time = value.member(u"$time");
    if (const qint64 *microseconds = time ? time->get<qint64>() : nullptr)
        value = Timestamp(std::chrono::microseconds(*microseconds));
}

template <typename T> void check(const Value &value)
{
    const std::optional<T> shape = Convert<T>::from(value);
    if (!shape)
        return;
    const Value written = Convert<T>::to(*shape);
    require(Convert<T>::from(written) == shape, "a shape survives being made a value");
    const auto record = protocol.encode(Completion{.invocationId = QStringLiteral("1"), .result = written});
    if (!record || !fuzz::isValidText(written))
        return; // a time that ISO 8601 can't say, or a text that UTF-8 can't
    const auto decoded = protocol.decode(*record, 0);
    require(decoded && decoded->message, "a shape's record can be decoded");
    require(Convert<T>::from(*std::get<Completion>(*decoded->message).result) == shape,
            "a shape survives the way over the wire");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    auto value = decode(QByteArray(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size)));
    if (!value)
        return 0;
    plantTimestamps(*value);
    check<chat::Timestamp>(*value);
    check<chat::Group>(*value);
    check<QList<chat::Group>>(*value);
    check<chat::Message>(*value);
    check<QList<chat::Message>>(*value);
    check<chat::MessageReceipt>(*value);
    check<chat::HistoryPage>(*value);
    check<chat::SearchPage>(*value);
    check<chat::GroupJoinResult>(*value);
    check<chat::ResumeResult>(*value);
    check<QStringList>(*value);
    check<std::optional<qint64>>(*value);
    check<int>(*value);
    check<bool>(*value);
    check<double>(*value);
    return 0;
}
