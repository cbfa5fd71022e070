// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

#include <chrono>
#include <optional>
#include <variant>
#include <vector>

namespace nextchat::signalr {

// A point in time, UTC, with microseconds. JSON: ISO 8601 with `+00:00`; MessagePack: [timestamp extension,
// 0].
using Timestamp = std::chrono::time_point<std::chrono::system_clock, std::chrono::microseconds>;

// A member of an enumeration. JSON: its number; MessagePack: its name (signalr-notes 1.5).
struct Enumerator
{
    int number = 0;
    QString name;

    friend bool operator==(const Enumerator &, const Enumerator &) = default;
};

// An argument, item or result, independent of the encoding. Value type.
class Value
{
public:
    struct Member;
    using Array = std::vector<Value>;

    // A map whose keys travel as they are, in the order given.
    struct Map
    {
        std::vector<Member> members;

        friend inline bool operator==(const Map &a, const Map &b);
    };

    // A typed object: its members are written in camelCase to JSON and in PascalCase to MessagePack. Members
    // are named in camelCase here. Decoders never produce one (they cannot tell it from a map).
    struct Record
    {
        std::vector<Member> members;

        friend inline bool operator==(const Record &a, const Record &b);
    };

    Value() = default; // null
    inline Value(std::nullptr_t);
    inline Value(bool value);
    inline Value(int value);
    inline Value(qint64 value);
    inline Value(double value);
    inline Value(QString value);
    inline Value(QByteArray bytes); // binary; JSON writes base64
    inline Value(Timestamp value);
    inline Value(Enumerator value);
    inline Value(Array value);
    inline Value(Map value);
    inline Value(Record value);
    Value(const char *) = delete;

    [[nodiscard]] bool isNull() const { return std::holds_alternative<std::monostate>(m_data); }

    // A pointer to the content when it is of exactly this type, else null.
    template <typename T> [[nodiscard]] const T *get() const { return std::get_if<T>(&m_data); }
    template <typename T> [[nodiscard]] T *get() { return std::get_if<T>(&m_data); }

    // The member of a map or record by its name, without regard to (ASCII) case; null when there is none.
    [[nodiscard]] const Value *member(QStringView name) const;

    // Calls `visitor` with the content: std::monostate for null, else the type it was made of.
    template <typename Visitor> decltype(auto) visit(Visitor &&visitor) const
    {
        return std::visit(std::forward<Visitor>(visitor), m_data);
    }

    friend inline bool operator==(const Value &a, const Value &b);

private:
    std::variant<std::monostate, bool, qint64, double, QString, QByteArray, Timestamp, Enumerator, Array, Map,
                 Record>
        m_data;
};

struct Value::Member
{
    QString name;
    Value value;

    friend bool operator==(const Member &, const Member &) = default;
};

// Down here, where Member is complete: the standard library's vector needs that in constant expressions.
inline Value::Value(std::nullptr_t) { }
inline Value::Value(bool value)
    : m_data(value)
{ }
inline Value::Value(int value)
    : m_data(static_cast<qint64>(value))
{ }
inline Value::Value(qint64 value)
    : m_data(value)
{ }
inline Value::Value(double value)
    : m_data(value)
{ }
inline Value::Value(QString value)
    : m_data(std::move(value))
{ }
inline Value::Value(QByteArray bytes)
    : m_data(std::move(bytes))
{ }
inline Value::Value(Timestamp value)
    : m_data(value)
{ }
inline Value::Value(Enumerator value)
    : m_data(std::move(value))
{ }
inline Value::Value(Array value)
    : m_data(std::move(value))
{ }
inline Value::Value(Map value)
    : m_data(std::move(value))
{ }
inline Value::Value(Record value)
    : m_data(std::move(value))
{ }

inline bool operator==(const Value::Map &a, const Value::Map &b)
{
    return a.members == b.members;
}

inline bool operator==(const Value::Record &a, const Value::Record &b)
{
    return a.members == b.members;
}

inline bool operator==(const Value &a, const Value &b)
{
    return a.m_data == b.m_data;
}

} // namespace nextchat::signalr
