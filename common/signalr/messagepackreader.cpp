// SPDX-License-Identifier: MIT
#include "common/signalr/messagepackreader.h"

#include "common/signalr/jsontext.h"

#include <QUtf8StringView>
#include <QtEndian>

#include <limits>
#include <msgpack/null_visitor.hpp>
#include <msgpack/unpack.hpp>

namespace nextchat::signalr {

namespace {

constexpr std::size_t maximumDepth = 64;
constexpr char timestampType = -1;

QString textOf(QByteArrayView utf8)
{
    if (QUtf8StringView(utf8.data(), utf8.size()).isValidUtf8())
        return jsontext::toString(utf8, false);
    // Half of a surrogate pair: what asks for valid text refuses it, and writers replace it by U+FFFD again.
    return QString::fromUtf8(utf8).replace(QChar::ReplacementCharacter, QChar(0xD800));
}

// From the extension's body of 4, 8 or 12 bytes; nothing for another size, or a time that a Timestamp cannot
// hold.
std::optional<Timestamp> timestampOf(QByteArrayView body)
{
    qint64 seconds = 0;
    quint32 nanoseconds = 0;
    if (body.size() == 4) {
        seconds = qFromBigEndian<quint32>(body.data());
    } else if (body.size() == 8) {
        const auto both = qFromBigEndian<quint64>(body.data());
        nanoseconds = static_cast<quint32>(both >> 34);
        seconds = static_cast<qint64>(both & ((1ULL << 34) - 1));
    } else if (body.size() == 12) {
        nanoseconds = qFromBigEndian<quint32>(body.data());
        seconds = qFromBigEndian<qint64>(body.data() + 4);
    } else {
        return std::nullopt;
    }
    constexpr qint64 most = std::numeric_limits<qint64>::max() / 1'000'000 - 1;
    if (nanoseconds > 999'999'999 || seconds > most || seconds < -most)
        return std::nullopt;
    return Timestamp(std::chrono::microseconds(seconds * 1'000'000 + nanoseconds / 1'000));
}

std::optional<QString> keyOf(const Value &value)
{
    if (const auto *text = value.get<QString>())
        return *text;
    if (const auto *number = value.get<qint64>())
        return QString::number(*number);
    return std::nullopt;
}

// Builds the tree of values that the parser walks through. Each function: false to stop, the bytes are no
// good.
class TreeBuilder : public msgpack::null_visitor
{
public:
    explicit TreeBuilder(qsizetype size)
        : m_elementsLeft(static_cast<std::size_t>(size))
    { }

    std::optional<Value> root;

    bool visit_nil() { return put(Value()); }
    bool visit_boolean(bool value) { return put(Value(value)); }
    bool visit_positive_integer(std::uint64_t value)
    {
        return std::in_range<qint64>(value) ? put(Value(static_cast<qint64>(value)))
                                            : put(Value(static_cast<double>(value)));
    }
    bool visit_negative_integer(std::int64_t value) { return put(Value(static_cast<qint64>(value))); }
    bool visit_float32(float value) { return put(Value(static_cast<double>(value))); }
    bool visit_float64(double value) { return put(Value(value)); }
    bool visit_str(const char *data, std::uint32_t size) { return put(Value(textOf({data, size}))); }
    bool visit_bin(const char *data, std::uint32_t size)
    {
        return put(Value(QByteArray(data, static_cast<qsizetype>(size))));
    }
    bool visit_ext(const char *data, std::uint32_t size) // with the byte of its type
    {
        const QByteArrayView body(data + 1, static_cast<qsizetype>(size) - 1);
        if (*data != timestampType)
            return put(Value(body.toByteArray()));
        const auto time = timestampOf(body);
        return time && put(Value(*time));
    }

    bool start_array(std::uint32_t size)
    {
        if (!open(size, false))
            return false;
        m_open.back().elements.reserve(size);
        return true;
    }
    bool end_array() { return put(Value(std::move(close().elements))); }

    bool start_map(std::uint32_t size)
    {
        if (!open(std::size_t{size} * 2, true))
            return false;
        m_open.back().members.reserve(size);
        return true;
    }
    bool start_map_key()
    {
        m_open.back().inKey = true;
        return true;
    }
    bool end_map_key()
    {
        m_open.back().inKey = false;
        return true;
    }
    bool end_map() { return put(Value(Value::Map{std::move(close().members)})); }

private:
    struct Open // an array or a map that is not complete
    {
        bool isMap = false;
        bool inKey = false;
        QString key = {};
        Value::Array elements = {};
        std::vector<Value::Member> members = {};
    };

    // Each element takes a byte at least: who claims more than there are is not to cost any memory.
    bool open(std::size_t elements, bool isMap)
    {
        if (m_open.size() == maximumDepth || elements > m_elementsLeft)
            return false;
        m_elementsLeft -= elements;
        m_open.push_back({.isMap = isMap});
        return true;
    }

    Open close()
    {
        Open closed = std::move(m_open.back());
        m_open.pop_back();
        return closed;
    }

    bool put(Value value)
    {
        if (m_open.empty()) {
            root = std::move(value);
            return true;
        }
        Open &parent = m_open.back();
        if (!parent.isMap) {
            parent.elements.push_back(std::move(value));
        } else if (!parent.inKey) {
            parent.members.push_back({std::move(parent.key), std::move(value)});
        } else {
            std::optional<QString> key = keyOf(value);
            if (!key)
                return false;
            parent.key = std::move(*key);
        }
        return true;
    }

    std::vector<Open> m_open;
    std::size_t m_elementsLeft;
};

} // namespace

std::optional<Value> readMessagePack(QByteArrayView bytes)
{
    TreeBuilder builder(bytes.size());
    std::size_t used = 0;
    try {
        if (!msgpack::parse(bytes.data(), static_cast<std::size_t>(bytes.size()), used, builder))
            return std::nullopt;
    } catch (const msgpack::unpack_error &) { // e.g. a size that does not fit
        return std::nullopt;
    }
    return std::move(builder.root);
}

} // namespace nextchat::signalr
