// SPDX-License-Identifier: MIT
#include "tests/support/messagepackwire.h"

#include <QJsonArray>
#include <QJsonObject>
#include <QtEndian>

#include <bit>

namespace nextchat::test {

namespace {

template <typename Number> QByteArray tagged(int tag, Number number)
{
    const Number big = qToBigEndian(number);
    return char(tag) + QByteArray(reinterpret_cast<const char *>(&big), sizeof big);
}

QByteArray integer(qint64 value)
{
    if (value >= -32 && value < 128)
        return QByteArray(1, static_cast<char>(value));
    if (value < 0) {
        return value >= INT8_MIN ? tagged(0xd0, static_cast<qint8>(value))
            : value >= INT16_MIN ? tagged(0xd1, static_cast<qint16>(value))
            : value >= INT32_MIN ? tagged(0xd2, static_cast<qint32>(value))
                                 : tagged(0xd3, value);
    }
    return value <= UINT8_MAX ? tagged(0xcc, static_cast<quint8>(value))
        : value <= UINT16_MAX ? tagged(0xcd, static_cast<quint16>(value))
        : value <= UINT32_MAX ? tagged(0xce, static_cast<quint32>(value))
                              : tagged(0xcf, value);
}

// The head of what has `size` parts: within one byte up to `small`, else behind the tags for 16 and 32 bits.
QByteArray head(qsizetype size, int fix, qsizetype small, int tag)
{
    if (size <= small)
        return QByteArray(1, static_cast<char>(fix | static_cast<int>(size)));
    return size <= UINT16_MAX ? tagged(tag, static_cast<quint16>(size))
                              : tagged(tag + 1, static_cast<quint32>(size));
}

QByteArray text(const QString &string)
{
    const QByteArray utf8 = string.toUtf8();
    if (utf8.size() > 31 && utf8.size() <= UINT8_MAX)
        return tagged(0xd9, static_cast<quint8>(utf8.size())) + utf8;
    return head(utf8.size(), 0xa0, 31, 0xda) + utf8;
}

template <typename Number> std::optional<Number> takeNumber(QByteArrayView &bytes)
{
    if (bytes.size() < qsizetype(sizeof(Number)))
        return std::nullopt;
    const auto number = qFromBigEndian<Number>(bytes.data());
    bytes = bytes.sliced(sizeof(Number));
    return number;
}

template <typename Number> std::optional<QJsonValue> takeInteger(QByteArrayView &bytes)
{
    const auto number = takeNumber<Number>(bytes);
    return number ? std::optional(QJsonValue(static_cast<qint64>(*number))) : std::nullopt;
}

std::optional<QJsonValue> takeText(QByteArrayView &bytes, std::optional<quint32> size)
{
    if (!size || bytes.size() < *size)
        return std::nullopt;
    const QJsonValue string = QString::fromUtf8(bytes.first(*size));
    bytes = bytes.sliced(*size);
    return string;
}

std::optional<QJsonValue> takeArray(QByteArrayView &bytes, std::optional<quint32> size)
{
    QJsonArray array;
    for (quint32 i = 0; size && i < *size; ++i) {
        const auto element = takeMessagePack(bytes);
        if (!element)
            return std::nullopt;
        array.append(*element);
    }
    return size ? std::optional(QJsonValue(array)) : std::nullopt;
}

std::optional<QJsonValue> takeMap(QByteArrayView &bytes, std::optional<quint32> size)
{
    QJsonObject object;
    for (quint32 i = 0; size && i < *size; ++i) {
        const auto key = takeMessagePack(bytes);
        const auto value = key ? takeMessagePack(bytes) : std::nullopt;
        if (!value || !key->isString())
            return std::nullopt;
        object.insert(key->toString(), *value);
    }
    return size ? std::optional(QJsonValue(object)) : std::nullopt;
}

std::optional<QJsonValue> takeTagged(int tag, QByteArrayView &bytes)
{
    switch (tag) {
    case 0xc0:
        return QJsonValue(QJsonValue::Null);
    case 0xc2:
    case 0xc3:
        return QJsonValue(tag == 0xc3);
    case 0xcb:
        if (const auto bits = takeNumber<quint64>(bytes))
            return QJsonValue(std::bit_cast<double>(*bits));
        return std::nullopt;
    case 0xcc:
        return takeInteger<quint8>(bytes);
    case 0xcd:
        return takeInteger<quint16>(bytes);
    case 0xce:
        return takeInteger<quint32>(bytes);
    case 0xcf:
        return takeInteger<quint64>(bytes);
    case 0xd0:
        return takeInteger<qint8>(bytes);
    case 0xd1:
        return takeInteger<qint16>(bytes);
    case 0xd2:
        return takeInteger<qint32>(bytes);
    case 0xd3:
        return takeInteger<qint64>(bytes);
    case 0xd9:
        return takeText(bytes, takeNumber<quint8>(bytes));
    case 0xda:
        return takeText(bytes, takeNumber<quint16>(bytes));
    case 0xdb:
        return takeText(bytes, takeNumber<quint32>(bytes));
    case 0xdc:
        return takeArray(bytes, takeNumber<quint16>(bytes));
    case 0xdd:
        return takeArray(bytes, takeNumber<quint32>(bytes));
    case 0xde:
        return takeMap(bytes, takeNumber<quint16>(bytes));
    case 0xdf:
        return takeMap(bytes, takeNumber<quint32>(bytes));
    default:
        return std::nullopt;
    }
}

} // namespace

QByteArray toMessagePack(const QJsonValue &value)
{
    QByteArray bytes;
    switch (value.type()) {
    case QJsonValue::Bool:
        return QByteArray(1, static_cast<char>(value.toBool() ? 0xc3 : 0xc2));
    case QJsonValue::Double:
        if (value.toVariant().typeId() == QMetaType::LongLong)
            return integer(value.toInteger());
        return tagged(0xcb, std::bit_cast<quint64>(value.toDouble()));
    case QJsonValue::String:
        return text(value.toString());
    case QJsonValue::Array: {
        const QJsonArray array = value.toArray();
        bytes = head(array.size(), 0x90, 15, 0xdc);
        for (const auto &element : array)
            bytes += toMessagePack(element);
        return bytes;
    }
    case QJsonValue::Object: {
        const QJsonObject object = value.toObject();
        bytes = head(object.size(), 0x80, 15, 0xde);
        for (auto member = object.begin(); member != object.end(); ++member)
            bytes += text(member.key()) + toMessagePack(member.value());
        return bytes;
    }
    default:
        return QByteArray(1, static_cast<char>(0xc0));
    }
}

std::optional<QJsonValue> takeMessagePack(QByteArrayView &bytes)
{
    const auto first = takeNumber<quint8>(bytes);
    if (!first)
        return std::nullopt;
    const int tag = *first;
    if (tag < 0x80 || tag >= 0xe0)
        return QJsonValue(static_cast<qint64>(static_cast<qint8>(tag)));
    if (tag < 0x90)
        return takeMap(bytes, tag & 0x0f);
    if (tag < 0xa0)
        return takeArray(bytes, tag & 0x0f);
    if (tag < 0xc0)
        return takeText(bytes, tag & 0x1f);
    return takeTagged(tag, bytes);
}

} // namespace nextchat::test
