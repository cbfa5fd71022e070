// SPDX-License-Identifier: MIT
#include "common/signalr/messagepackwriter.h"

#include "common/signalr/jsontext.h"
#include "common/signalr/messagepacklength.h"

#include <QtEndian>

#include <array>
#include <bit>
#include <msgpack/pack.hpp>

namespace nextchat::signalr {

namespace {

constexpr int maximumDepth = 64; // as JSON's, so that each encoding can express what the other did
constexpr qsizetype usualSize = 512; // bytes of a message, so that most grow once
constexpr qint8 timestampType = -1; // of the extension; MessagePack specification, "Timestamp extension type"

// The packer's way to the bytes.
struct Sink
{
    QByteArray &bytes;

    void write(const char *data, std::size_t size) { bytes.append(data, static_cast<qsizetype>(size)); }
};

using Packer = msgpack::packer<Sink>;

std::uint32_t sizeOf(QByteArrayView bytes)
{
    return static_cast<std::uint32_t>(bytes.size());
}

// The camelCase name of a member as .NET's serialiser expects it.
QString pascalCased(const QString &name)
{
    QString cased = name;
    if (!cased.isEmpty())
        cased[0] = cased.at(0).toUpper();
    return cased;
}

} // namespace

MessagePackWriter::MessagePackWriter()
{
    m_bytes.reserve(usualSize);
    m_bytes.resize(MessagePackLength::maximumSize);
}

void MessagePackWriter::beginArray(std::size_t size)
{
    Sink sink{m_bytes};
    Packer(sink).pack_array(static_cast<std::uint32_t>(size));
}

void MessagePackWriter::beginMap(std::size_t size)
{
    Sink sink{m_bytes};
    Packer(sink).pack_map(static_cast<std::uint32_t>(size));
}

void MessagePackWriter::null()
{
    Sink sink{m_bytes};
    Packer(sink).pack_nil();
}

void MessagePackWriter::number(qint64 number)
{
    Sink sink{m_bytes};
    Packer(sink).pack_int64(number);
}

void MessagePackWriter::boolean(bool value)
{
    Sink sink{m_bytes};
    if (value)
        Packer(sink).pack_true();
    else
        Packer(sink).pack_false();
}

void MessagePackWriter::string(const QString &text)
{
    const QByteArray utf8 = jsontext::toUtf8(text);
    Sink sink{m_bytes};
    Packer(sink).pack_str(sizeOf(utf8)).pack_str_body(utf8.constData(), sizeOf(utf8));
}

void MessagePackWriter::optionalString(const QString &text)
{
    if (text.isNull())
        null();
    else
        string(text);
}

// Always as float 64: the packer would make an integer of a whole one, and the receiver could not tell.
void MessagePackWriter::fraction(double number)
{
    std::array<char, 9> encoded;
    encoded[0] = '\xcb';
    qToBigEndian(std::bit_cast<quint64>(number), encoded.data() + 1);
    m_bytes.append(encoded.data(), encoded.size());
}

void MessagePackWriter::bytes(const QByteArray &bytes)
{
    Sink sink{m_bytes};
    Packer(sink).pack_bin(sizeOf(bytes)).pack_bin_body(bytes.constData(), sizeOf(bytes));
}

// A DateTimeOffset as .NET reads it: the time, and its offset of 0 minutes.
void MessagePackWriter::timestamp(Timestamp time)
{
    using namespace std::chrono;
    const auto whole = floor<seconds>(time);
    const auto since = static_cast<quint64>(whole.time_since_epoch().count());
    const auto nanoseconds =
        static_cast<quint32>(duration_cast<std::chrono::nanoseconds>(time - whole).count());
    std::array<char, 12> body;
    std::size_t size = body.size();
    if (since >> 34 != 0) { // negative ones too
        qToBigEndian(nanoseconds, body.data());
        qToBigEndian(since, body.data() + 4);
    } else if (nanoseconds != 0 || since >> 32 != 0) {
        qToBigEndian((static_cast<quint64>(nanoseconds) << 34) | since, body.data());
        size = 8;
    } else {
        qToBigEndian(static_cast<quint32>(since), body.data());
        size = 4;
    }
    beginArray(2);
    Sink sink{m_bytes};
    Packer(sink).pack_ext(size, timestampType).pack_ext_body(body.data(), static_cast<std::uint32_t>(size));
    number(0);
}

struct MessagePackWriter::ValueVisitor
{
    MessagePackWriter &out;
    int depth;

    bool operator()(std::monostate) const
    {
        out.null();
        return true;
    }
    bool operator()(bool truth) const
    {
        out.boolean(truth);
        return true;
    }
    bool operator()(qint64 number) const
    {
        out.number(number);
        return true;
    }
    bool operator()(double number) const
    {
        out.fraction(number);
        return true;
    }
    bool operator()(const QString &text) const
    {
        out.string(text);
        return true;
    }
    bool operator()(const QByteArray &bytes) const
    {
        out.bytes(bytes);
        return true;
    }
    bool operator()(Timestamp time) const
    {
        out.timestamp(time);
        return depth < maximumDepth;
    }
    bool operator()(const Enumerator &enumerator) const
    {
        out.string(enumerator.name);
        return true;
    }
    bool operator()(const Value::Map &map) const { return out.members(map.members, false, depth + 1); }
    bool operator()(const Value::Record &record) const
    {
        return out.members(record.members, true, depth + 1);
    }
    bool operator()(const Value::Array &array) const
    {
        if (depth >= maximumDepth)
            return false;
        out.beginArray(array.size());
        return std::all_of(array.begin(), array.end(),
                           [this](const Value &element) { return out.value(element, depth + 1); });
    }
};

bool MessagePackWriter::value(const Value &value, int depth)
{
    return value.visit(ValueVisitor{*this, depth});
}

bool MessagePackWriter::members(const std::vector<Value::Member> &members, bool pascalCase, int depth)
{
    if (depth > maximumDepth)
        return false;
    beginMap(members.size());
    for (const Value::Member &member : members) {
        string(pascalCase ? pascalCased(member.name) : member.name);
        if (!value(member.value, depth))
            return false;
    }
    return true;
}

QByteArray MessagePackWriter::take()
{
    const MessagePackLength length(m_bytes.size() - MessagePackLength::maximumSize);
    const QByteArrayView prefix = length.bytes();
    const qsizetype unused = MessagePackLength::maximumSize - prefix.size();
    std::copy(prefix.begin(), prefix.end(), m_bytes.begin() + unused);
    m_bytes.remove(0, unused);
    return std::exchange(m_bytes, QByteArray(MessagePackLength::maximumSize, '\0'));
}

} // namespace nextchat::signalr
