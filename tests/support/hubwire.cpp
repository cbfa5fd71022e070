// SPDX-License-Identifier: MIT
#include "tests/support/hubwire.h"

#include "tests/support/messagepackwire.h"

#include <QJsonArray>
#include <QJsonDocument>

namespace nextchat::test {

namespace {

constexpr char separator = 0x1e;

QJsonArray asArray(const QJsonObject &message)
{
    const auto text = [&message](QStringView name) { return message.value(name).toString(); };
    const QJsonValue id = message.contains(u"invocationId") ? text(u"invocationId") : QJsonValue();
    const QJsonObject headers = message.value(u"headers").toObject();
    const int type = message.value(u"type").toInt();
    switch (type) {
    case 1:
    case 4:
        return {type,
                headers,
                id,
                message.value(u"target"),
                message.value(u"arguments"),
                message.value(u"streamIds").toArray()};
    case 2:
        return {type, headers, id, message.value(u"item")};
    case 3:
        if (message.contains(u"error"))
            return {type, headers, id, 1, message.value(u"error")};
        if (message.contains(u"result"))
            return {type, headers, id, 3, message.value(u"result")};
        return {type, headers, id, 2};
    case 5:
        return {type, headers, id};
    case 7:
        return {type, message.contains(u"error") ? message.value(u"error") : QJsonValue(),
                message.value(u"allowReconnect").toBool()};
    case 8:
    case 9:
        return {type, message.value(u"sequenceId")};
    default:
        return {type};
    }
}

// As the server would have written it to JSON: what is empty is left out.
QJsonObject asObject(const QJsonArray &array)
{
    const int type = array.at(0).toInt();
    QJsonObject message{{QStringLiteral("type"), type}};
    const auto add = [&message](const QString &name, const QJsonValue &value) {
        message.insert(name, value);
    };
    if (type >= 1 && type <= 5 && !array.at(2).isNull())
        add(QStringLiteral("invocationId"), array.at(2));
    if (type == 1 || type == 4) {
        add(QStringLiteral("target"), array.at(3));
        add(QStringLiteral("arguments"), array.at(4));
        if (!array.at(5).toArray().isEmpty())
            add(QStringLiteral("streamIds"), array.at(5));
    } else if (type == 2) {
        add(QStringLiteral("item"), array.at(3));
    } else if (type == 3 && array.at(3).toInt() != 2) {
        add(array.at(3).toInt() == 1 ? QStringLiteral("error") : QStringLiteral("result"), array.at(4));
    } else if (type == 7) {
        if (!array.at(1).isNull())
            add(QStringLiteral("error"), array.at(1));
        if (array.at(2).toBool())
            add(QStringLiteral("allowReconnect"), true);
    } else if (type == 8 || type == 9) {
        add(QStringLiteral("sequenceId"), array.at(1));
    }
    return message;
}

} // namespace

QByteArray framed(WireEncoding encoding, const QByteArray &body)
{
    if (encoding == WireEncoding::Json)
        return body + separator;
    QByteArray length;
    for (auto rest = static_cast<quint64>(body.size());; rest >>= 7) {
        length += static_cast<char>((rest & 0x7f) | (rest > 0x7f ? 0x80 : 0));
        if (rest <= 0x7f)
            break;
    }
    return length + body;
}

QByteArray encoded(WireEncoding encoding, const QJsonObject &message)
{
    return framed(encoding,
                  encoding == WireEncoding::Json ? QJsonDocument(message).toJson(QJsonDocument::Compact)
                                                 : toMessagePack(asArray(message)));
}

std::optional<QByteArray> takeRecord(WireEncoding encoding, QByteArray &bytes)
{
    qsizetype begin = 0;
    qsizetype size = 0;
    qsizetype end = 0;
    if (encoding == WireEncoding::Json) {
        size = bytes.indexOf(separator);
        end = size + 1;
        if (size < 0)
            return std::nullopt;
    } else {
        bool isLast = false;
        for (; begin < bytes.size() && !isLast; ++begin) {
            const int byte = static_cast<quint8>(bytes[begin]);
            size |= qsizetype(byte & 0x7f) << (7 * begin);
            isLast = byte < 0x80;
        }
        end = begin + size;
        if (!isLast || bytes.size() < end)
            return std::nullopt;
    }
    const QByteArray body = bytes.mid(begin, size);
    bytes.remove(0, end);
    return body;
}

QJsonObject decoded(WireEncoding encoding, const QByteArray &body)
{
    if (encoding == WireEncoding::Json)
        return QJsonDocument::fromJson(body).object();
    QByteArrayView rest(body);
    const auto value = takeMessagePack(rest);
    return value && rest.isEmpty() ? asObject(value->toArray()) : QJsonObject();
}

} // namespace nextchat::test
