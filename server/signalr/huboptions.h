// SPDX-License-Identifier: MIT
#pragma once

#include <QtGlobal>

#include <chrono>

namespace nextchat::signalr {

// How hub connections behave; the defaults are those of signalr-notes 1.10 and contract.md 1.4.
struct HubOptions
{
    std::chrono::milliseconds keepAliveInterval =
        std::chrono::seconds(15); // of silence, then the server pings
    std::chrono::milliseconds clientTimeoutInterval =
        std::chrono::seconds(30); // from the client's first ping on
    std::chrono::milliseconds handshakeTimeout = std::chrono::seconds(15);
    std::chrono::milliseconds closeTimeout = std::chrono::seconds(5); // for the peer to answer a close
    std::chrono::milliseconds pollTimeout = std::chrono::seconds(90); // of a long poll, without data
    std::chrono::milliseconds disconnectTimeout =
        std::chrono::seconds(15); // that a connection may be without a transport
    int maximumParallelInvocations = 1; // per connection; further ones wait in order
    int maximumOpenStreams = 16; // per connection, server to client; 0: any number
    qsizetype maximumMessageBytes = 32 * 1024; // a hub message of the client, framing included
    qsizetype outboundBytes =
        1024 * 1024; // may wait for a connection; one answer may exceed it; 0: any number
    std::chrono::milliseconds outboundTime = std::chrono::seconds(10); // that it may wait; 0: for ever
    int streamBufferCapacity = 10; // messages of the largest size that a client's streams may have waiting
    std::chrono::milliseconds slowCall{0}; // a call, no stream, that runs for so long is logged; 0: none
    bool statefulReconnect = true; // is granted to clients that ask for it
    qsizetype statefulReconnectBytes =
        100'000; // that a client has not acknowledged, above which what it is sent waits if it can
    bool detailedErrors = false; // error texts carry what was thrown

    // What may wait in the streams of a client, in all, before it is no longer read from; small items may be
    // many, so that a slow reader of one stream does not hold up the rest.
    [[nodiscard]] qsizetype uploadBytes() const
    {
        return streamBufferCapacity * (maximumMessageBytes > 0 ? maximumMessageBytes : 32 * 1024);
    }
};

} // namespace nextchat::signalr
