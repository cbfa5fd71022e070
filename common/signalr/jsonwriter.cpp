// SPDX-License-Identifier: MIT
#include "common/signalr/jsonwriter.h"

#include "common/signalr/isotime.h"
#include "common/signalr/jsontext.h"

#include <cmath>

namespace nextchat::signalr {

namespace {

constexpr int maximumDepth = 64; // as JsonRecord reads

rapidjson::SizeType sizeOf(QByteArrayView bytes)
{
    return static_cast<rapidjson::SizeType>(bytes.size());
}

} // namespace

JsonWriter::JsonWriter()
    : m_buffer(nullptr, 1024)
    , m_writer(m_buffer)
{ }

void JsonWriter::key(QByteArrayView name)
{
    m_writer.Key(name.data(), sizeOf(name));
}

void JsonWriter::string(const QString &text)
{
    const QByteArray utf8 = jsontext::toUtf8(text);
    m_writer.String(utf8.constData(), sizeOf(utf8));
}

bool JsonWriter::value(const Value &value, int depth)
{
    struct Visitor
    {
        JsonWriter &out;
        int depth;

        bool operator()(std::monostate) const { return out.m_writer.Null(); }
        bool operator()(bool truth) const { return out.m_writer.Bool(truth); }
        bool operator()(qint64 number) const { return out.m_writer.Int64(number); }
        bool operator()(double number) const { return std::isfinite(number) && out.m_writer.Double(number); }
        bool operator()(const QString &text) const
        {
            out.string(text);
            return true;
        }
        bool operator()(const QByteArray &bytes) const
        {
            const QByteArray encoded = bytes.toBase64();
            return out.m_writer.String(encoded.constData(), sizeOf(encoded));
        }
        bool operator()(Timestamp time) const { return out.timestamp(time); }
        bool operator()(const Enumerator &enumerator) const { return out.m_writer.Int(enumerator.number); }
        bool operator()(const Value::Map &map) const { return out.members(map.members, depth + 1); }
        bool operator()(const Value::Record &record) const { return out.members(record.members, depth + 1); }
        bool operator()(const Value::Array &array) const
        {
            if (depth >= maximumDepth)
                return false;
            out.m_writer.StartArray();
            for (const Value &element : array) {
                if (!out.value(element, depth + 1))
                    return false;
            }
            return out.m_writer.EndArray();
        }
    };
    return value.visit(Visitor{*this, depth});
}

bool JsonWriter::members(const std::vector<Value::Member> &members, int depth)
{
    if (depth > maximumDepth)
        return false;
    m_writer.StartObject();
    for (const Value::Member &member : members) {
        key(jsontext::toUtf8(member.name));
        if (!value(member.value, depth))
            return false;
    }
    return m_writer.EndObject();
}

bool JsonWriter::timestamp(Timestamp time)
{
    const std::optional<isotime::Text> text = isotime::write(time);
    return text && m_writer.String(text->data(), static_cast<rapidjson::SizeType>(text->size()));
}

QByteArrayView JsonWriter::written() const
{
    return {m_buffer.GetString(), static_cast<qsizetype>(m_buffer.GetSize())};
}

} // namespace nextchat::signalr
