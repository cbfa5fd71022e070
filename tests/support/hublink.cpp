// SPDX-License-Identifier: MIT
#include "tests/support/hublink.h"

#include <QStringBuilder>

namespace nextchat::test {

namespace {

using Clock = std::chrono::steady_clock;

std::chrono::milliseconds left(Clock::time_point deadline)
{
    return std::max(std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now()),
                    std::chrono::milliseconds(0));
}

} // namespace

HubLink::HubLink(quint16 port, const QByteArray &user, LinkKind kind, bool shakeHands, int version,
                 bool asksToResume)
    : m_port(port)
    , m_user(user)
    , m_kind(kind)
    , m_version(version)
    , m_wire(std::make_unique<RawClient>(port))
    , m_poster(std::make_unique<RawClient>(port))
{
    const QByteArray resume = asksToResume ? "&useStatefulReconnect=true" : "";
    m_poster->send(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1" + resume, user));
    m_negotiated = m_poster->readAnswer(linkPatience).json();
    m_target = "/next-chat?id=" + m_negotiated.value(u"connectionToken").toString().toLatin1();
    open();
    if (m_open && shakeHands)
        m_open = sendBytes(handshake()) && handshakeAnswer() == "{}";
}

QByteArray HubLink::handshake() const
{
    const bool isJson = m_kind.encoding == WireEncoding::Json;
    return QByteArray(R"({"protocol":")") + (isJson ? "json" : "messagepack")
        + "\",\"version\":" + QByteArray::number(m_version) + "}\x1e";
}

QByteArray HubLink::head(const QByteArray &method) const
{
    return method + ' ' + m_target + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + m_user + "\r\n";
}

void HubLink::open()
{
    switch (m_kind.transport) {
    case LinkTransport::WebSockets:
        m_wire->send(upgradeRequest(m_target, m_user));
        m_open = m_wire->readAnswer(linkPatience).status == 101;
        break;
    case LinkTransport::ServerSentEvents:
        m_wire->send(head("GET") + "Accept: text/event-stream\r\n\r\n");
        m_open = m_wire->readAnswer(linkPatience, true).status == 200
            && m_wire->readUntil("\r\n", linkPatience) == ":\r\n";
        break;
    case LinkTransport::LongPolling:
        m_wire->send(head("GET") + "\r\n");
        m_open = m_wire->readAnswer(linkPatience).status == 200;
        break;
    }
}

bool HubLink::sendBytes(const QByteArray &bytes)
{
    if (m_kind.transport == LinkTransport::WebSockets) {
        const bool isJson = m_kind.encoding == WireEncoding::Json;
        return m_wire->send(
            WebSocketFrame{.opcode = isJson ? WebSocketFrame::Text : WebSocketFrame::Binary, .payload = bytes}
                .encode());
    }
    m_poster->send(head("POST") + "Content-Length: " + QByteArray::number(bytes.size()) + "\r\n\r\n" + bytes);
    return m_poster->readAnswer(linkPatience).status == 200;
}

bool HubLink::receiveFrame(std::chrono::milliseconds patience)
{
    const auto frame = m_wire->readFrame(patience);
    if (!frame) {
        m_ended = m_wire->waitForEnd(std::chrono::milliseconds(0));
        return false;
    }
    if (frame->opcode == WebSocketFrame::Close) {
        m_closeCode = frame->closeCode();
        m_wire->send(closeFrame(m_closeCode ? m_closeCode : 1000));
        m_ended = m_wire->waitForEnd(linkPatience);
        return false;
    }
    if (frame->opcode <= WebSocketFrame::Binary)
        m_received += frame->payload;
    return true;
}

bool HubLink::receiveEvent(std::chrono::milliseconds patience)
{
    const QByteArray event = m_wire->readUntil("\r\n\r\n", patience);
    if (event.isEmpty()) {
        m_ended = m_wire->waitForEnd(std::chrono::milliseconds(0));
        return false;
    }
    QByteArrayList lines;
    for (qsizetype at = 0; at < event.size() - 2;) {
        const qsizetype end = event.indexOf("\r\n", at);
        if (event.mid(at, 6) != "data: ")
            return false;
        lines.append(event.mid(at + 6, end - at - 6));
        at = end + 2;
    }
    m_received += lines.join('\n');
    return true;
}

bool HubLink::receivePoll(std::chrono::milliseconds patience)
{
    if (!std::exchange(m_polling, true))
        m_wire->send(head("GET") + "\r\n");
    const HttpAnswer answer = m_wire->readAnswer(patience);
    if (answer.status == 0)
        return false; // it goes on
    m_polling = false;
    m_ended = answer.status == 204 || answer.status == 404;
    m_received += answer.body;
    return answer.status == 200;
}

bool HubLink::receive(std::chrono::milliseconds patience)
{
    if (m_ended)
        return false;
    switch (m_kind.transport) {
    case LinkTransport::WebSockets:
        return receiveFrame(patience);
    case LinkTransport::ServerSentEvents:
        return receiveEvent(patience);
    case LinkTransport::LongPolling:
        return receivePoll(patience);
    }
    Q_UNREACHABLE();
}

QByteArray HubLink::handshakeAnswer()
{
    const auto deadline = Clock::now() + linkPatience;
    auto answer = takeRecord(WireEncoding::Json, m_received);
    while (!answer && receive(left(deadline)))
        answer = takeRecord(WireEncoding::Json, m_received);
    return answer.value_or(QByteArray());
}

QByteArray HubLink::nextBody(std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    for (;;) {
        auto body = takeRecord(m_kind.encoding, m_received);
        while (!body && receive(left(deadline)))
            body = takeRecord(m_kind.encoding, m_received);
        if (!body)
            return {};
        if (decoded(m_kind.encoding, *body).value(u"type").toInt() != 6)
            return *body;
        ++m_pings;
    }
}

QJsonObject HubLink::next(std::chrono::milliseconds patience)
{
    return decoded(m_kind.encoding, nextBody(patience));
}

QJsonObject HubLink::nextOfType(int type)
{
    QJsonObject message;
    do {
        message = next();
    } while (!message.isEmpty() && message.value(u"type").toInt() != type);
    return message;
}

QJsonObject HubLink::invoke(const QString &target, const QJsonArray &arguments)
{
    const QString id = u"i" % QString::number(++m_lastId);
    send({{QStringLiteral("type"), 1},
          {QStringLiteral("invocationId"), id},
          {QStringLiteral("target"), target},
          {QStringLiteral("arguments"), arguments}});
    QJsonObject completion;
    do {
        completion = nextOfType(3);
    } while (!completion.isEmpty() && completion.value(u"invocationId") != id);
    return completion;
}

bool HubLink::waitForEnd()
{
    while (receive(linkPatience)) { }
    return m_ended;
}

bool HubLink::reopen()
{
    const auto before = std::exchange(m_wire, std::make_unique<RawClient>(m_port)); // goes behind the new one
    m_received.clear();
    m_ended = false;
    open();
    return m_open;
}

void HubLink::drop()
{
    m_wire.reset();
    m_poster.reset();
    m_ended = true;
}

} // namespace nextchat::test
