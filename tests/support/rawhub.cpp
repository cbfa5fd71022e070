// SPDX-License-Identifier: MIT
#include "tests/support/rawhub.h"

#include <QJsonDocument>

namespace nextchat::test {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left(Clock::time_point deadline)
{
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()),
                    std::chrono::milliseconds(0));
}

QJsonObject parsed(const QByteArray &record)
{
    return QJsonDocument::fromJson(record).object();
}

} // namespace

RawHub::RawHub(quint16 port, const QByteArray &user, bool shakeHands, const QByteArray &query)
    : m_wire(port)
{
    m_wire.send(upgradeRequest("/next-chat" + query, user));
    m_open = m_wire.readAnswer().status == 101;
    if (!m_open || !shakeHands)
        return;
    sendRecord(QByteArray(R"({"protocol":"json","version":1})"));
    m_handshakeAnswer = takeRecord(usualPatience);
    m_open = m_handshakeAnswer == "{}";
}

bool RawHub::sendRecord(const QByteArray &json)
{
    return sendText(json + recordSeparator);
}

bool RawHub::sendRecord(const QJsonObject &object)
{
    return sendRecord(QJsonDocument(object).toJson(QJsonDocument::Compact));
}

bool RawHub::sendText(const QByteArray &payload)
{
    return m_wire.send(textFrame(payload));
}

bool RawHub::readRecords(std::chrono::milliseconds patience)
{
    const auto frame = m_wire.readFrame(patience);
    if (!frame)
        return false;
    switch (frame->opcode) {
    case WebSocketFrame::Close:
        m_closeCode = frame->closeCode();
        m_open = false;
        m_wire.send(closeFrame(m_closeCode ? m_closeCode : 1000));
        return false;
    case WebSocketFrame::Ping:
        m_wire.send(WebSocketFrame{.opcode = WebSocketFrame::Pong, .payload = frame->payload}.encode());
        return true;
    case WebSocketFrame::Pong:
        return true;
    default:
        m_partial += frame->payload;
    }
    for (qsizetype at = m_partial.indexOf(recordSeparator); at >= 0;
         at = m_partial.indexOf(recordSeparator)) {
        m_records.append(m_partial.left(at));
        m_partial.remove(0, at + 1);
    }
    return true;
}

QByteArray RawHub::takeRecord(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (m_records.isEmpty() && readRecords(left(deadline))) { }
    return m_records.isEmpty() ? QByteArray() : m_records.takeFirst();
}

QByteArray RawHub::nextRecord(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    for (;;) {
        const QByteArray record = takeRecord(left(deadline));
        const int type = parsed(record).value(u"type").toInt();
        if (type == 7)
            m_closeRecord = parsed(record);
        if (type != 6)
            return record;
    }
}

QJsonObject RawHub::next(std::chrono::milliseconds patience)
{
    return parsed(nextRecord(patience));
}

QJsonObject RawHub::nextWith(const QString &field, const QJsonValue &value,
                             std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    QJsonObject object;
    do {
        object = next(left(deadline));
    } while (!object.isEmpty() && object.value(field) != value);
    return object;
}

QJsonObject RawHub::invoke(const QString &target, const QJsonArray &arguments)
{
    const QString id = u"i" % QString::number(++m_lastId);
    sendRecord(QJsonObject{{QStringLiteral("type"), 1},
                           {QStringLiteral("invocationId"), id},
                           {QStringLiteral("target"), target},
                           {QStringLiteral("arguments"), arguments}});
    const auto deadline = Clock::now() + usualPatience;
    QList<QByteArray> others;
    QJsonObject completion;
    for (;;) {
        const QByteArray record = nextRecord(left(deadline));
        const QJsonObject object = parsed(record);
        if (record.isEmpty() || (object.value(u"type") == 3 && object.value(u"invocationId") == id)) {
            completion = object;
            break;
        }
        others.append(record);
    }
    m_records = others + m_records;
    return completion;
}

QString RawHub::errorOf(const QString &target, const QJsonArray &arguments)
{
    const QJsonObject completion = invoke(target, arguments);
    return completion.isEmpty() ? QStringLiteral("(no completion)") : completion.value(u"error").toString();
}

bool RawHub::waitForClose(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    while (!nextRecord(left(deadline)).isEmpty()) { }
    return m_wire.waitForEnd(left(deadline));
}

} // namespace nextchat::test
