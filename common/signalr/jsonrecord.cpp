// SPDX-License-Identifier: MIT
#include "common/signalr/jsonrecord.h"

#include "common/signalr/jsontext.h"

#include <QSet>
#include <QVarLengthArray>

#include <charconv>
#include <limits>
#include <rapidjson/reader.h>

namespace nextchat::signalr {

namespace {

using Text = QVarLengthArray<char, 1024>;

constexpr int maximumDepth = 64; // System.Text.Json's default

JsonProperty propertyOf(std::string_view name)
{
    static constexpr std::array<std::string_view, static_cast<std::size_t>(JsonProperty::Unknown)> names{
        "type", "headers", "invocationId", "target",         "arguments",  "streamIds",
        "item", "result",  "error",        "allowReconnect", "sequenceId",
    };
    return static_cast<JsonProperty>(std::find(names.begin(), names.end(), name) - names.begin());
}

// Whether a number that no double can hold is too small, not too large: by the power of ten of its first
// digit.
bool isTiny(std::string_view text)
{
    const std::size_t mark = std::min(text.find_first_of("eE"), text.size());
    const std::string_view digits = text.substr(0, mark);
    const std::size_t first = std::min(digits.find_first_of("123456789"), digits.size());
    const std::size_t point = std::min(digits.find('.'), digits.size());
    std::string_view power = text.substr(std::min(mark + 1, text.size()));
    const bool isNegative = power.starts_with('-');
    power.remove_prefix(isNegative || power.starts_with('+') ? 1 : 0);
    int exponent = 0;
    if (std::from_chars(power.data(), power.data() + power.size(), exponent).ec
        == std::errc::result_out_of_range)
        exponent = std::numeric_limits<int>::max();
    return static_cast<qint64>(point) - static_cast<qint64>(first)
        + (isNegative ? -qint64(exponent) : exponent)
        < 0;
}

// Whole numbers that fit stay exact; others become the nearest double. Nothing when even that cannot hold it.
std::optional<Value> numberOf(std::string_view text)
{
    const char *end = text.data() + text.size();
    if (text.find_first_of(".eE") == std::string_view::npos) {
        qint64 whole = 0;
        if (std::from_chars(text.data(), end, whole).ec == std::errc())
            return Value(whole);
    }
    double number = 0;
    if (std::from_chars(text.data(), end, number).ec == std::errc())
        return Value(number);
    return isTiny(text) ? std::optional(Value(0.0)) : std::nullopt;
}

// A JSON object may repeat a key: its last value counts, in the place of its first.
void dropRepeated(std::vector<Value::Member> &members)
{
    QHash<QStringView, std::size_t> places;
    std::size_t kept = 0;
    for (std::size_t i = 0; i < members.size(); ++i) {
        const auto known = places.constFind(members[i].name);
        if (known != places.constEnd()) {
            members[*known].value = std::move(members[i].value);
            continue;
        }
        if (kept != i)
            members[kept] = std::move(members[i]);
        places.insert(members[kept].name, kept);
        ++kept;
    }
    members.erase(members.begin() + static_cast<std::ptrdiff_t>(kept), members.end());
}

bool hasRepeated(const std::vector<Value::Member> &members)
{
    if (members.size() > 16)
        return true; // find out with the hash, which a hostile number of keys does not make quadratic
    for (auto a = members.begin(); a != members.end(); ++a) {
        if (std::any_of(members.begin(), a, [&a](const Value::Member &b) { return a->name == b.name; }))
            return true;
    }
    return false;
}

} // namespace

// Receives RapidJSON's events. Values are gathered on one flat stack and folded when their container ends.
class JsonRecordBuilder
{
public:
    explicit JsonRecordBuilder(bool escapes)
        : m_escapes(escapes)
    { }

    [[nodiscard]] JsonRecord takeRecord() { return std::move(m_record); }
    [[nodiscard]] const QString &complaint() const { return m_complaint; }

    // The names are RapidJSON's. False ends the parsing.
    bool Null() { return take(Value()); }
    bool Bool(bool value) { return take(Value(value)); }
    bool Int(int) { return false; } // numbers come raw
    bool Uint(unsigned) { return false; }
    bool Int64(qint64) { return false; }
    bool Uint64(quint64) { return false; }
    bool Double(double) { return false; }

    bool RawNumber(const char *text, rapidjson::SizeType length, bool)
    {
        if (skipping())
            return true;
        std::optional<Value> number = numberOf({text, length});
        return number && take(std::move(*number));
    }

    bool String(const char *text, rapidjson::SizeType length, bool)
    {
        return skipping()
            || take(Value(jsontext::toString({text, static_cast<qsizetype>(length)}, m_escapes)));
    }

    bool Key(const char *text, rapidjson::SizeType length, bool)
    {
        if (m_depth == 1)
            m_property = propertyOf({text, length});
        else if (!skipping())
            m_stack.push_back({jsontext::toString({text, static_cast<qsizetype>(length)}, m_escapes), {}});
        return true;
    }

