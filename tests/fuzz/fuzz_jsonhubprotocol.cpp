// SPDX-License-Identifier: MIT
#include "common/signalr/jsonhubprotocol.h"
#include "tests/fuzz/hubvalues.h"

#include <cstdint>
#include <span>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::fuzz::require;

namespace {

const JsonHubProtocol protocol;
constexpr qsizetype limit = 64; // of the decoding with a limit

bool sameResult(const Expected<HubProtocol::Decoded> &a, const Expected<HubProtocol::Decoded> &b)
{
    if (!a || !b)
        return !a && !b && a.error() == b.error();
    return a->consumed == b->consumed && a->message == b->message;
}

bool isValidText(const HubMessage &message)
{
    struct Texts
    {
        bool operator()(const Invocation &call) const
        {
            return call.invocationId.isValidUtf16() && call.target.isValidUtf16()
                && fuzz::isValidText(call.arguments)
                && std::ranges::all_of(call.streamIds, [](const QString &id) { return id.isValidUtf16(); });
        }
        bool operator()(const StreamItem &item) const
        {
            return item.invocationId.isValidUtf16() && fuzz::isValidText(item.item);
        }
        bool operator()(const Completion &completion) const
        {
            return completion.invocationId.isValidUtf16() && completion.error.isValidUtf16()
                && (!completion.result || fuzz::isValidText(*completion.result));
        }
        bool operator()(const CancelInvocation &cancel) const { return cancel.invocationId.isValidUtf16(); }
        bool operator()(const Close &close) const { return close.error.isValidUtf16(); }
        bool operator()(const Ping &) const { return true; }
        bool operator()(const Ack &) const { return true; }
        bool operator()(const Sequence &) const { return true; }
    };
    return std::visit(Texts{}, message);
}

HubMessage roundTrip(const HubMessage &message)
{
    const Expected<QByteArray> record = protocol.encode(message);
    require(record.has_value(), "what was decoded can be encoded");
    require(record->indexOf(JsonHubProtocol::recordSeparator) == record->size() - 1,
            "a record has one separator, at its end");
    return fuzz::readBack(protocol, *record);
}

void checkFraming(const QByteArray &input, const Expected<HubProtocol::Decoded> &decoded)
{
    const qsizetype end = input.indexOf(JsonHubProtocol::recordSeparator);
    if (end < 0) {
        require(decoded && decoded->consumed == 0 && !decoded->message, "half a record is no message yet");
        return;
    }
    require(!decoded || decoded->consumed == end + 1, "a record ends at its separator");
    // Exact memory, so that a read beyond the record shows.
    const std::vector<char> record(input.begin(), input.begin() + end + 1);
    const auto alone = protocol.decode({record.data(), end + 1}, 0);
    require(sameResult(decoded, alone), "decoding does not depend on what follows the record");
    const auto before = protocol.decode({record.data(), end}, 0);
    require(before && before->consumed == 0, "a record without its separator is not complete");
    const auto limited = protocol.decode({input.constData(), input.size()}, limit);
    if (end + 1 <= limit)
        require(sameResult(decoded, limited), "a limit changes nothing for records below it");
    else
        require(!limited && limited.error().message == HubProtocol::tooLarge(limit),
                "a record above the limit is refused");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray input(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const std::optional<HubMessage> message = fuzz::messageOf(protocol, input, checkFraming);
    if (!message)
        return 0;
    const HubMessage once = roundTrip(*message);
    if (isValidText(*message))
        require(once == *message, "a message survives a round trip");
    else
        require(isValidText(once), "no lone surrogate goes out");
    require(roundTrip(once) == once, "a message that was encoded survives a round trip");
    return 0;
}
