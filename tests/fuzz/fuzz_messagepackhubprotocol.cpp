// SPDX-License-Identifier: MIT
#include "common/signalr/messagepackhubprotocol.h"
#include "common/signalr/messagepacklength.h"
#include "tests/fuzz/hubvalues.h"

#include <cstdint>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::fuzz::require;

namespace {

const MessagePackHubProtocol protocol;
constexpr qsizetype limit = 64; // of the decoding with a limit

QByteArray encoded(const HubMessage &message)
{
    Expected<QByteArray> record = protocol.encode(message);
    // A timestamp is read from one element and written as two, one level deeper.
    if (!record)
        return {};
    (void)fuzz::readBack(protocol, *record);
    return *record;
}

void checkFraming(const QByteArray &input, const Expected<HubProtocol::Decoded> &decoded)
{
    const auto length = MessagePackLength::read(input);
    if (!length || length->size == 0 || length->size + length->length > input.size()) {
        require(!decoded || (decoded->consumed == 0 && !decoded->message), "half a record is no message yet");
        return;
    }
    const qsizetype size = length->size + length->length;
    require(!decoded || decoded->consumed == size, "a record is as long as it says");
    // Exact memory, so that a read beyond the record shows.
    const std::vector<char> record(input.begin(), input.begin() + size);
    const auto alone = protocol.decode({record.data(), size}, 0);
    require(alone.has_value() == decoded.has_value(), "decoding does not depend on what follows the record");
    const auto limited = protocol.decode({input.constData(), input.size()}, limit);
    if (size > limit)
        require(!limited && limited.error().message == HubProtocol::tooLarge(limit),
                "a record above the limit is refused");
    else
        require(limited.has_value() == decoded.has_value(), "a limit changes nothing for records below it");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray input(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const std::optional<HubMessage> message = fuzz::messageOf(protocol, input, checkFraming);
    if (!message)
        return 0;
    const QByteArray once = encoded(*message);
    if (once.isEmpty())
        return 0;
    const QByteArray twice = encoded(*protocol.decode(once, 0)->message);
    require(twice.isEmpty() || twice.size() >= once.size(), "what was read is written whole");
    return 0;
}
