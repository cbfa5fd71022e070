// SPDX-License-Identifier: MIT
#include "common/signalr/handshake.h"

#include <QJsonDocument>
#include <QJsonObject>

namespace nextchat::signalr {

namespace {

constexpr char recordSeparator = 0x1E;

QByteArray record(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact) + recordSeparator;
}

// The first record's bytes without their separator; null while it is not complete.
Expected<QByteArrayView> firstRecord(QByteArrayView buffer)
{
    const qsizetype end =
        buffer.first(std::min(buffer.size(), maximumHandshakeSize)).indexOf(recordSeparator);
    if (end >= 0)
        return buffer.first(end);
    if (buffer.size() >= maximumHandshakeSize)
        return failure(Error::Code::LimitReached, handshakeCanceledText());
    return QByteArrayView();
}

tl::unexpected<Error> malformed(const QString &reason, QByteArrayView record)
{
    return failure(Error::Code::Protocol,
                   reason % u" Message content: "
                       % QString::fromUtf8(record.first(std::min<qsizetype>(record.size(), 256))));
}

Expected<QJsonObject> objectOf(QByteArrayView record)
{
    const QJsonDocument document = QJsonDocument::fromJson(record.toByteArray());
    if (document.isNull())
        return failure(Error::Code::Protocol, QStringLiteral("Error reading JSON."));
    if (!document.isObject())
        return failure(Error::Code::Protocol,
                       QStringLiteral("Unexpected JSON Token Type 'Array'. Expected a JSON Object."));
    return document.object();
}

} // namespace

QByteArray write(const HandshakeRequest &request)
{
    return record(
        {{QStringLiteral("protocol"), request.protocol}, {QStringLiteral("version"), request.version}});
}

QByteArray write(const HandshakeResponse &response)
{
    QJsonObject object;
    if (!response.error.isNull())
        object.insert(QStringLiteral("error"), response.error);
    return record(object);
}

Expected<HandshakeRead<HandshakeRequest>> readHandshakeRequest(QByteArrayView buffer)
{
    const Expected<QByteArrayView> text = firstRecord(buffer);
    if (!text)
        return tl::unexpected(text.error());
    if (text->isNull())
        return HandshakeRead<HandshakeRequest>{};
    const Expected<QJsonObject> object = objectOf(*text);
    if (!object)
        return tl::unexpected(object.error());
    const QJsonValue protocol = object->value(u"protocol");
    const QJsonValue version = object->value(u"version");
    if (protocol.isUndefined())
        return malformed(QStringLiteral("Missing required property 'protocol'."), *text);
    if (!protocol.isString())
        return malformed(QStringLiteral("Expected 'protocol' to be of type String."), *text);
    if (version.isUndefined())
        return malformed(QStringLiteral("Missing required property 'version'."), *text);
    const qint64 number = version.toInteger(std::numeric_limits<qint64>::max());
    if (!version.isDouble() || !std::in_range<int>(number))
        return malformed(QStringLiteral("Expected 'version' to be of type Number."), *text);
    return HandshakeRead<HandshakeRequest>{
        text->size() + 1,
        HandshakeRequest{protocol.toString(), static_cast<int>(number)},
    };
}

Expected<HandshakeRead<HandshakeResponse>> readHandshakeResponse(QByteArrayView buffer)
{
    const Expected<QByteArrayView> text = firstRecord(buffer);
    if (!text)
        return failure(Error::Code::Protocol, QStringLiteral("The server's handshake response is too long."));
    if (text->isNull())
        return HandshakeRead<HandshakeResponse>{};
    const Expected<QJsonObject> object = objectOf(*text);
    if (!object)
        return tl::unexpected(object.error());
    if (object->contains(u"type"))
        return failure(Error::Code::Protocol,
                       QStringLiteral("Expected a handshake response from the server."));
    const QJsonValue error = object->value(u"error");
    QString refusal;
    if (!error.isUndefined() && !error.isNull())
        refusal = error.isString() && !error.toString().isEmpty()
            ? error.toString()
            : QStringLiteral("The server refused the handshake without a reason.");
    return HandshakeRead<HandshakeResponse>{text->size() + 1, HandshakeResponse{refusal}};
}

Expected<const HubProtocol *> chooseProtocol(const HandshakeRequest &request, bool binaryTransport)
{
    const HubProtocol *protocol = HubProtocol::byName(request.protocol.toUtf8());
    if (!protocol)
        return failure(Error::Code::InvalidArgument,
                       u"The protocol '" % request.protocol % u"' is not supported.");
    if (request.version > maximumProtocolVersion)
        return failure(Error::Code::InvalidArgument,
                       u"The server does not support version " % QString::number(request.version)
                           % u" of the '" % request.protocol % u"' protocol.");
    if (protocol->isBinary() && !binaryTransport)
        return failure(
            Error::Code::InvalidArgument,
            u"Cannot use the '" % request.protocol
                % u"' protocol on the current transport. The transport does not support 'Binary' transfer "
                  u"format.");
    return protocol;
}

QString handshakeErrorText(const Error &error, bool detailed)
{
    if (error.code != Error::Code::Protocol)
        return error.message;
    const QString text = QStringLiteral("An unexpected error occurred during connection handshake.");
    return detailed ? QString(text % u" InvalidDataException: " % error.message) : text;
}

QString handshakeCanceledText()
{
    return QStringLiteral("Handshake was canceled.");
}

} // namespace nextchat::signalr
