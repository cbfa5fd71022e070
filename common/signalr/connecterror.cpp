// SPDX-License-Identifier: MIT
#include "common/signalr/connecterror.h"

namespace nextchat::signalr {

namespace {

QString placeOf(const QUrl &hub)
{
    return hub.toString(QUrl::RemoveQuery | QUrl::RemoveUserInfo
                        | QUrl::RemoveFragment); // a query may hold tokens
}

Error refused(const QUrl &hub)
{
    return {Error::Code::Unavailable,
            u"No server answers at " % hub.host() % u':'
                % QString::number(hub.port(hub.scheme() == u"https" || hub.scheme() == u"wss" ? 443 : 80))
                % u" (connection refused)."};
}

Error unknownHost(const QUrl &hub)
{
    return {Error::Code::Unavailable, u"There is no host '" % hub.host() % u"'."};
}

Error insecure(const QUrl &hub, const QString &detail)
{
    return {Error::Code::Unavailable, u"No secure connection to " % hub.host() % u": " % detail % u'.'};
}

Error other(const QUrl &hub, const QString &detail)
{
    return {Error::Code::Unavailable, u"No connection to " % placeOf(hub) % u": " % detail % u'.'};
}

} // namespace

Error connectError(const QUrl &hub, QNetworkReply::NetworkError error, const QString &detail)
{
    switch (error) {
    case QNetworkReply::ConnectionRefusedError:
        return refused(hub);
    case QNetworkReply::HostNotFoundError:
        return unknownHost(hub);
    case QNetworkReply::SslHandshakeFailedError:
        return insecure(hub, detail);
    case QNetworkReply::InsecureRedirectError:
    case QNetworkReply::ProtocolUnknownError:
    case QNetworkReply::ProtocolFailure:
        return notAnEndpoint(hub, detail);
    default:
        return other(hub, detail);
    }
}

Error connectError(const QUrl &hub, QAbstractSocket::SocketError error, const QString &detail)
{
    // QWebSocket reports an answer that is not 101 as a refused connection, with the status in its text.
    const qsizetype at = detail.indexOf(u"status code: ");
    if (at >= 0) {
        const int status = QStringView(detail).sliced(at + 13).left(3).toInt();
        if (status > 0)
            return statusError(hub, status);
    }
    switch (error) {
    case QAbstractSocket::ConnectionRefusedError:
        return refused(hub);
    case QAbstractSocket::HostNotFoundError:
        return unknownHost(hub);
    case QAbstractSocket::SslHandshakeFailedError:
    case QAbstractSocket::SslInternalError:
    case QAbstractSocket::SslInvalidUserDataError:
        return insecure(hub, detail);
    default:
        return other(hub, detail);
    }
}

Error connectionLost()
{
    return {Error::Code::Unavailable, QStringLiteral("The connection to the server was lost.")};
}

Error statusError(const QUrl &hub, int status)
{
    const QString number = QString::number(status);
    switch (status) {
    case 401:
        return {Error::Code::Unauthorized,
                u"Unauthorized: the server at " % hub.host()
                    % u" does not accept who you say you are (status 401)."};
    case 403:
        return {Error::Code::Unauthorized,
                u"Forbidden: the server at " % hub.host() % u" does not let you in (status 403)."};
    case 429:
        return {Error::Code::Unavailable,
                u"The server at " % hub.host() % u" has too many connections of yours (status 429)."};
    default:
        if (status >= 500)
            return {Error::Code::Unavailable,
                    u"The server at " % hub.host() % u" is not available (status " % number % u")."};
        return notAnEndpoint(hub, u"it answered with status " % number);
    }
}

Error notAnEndpoint(const QUrl &hub, const QString &why)
{
    return {Error::Code::Protocol,
            placeOf(hub) % u" is not a SignalR endpoint: " % why % (why.endsWith(u'.') ? u"" : u".")};
}

} // namespace nextchat::signalr
