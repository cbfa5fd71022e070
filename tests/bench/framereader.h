// SPDX-License-Identifier: MIT
#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace nextchat::bench {

// Finds the hub records in what a server sends over one WebSocket (RFC 6455, unmasked), without copying them
// unless a frame is cut by the end of what was read. One per connection: an idle one holds no buffer.
class FrameReader
{
public:
    // What to do with what was found; the views are valid during the call only.
    class Sink
    {
    public:
        virtual ~Sink() = default;
        virtual void record(std::string_view record) = 0; // without its 0x1E, or its length
        virtual void ping(std::string_view payload) = 0;
        virtual void closed() = 0; // a Close frame
    };

    // Takes the next bytes of the stream. False when they are not WebSocket frames as a server sends them.
    [[nodiscard]] bool feed(std::string_view bytes, Sink &sink);

    // From the next record on each has its length before it (MessagePack), in place of a 0x1E behind it. May
    // be called by the sink.
    void expectLengths() { m_hasLengths = true; }

private:
    [[nodiscard]] static std::size_t headSize(std::string_view bytes);
    // How many bytes of `bytes` are whole frames, handed to `sink`; npos on nonsense.
    [[nodiscard]] std::size_t takeFrames(std::string_view bytes, Sink &sink);
    bool takeFrame(unsigned opcode, std::string_view payload, Sink &sink);
    void takeRecords(std::string_view payload, Sink &sink);
    void takeRecordsWithLengths(std::string_view payload, Sink &sink);

    std::string m_bytes; // the beginning of a frame
    std::string m_record; // the beginning of a record
    bool m_hasLengths = false;
};

// A whole masked message, as a client has to send it.
void appendTextFrame(std::string &out, std::string_view payload);
void appendBinaryFrame(std::string &out, std::string_view payload);
// The answer to a ping.
void appendPongFrame(std::string &out, std::string_view payload);

} // namespace nextchat::bench
