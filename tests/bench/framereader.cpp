// SPDX-License-Identifier: MIT
#include "tests/bench/framereader.h"

#include <array>

namespace nextchat::bench {

namespace {

constexpr char recordSeparator = '\x1e';
constexpr std::array<char, 4> mask{0x37, 0x1f, 0x5a, 0x21}; // any will do

enum Opcode : unsigned { Continuation = 0, Text = 1, Binary = 2, Close = 8, Ping = 9, Pong = 10 };

unsigned byteAt(std::string_view bytes, std::size_t index)
{
    return static_cast<unsigned char>(bytes[index]);
}

void appendFrame(std::string &out, Opcode opcode, std::string_view payload)
{
    const std::size_t size = payload.size();
    out += static_cast<char>(0x80u | opcode);
    if (size < 126) {
        out += static_cast<char>(0x80u | size);
    } else {
        // 16 bits are enough for all that a benchmark says.
        out += static_cast<char>(0x80u | 126u);
        out += static_cast<char>(size >> 8);
        out += static_cast<char>(size & 0xff);
    }
    out.append(mask.data(), mask.size());
    for (std::size_t i = 0; i < size; ++i)
        out += static_cast<char>(payload[i] ^ mask[i % mask.size()]);
}

} // namespace

bool FrameReader::feed(std::string_view bytes, Sink &sink)
{
    if (m_bytes.empty()) {
        const std::size_t taken = takeFrames(bytes, sink);
        if (taken == std::string_view::npos)
            return false;
        m_bytes.assign(bytes.substr(taken));
        return true;
    }
    m_bytes.append(bytes);
    std::string all;
    all.swap(m_bytes);
    const std::size_t taken = takeFrames(all, sink);
    if (taken == std::string_view::npos)
        return false;
    all.erase(0, taken);
    if (!all.empty())
        m_bytes.swap(all);
    return true;
}

// 0 when not even the head is there.
std::size_t FrameReader::headSize(std::string_view bytes)
{
    if (bytes.size() < 2)
        return 0;
    const unsigned length = byteAt(bytes, 1) & 0x7f;
    const std::size_t size = length < 126 ? 2 : length == 126 ? 4 : 10;
    return bytes.size() < size ? 0 : size;
}

std::size_t FrameReader::takeFrames(std::string_view bytes, Sink &sink)
{
    std::size_t taken = 0;
    for (;;) {
        const std::string_view rest = bytes.substr(taken);
        const std::size_t head = headSize(rest);
        if (head == 0)
            return taken;
        std::uint64_t length = byteAt(rest, 1);
        if (length > 127) // masked
            return std::string_view::npos;
        if (head > 2) {
            length = 0;
            for (std::size_t i = 2; i < head; ++i)
                length = length << 8 | byteAt(rest, i);
        }
        if (rest.size() - head < length)
            return taken;
        if (!takeFrame(byteAt(rest, 0) & 0x0f, rest.substr(head, length), sink))
            return std::string_view::npos;
        taken += head + length;
    }
}

bool FrameReader::takeFrame(unsigned opcode, std::string_view payload, Sink &sink)
{
    switch (opcode) {
    case Continuation:
    case Text:
    case Binary:
        takeRecords(payload, sink);
        return true;
    case Ping:
        sink.ping(payload);
        return true;
    case Close:
        sink.closed();
        return true;
    default:
        return opcode == Pong;
    }
}

// Records may be cut anywhere by frames.
void FrameReader::takeRecords(std::string_view payload, Sink &sink)
{
    for (;;) {
        if (m_hasLengths)
            return takeRecordsWithLengths(payload, sink);
        const std::size_t end = payload.find(recordSeparator);
        if (end == std::string_view::npos) {
            m_record.append(payload);
            return;
        }
        if (m_record.empty()) {
            sink.record(payload.substr(0, end));
        } else {
            m_record.append(payload.substr(0, end));
            sink.record(m_record);
            m_record.clear();
        }
        payload.remove_prefix(end + 1);
    }
}

void FrameReader::takeRecordsWithLengths(std::string_view payload, Sink &sink)
{
    std::string all;
    if (!m_record.empty()) {
        all.swap(m_record);
        payload = all.append(payload);
    }
    for (;;) {
        std::size_t length = 0;
        std::size_t digits = 0; // of 7 bits, the lowest first; all but the last have the eighth bit
        bool isWhole = false;
        while (digits < payload.size() && !isWhole) {
            length |= std::size_t(byteAt(payload, digits) & 0x7f) << (7 * digits);
            isWhole = (byteAt(payload, digits++) & 0x80) == 0;
        }
        if (!isWhole || payload.size() - digits < length)
            break;
        sink.record(payload.substr(digits, length));
        payload.remove_prefix(digits + length);
    }
    m_record.assign(payload);
}

void appendBinaryFrame(std::string &out, std::string_view payload)
{
    appendFrame(out, Binary, payload);
}

void appendTextFrame(std::string &out, std::string_view payload)
{
    appendFrame(out, Text, payload);
}

void appendPongFrame(std::string &out, std::string_view payload)
{
    appendFrame(out, Pong, payload);
}

} // namespace nextchat::bench
