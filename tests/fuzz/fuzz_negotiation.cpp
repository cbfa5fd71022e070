// SPDX-License-Identifier: MIT
#include "common/signalr/negotiation.h"
#include "tests/fuzz/invariant.h"

#include <cstdint>

using namespace nextchat;
using namespace nextchat::signalr;
using nextchat::fuzz::require;

namespace {

bool isValidText(const NegotiateResponse &response)
{
    const auto valid = [](const QString &text) { return text.isValidUtf16(); };
    return valid(response.connectionId) && valid(response.connectionToken) && valid(response.url)
        && valid(response.accessToken) && valid(response.error)
        && std::ranges::all_of(response.availableTransports, [valid](const auto &transport) {
               return valid(transport.transport) && std::ranges::all_of(transport.transferFormats, valid);
           });
}

bool isConnection(const NegotiateResponse &response)
{
    return response.error.isNull() && response.url.isNull();
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QByteArray body(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    const Expected<NegotiateResponse> response = readNegotiateResponse(body);
    if (!response) {
        require(response.error().code == Error::Code::Protocol && !response.error().message.isEmpty(),
                "a refusal says what is wrong");
        return 0;
    }
    if (isConnection(*response)) {
        require(!response->connectionId.isEmpty(), "a connection has an id");
        require(response->negotiateVersion < 1 || !response->connectionToken.isEmpty(),
                "from version 1 on, a connection has a token");
    }
    const Expected<NegotiateResponse> again = readNegotiateResponse(write(*response));
    require(again.has_value(), "what was written can be read");
    require(isConnection(*again) == isConnection(*response), "an answer stays of its kind");
    // What does not belong to its kind is not written.
    if (isConnection(*response) && response->accessToken.isNull() && isValidText(*response))
        require(*again == *response, "an answer survives a round trip");
    const Expected<NegotiateResponse> third = readNegotiateResponse(write(*again));
    require(third && *third == *again, "an answer that was written survives a round trip");
    return 0;
}