    bool StartObject() { return open(true); }
    bool StartArray() { return open(false); }

    bool EndObject(rapidjson::SizeType count)
    {
        --m_depth;
        if (m_depth == 0 || skipping())
            return true;
        Value::Map map;
        const auto first = m_stack.end() - static_cast<std::ptrdiff_t>(count);
        map.members.assign(std::make_move_iterator(first), std::make_move_iterator(m_stack.end()));
        m_stack.erase(first, m_stack.end());
        if (hasRepeated(map.members))
            dropRepeated(map.members);
        return take(Value(std::move(map)));
    }

    bool EndArray(rapidjson::SizeType count)
    {
        --m_depth;
        if (skipping())
            return true;
        Value::Array array;
        array.reserve(count);
        const auto first = m_stack.end() - static_cast<std::ptrdiff_t>(count);
        for (auto element = first; element != m_stack.end(); ++element)
            array.push_back(std::move(element->value));
        m_stack.erase(first, m_stack.end());
        return take(Value(std::move(array)));
    }

private:
    [[nodiscard]] bool skipping() const { return m_depth > 0 && m_property == JsonProperty::Unknown; }
    [[nodiscard]] bool inObject() const { return (m_objects >> (m_depth - 1)) & 1U; }

    bool open(bool object)
    {
        if (m_depth == 0 && !object)
            return refuseRoot(Value(Value::Array()));
        if (m_depth == maximumDepth)
            return false;
        const quint64 bit = quint64(1) << m_depth;
        m_objects = object ? m_objects | bit : m_objects & ~bit;
        ++m_depth;
        return true;
    }

    bool take(Value &&value)
    {
        if (m_depth == 0)
            return refuseRoot(value);
        if (skipping())
            return true;
        if (m_depth == 1)
            m_record.m_properties[static_cast<std::size_t>(m_property)] = std::move(value);
        else if (inObject())
            m_stack.back().value = std::move(value);
        else
            m_stack.push_back({{}, std::move(value)});
        return true;
    }

    bool refuseRoot(const Value &root)
    {
        m_complaint = u"Unexpected JSON Token Type '" % jsonTokenName(root) % u"'. Expected a JSON Object.";
        return false;
    }

    JsonRecord m_record;
    std::vector<Value::Member> m_stack; // elements have no name
    quint64 m_objects = 0; // bit n: the container at depth n + 1 is an object
    int m_depth = 0;
    JsonProperty m_property = JsonProperty::Unknown; // of the record's own object, being read
    bool m_escapes = false; // strings may hold escaped surrogates
    QString m_complaint;
};

namespace {

rapidjson::ParseResult parse(Text &text, JsonRecordBuilder &builder)
{
    // Numbers as strings: RapidJSON 1.1 reads outside a table on exponents near -2^31 (CVE-2024-38517) when
    // it converts them. No RapidJSON validation: the record was validated as a whole, much faster, and
    // escaped surrogates shall pass.
    constexpr unsigned flags =
        rapidjson::kParseInsituFlag | rapidjson::kParseIterativeFlag | rapidjson::kParseNumbersAsStringsFlag;
    const qsizetype size = text.size();
    text.append('\0');
    rapidjson::InsituStringStream stream(text.data());
    rapidjson::Reader reader;
    const rapidjson::ParseResult result = reader.Parse<flags>(stream, builder);
    if (!result.IsError()
        && stream.Tell() != static_cast<std::size_t>(size)) // a NUL among the blanks behind the object
        return {rapidjson::kParseErrorDocumentRootNotSingular, stream.Tell()};
    return result;
}

} // namespace

Expected<JsonRecord> JsonRecord::read(QByteArrayView record)
{
    const QString malformed = QStringLiteral("Error reading JSON.");
    if (!record.isValidUtf8())
        return failure(Error::Code::Protocol, malformed);
    const bool escapes = record.contains('\\');
    Text text;
    text.append(record.data(), record.size());
    JsonRecordBuilder builder(escapes);
    rapidjson::ParseResult result = parse(text, builder);
    if (result.Code() == rapidjson::kParseErrorStringUnicodeSurrogateInvalid) {
        const QByteArray rewritten = jsontext::withLoneSurrogatesUnescaped(record);
        text.clear();
        text.append(rewritten.data(), rewritten.size());
        builder = JsonRecordBuilder(escapes);
        result = parse(text, builder);
    }
    if (result.IsError())
        return failure(Error::Code::Protocol,
                       builder.complaint().isEmpty() ? malformed : builder.complaint());
    return builder.takeRecord();
}

QString jsonTokenName(const Value &value)
{
    if (value.isNull())
        return QStringLiteral("Null");
    if (const bool *truth = value.get<bool>())
        return *truth ? QStringLiteral("True") : QStringLiteral("False");
    if (value.get<QString>())
        return QStringLiteral("String");
    if (value.get<Value::Array>())
        return QStringLiteral("Array");
    if (value.get<Value::Map>())
        return QStringLiteral("Object");
    return QStringLiteral("Number");
}

} // namespace nextchat::signalr
