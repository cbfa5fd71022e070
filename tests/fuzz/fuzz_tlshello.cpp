// SPDX-License-Identifier: MIT
#include "server/net/tlshello.h"
#include "tests/fuzz/invariant.h"
#include "tests/fuzz/pieces.h"

using namespace nextchat;
using net::TlsHello;
using nextchat::fuzz::require;

namespace {

struct Outcome
{
    bool isGood = true;
    bool isOver = false;

    friend bool operator==(const Outcome &, const Outcome &) = default;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const fuzz::Pieces pieces(data, size);
    const auto take = [](TlsHello &hello, Outcome &outcome, const std::vector<char> &bytes) {
        outcome.isGood = hello.take({reinterpret_cast<const unsigned char *>(bytes.data()), bytes.size()});
        outcome.isOver = hello.isOver();
        return outcome.isGood;
    };
    TlsHello whole;
    Outcome atOnce;
    (void)take(whole, atOnce, pieces.whole());
    TlsHello cut;
    Outcome inPieces;
    pieces.each([&](const std::vector<char> &piece) { return take(cut, inPieces, piece); });
    require(atOnce == inPieces, "what is refused does not depend on how the bytes are cut");
    require(!atOnce.isOver || atOnce.isGood, "nothing is refused once it is over");
    return 0;
}
