// SPDX-License-Identifier: MIT
#include "common/signalr/clientwebsocket.h"

#include "common/signalr/connecterror.h"

#include <QNetworkCookie>
#include <QNetworkCookieJar>

namespace nextchat::signalr {

namespace {

// The upgrade carries the cookies that came with negotiate, as any other request does: a load balancer may
// know by them which server is meant.
QByteArray cookiesFor(const QUrl &url, const HubNetwork &network)
{
    QByteArrayList pairs;
    const QList<QNetworkCookie> cookies = network->cookieJar()->cookiesForUrl(url);
    for (const QNetworkCookie &cookie : cookies)
        pairs.append(cookie.toRawForm(QNetworkCookie::NameAndValueOnly));
    return pairs.join("; ");
}

QNetworkRequest upgradeRequest(const HubConnectionOptions &options, const HubAddress &address,
                               const HubNetwork &network)
{
    QUrl url = address.url;
    url.setScheme(url.scheme() == u"https" ? QStringLiteral("wss") : QStringLiteral("ws"));
    QNetworkRequest request(url);
    if (const QByteArray cookies = cookiesFor(address.url, network); !cookies.isEmpty())
        request.setRawHeader("Cookie", cookies);
    for (const auto &[name, value] : options.headers)
        request.setRawHeader(name, value);
    if (!address.accessToken.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + address.accessToken.toUtf8());
    return request;
}

} // namespace

ClientWebSocket::ClientWebSocket(const HubConnectionOptions &options, const HubAddress &address,
                                 const HubNetwork &network)
    : m_request(upgradeRequest(options, address, network))
{
    m_socket.setMaxAllowedIncomingFrameSize(static_cast<quint64>(options.maximumMessageSize));
    m_socket.setMaxAllowedIncomingMessageSize(static_cast<quint64>(options.maximumMessageSize));
    connectSignals();
}

void ClientWebSocket::connectSignals()
{
    connect(&m_socket, &QWebSocket::connected, this, [this] {
        m_isOpen = true;
        Q_EMIT opened();
    });
    connect(&m_socket, &QWebSocket::disconnected, this, &ClientWebSocket::disconnected);
#if QT_VERSION >= QT_VERSION_CHECK(6, 5, 0)
    connect(&m_socket, &QWebSocket::errorOccurred, this, &ClientWebSocket::failed);
#else
    connect(&m_socket, qOverload<QAbstractSocket::SocketError>(&QWebSocket::error), this,
            &ClientWebSocket::failed);
#endif
    connect(&m_socket, &QWebSocket::sslErrors, this, [this](const QList<QSslError> &errors) {
        if (!errors.isEmpty())
            m_tlsError = errors.front().errorString();
    });
    connect(&m_socket, &QWebSocket::textMessageReceived, this,
            [this](const QString &text) { Q_EMIT received(text.toUtf8()); });
    connect(&m_socket, &QWebSocket::binaryMessageReceived, this, &ClientTransport::received);
    connect(&m_socket, &QWebSocket::pong, this, &ClientTransport::heard);
}

void ClientWebSocket::open()
{
    m_socket.open(m_request);
}

void ClientWebSocket::send(const QByteArray &bytes, Format format)
{
    if (format == Format::Binary)
        m_socket.sendBinaryMessage(bytes);
    else
        m_socket.sendTextMessage(QString::fromUtf8(bytes));
}

qsizetype ClientWebSocket::bytesToWrite() const
{
    return m_socket.bytesToWrite();
}

void ClientWebSocket::failed()
{
    if (!m_isOpen) // later, disconnected() follows
        end(connectError(m_request.url(), m_socket.error(),
                         m_tlsError.isEmpty() ? m_socket.errorString() : m_tlsError));
}

void ClientWebSocket::disconnected()
{
    if (m_isOpen)
        end(connectionLost());
    else // error() says why, before or after this
        QMetaObject::invokeMethod(this, &ClientWebSocket::failed, Qt::QueuedConnection);
}

void ClientWebSocket::end(const Error &error)
{
    if (!std::exchange(m_hasEnded, true))
        Q_EMIT ended(error);
}

void ClientWebSocket::release()
{
    m_socket.disconnect(this);
    if (m_socket.state() == QAbstractSocket::ConnectedState)
        m_socket.close();
    else
        m_socket.abort(); // close() would write to a socket that may be gone
    deleteLater();
}

} // namespace nextchat::signalr
