// SPDX-License-Identifier: MIT
#include "common/signalr/handshake.h"
#include "tests/fuzz/invariant.h"

#include <cstdint>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::fuzz::require;

namespace {

constexpr char recordSeparator = 0x1E;

template <typename T>
bool sameResult(const Expected<HandshakeRead<T>> &a, const Expected<HandshakeRead<T>> &b)
{
    if (!a || !b)
        return !a && !b && a.error() == b.error();
    return a->consumed == b->consumed && a->record == b->record;
}

// Gives the record, if there is a good one.
template <typename T>
std::optional<T> check(const QByteArray &input, Expected<HandshakeRead<T>> (*read)(QByteArrayView))
{
    const Expected<HandshakeRead<T>> result = read(input);
    const qsizetype end = input.indexOf(recordSeparator);
    if (end < 0 || end >= maximumHandshakeSize) {
        require(!result || (result->consumed == 0 && !result->record), "half a record is no handshake yet");
        require(result.has_value() == (input.size() < maximumHandshakeSize), "a long handshake is refused");
        return std::nullopt;
    }
    const std::vector<char> record(input.begin(), input.begin() + end + 1); // of exact size
    require(sameResult(result, read({record.data(), end + 1})),
            "reading does not depend on what follows the record");
    if (!result)
        return std::nullopt;
    require(result->consumed == end + 1 && result->record, "a record ends at its separator");
    return result->record;
}

template <typename T> T roundTrip(const T &record, Expected<HandshakeRead<T>> (*read)(QByteArrayView))
{
    const QByteArray written = write(record);
    const Expected<HandshakeRead<T>> again = read(written);
    require(again && again->record && again->consumed == written.size(), "what was written can be read");
    return *again->record;
}

void checkRefusal(const Error &error)
{
    require(!handshakeErrorText(error, false).isEmpty() && !handshakeErrorText(error, true).isEmpty(),
            "a refusal has a text");
}

void checkRequest(const HandshakeRequest &request)
{
    if (request.protocol.isValidUtf16())
        require(roundTrip(request, readHandshakeRequest) == request, "a request survives a round trip");
    for (const bool binary : {false, true}) {
        const Expected<const HubProtocol *> chosen = chooseProtocol(request, binary);
        if (!chosen)
            checkRefusal(chosen.error());
        else
            require(*chosen && (*chosen)->name() == request.protocol.toUtf8(),
                    "the protocol is the one asked for");
    }
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray input(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    if (const auto request = check(input, readHandshakeRequest))
        checkRequest(*request);
    else if (const auto result = readHandshakeRequest(input); !result)
        checkRefusal(result.error());
    const auto response = check(input, readHandshakeResponse);
    if (response && response->error.isValidUtf16()) {
        const HandshakeResponse again = roundTrip(*response, readHandshakeResponse);
        require(again == *response && again.error.isNull() == response->error.isNull(),
                "a response survives a round trip");
    }
    return 0;
}
