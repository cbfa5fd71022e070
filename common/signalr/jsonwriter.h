// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"

#include <QByteArrayView>

#include <rapidjson/stringbuffer.h>
#include <rapidjson/writer.h>

namespace nextchat::signalr {

// Writes one JSON text, member by member. For one thread and one text.
class JsonWriter
{
public:
    JsonWriter();

    void beginObject() { m_writer.StartObject(); }
    void endObject() { m_writer.EndObject(); }
    void beginArray() { m_writer.StartArray(); }
    void endArray() { m_writer.EndArray(); }

    void key(QByteArrayView name);
    void string(const QString &text); // lone surrogates become U+FFFD
    void number(qint64 number) { m_writer.Int64(number); }
    void boolean(bool value) { m_writer.Bool(value); }

    // False when JSON cannot express the value: NaN, an infinity, a year outside 0 to 9999, or nested above
    // 64 levels (`depth` is what is open already). What was written until then is then of no use.
    [[nodiscard]] bool value(const Value &value, int depth);

    [[nodiscard]] QByteArrayView written() const;

    // Appends one byte behind the text: the record separator.
    void end(char separator) { m_buffer.Put(separator); }

private:
    [[nodiscard]] bool members(const std::vector<Value::Member> &members, int depth);
    [[nodiscard]] bool timestamp(Timestamp time);

    rapidjson::StringBuffer m_buffer;
    rapidjson::Writer<rapidjson::StringBuffer> m_writer;
};

} // namespace nextchat::signalr
