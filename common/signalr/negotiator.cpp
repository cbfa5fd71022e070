// SPDX-License-Identifier: MIT
#include "common/signalr/negotiator.h"

#include "common/signalr/connecterror.h"
#include "common/signalr/hubprotocol.h"

#include <QSslError>
#include <QUrlQuery>

namespace nextchat::signalr {

namespace {

constexpr int maximumRedirects = 100; // the JavaScript client's
constexpr qsizetype maximumBody = 64 * 1024;

QUrl withScheme(QUrl url, QLatin1StringView plain, QLatin1StringView secure)
{
    const QString scheme = url.scheme();
    const bool isSecure = scheme == u"https" || scheme == u"wss";
    url.setScheme(isSecure ? secure : plain);
    return url;
}

QUrl withQueryItem(QUrl url, const QString &key, const QString &value)
{
    QUrlQuery query(url);
    query.addQueryItem(key, QString::fromLatin1(QUrl::toPercentEncoding(value)));
    url.setQuery(query);
    return url;
}

QUrl negotiateUrl(const QUrl &hub, bool statefulReconnect)
{
    QUrl url = withScheme(hub, QLatin1StringView("http"), QLatin1StringView("https"));
    QString path = url.path();
    while (path.endsWith(u'/'))
        path.chop(1);
    url.setPath(path + u"/negotiate");
    url.setFragment({});
    url = withQueryItem(url, QStringLiteral("negotiateVersion"), QStringLiteral("1"));
    return statefulReconnect
        ? withQueryItem(url, QStringLiteral("useStatefulReconnect"), QStringLiteral("true"))
        : url;
}

bool offersWebSockets(const NegotiateResponse &response, const QString &format)
{
    return std::any_of(response.availableTransports.begin(), response.availableTransports.end(),
                       [&format](const NegotiateResponse::Transport &offer) {
                           return offer.transport == u"WebSockets" && offer.transferFormats.contains(format);
                       });
}

} // namespace

HubEndpoint directEndpoint(const QUrl &hub, const QString &accessToken)
{
    QUrl url = withScheme(hub, QLatin1StringView("ws"), QLatin1StringView("wss"));
    url.setFragment({});
    return {.url = url, .accessToken = accessToken, .connectionId = {}};
}

Negotiator::Negotiator(const HubConnectionOptions &options, QString accessToken, QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_hub(options.url)
    , m_accessToken(std::move(accessToken))
    , m_network(new QNetworkAccessManager)
{
    m_network->setRedirectPolicy(
        QNetworkRequest::SameOriginRedirectPolicy); // the token must not go elsewhere
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, [this] {
        finish(failure(Error::Code::TimedOut,
                       u"The server at " % m_hub.authority() % u" did not answer in time."));
    });
}

Negotiator::~Negotiator()
{
    if (m_reply)
        m_reply->disconnect(this);
    m_network->deleteLater(); // and its replies
}

void Negotiator::start()
{
    m_timeout.start(m_options.handshakeTimeout);
    request();
}

void Negotiator::request()
{
    QNetworkRequest request(negotiateUrl(m_hub, m_options.statefulReconnect));
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CookieLoadControlAttribute, QNetworkRequest::Manual);
    request.setAttribute(QNetworkRequest::CookieSaveControlAttribute, QNetworkRequest::Manual);
    request.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("text/plain;charset=UTF-8"));
    for (const auto &[name, value] : m_options.headers)
        request.setRawHeader(name, value);
    if (!m_accessToken.isEmpty())
        request.setRawHeader("Authorization", "Bearer " + m_accessToken.toUtf8());
    m_reply = m_network->post(request, QByteArray());
    m_reply->setReadBufferSize(2 * maximumBody);
    connect(m_reply, &QNetworkReply::sslErrors, this, [this](const QList<QSslError> &errors) {
        if (!errors.isEmpty())
            m_tlsError = errors.front().errorString();
    });
    connect(m_reply, &QNetworkReply::readyRead, this, [this] {
        if (m_reply->bytesAvailable() > maximumBody)
            finish(tl::unexpected(notAnEndpoint(m_hub, QStringLiteral("its answer is too long"))));
    });
    connect(m_reply, &QNetworkReply::finished, this, &Negotiator::answered);
}

void Negotiator::answered()
{
    QNetworkReply *reply = std::exchange(m_reply, nullptr);
    reply->deleteLater();
    const Expected<NegotiateResponse> response = responseOf(*reply);
    if (!response)
        return finish(tl::unexpected(response.error()));
    if (response->url.isEmpty())
        return finish(endpointOf(*response));
    const QUrl next = m_hub.resolved(QUrl(response->url));
    if (!next.isValid() || !(next.scheme() == u"http" || next.scheme() == u"https"))
        return finish(failure(Error::Code::Protocol,
                              QStringLiteral("The server redirected to an address that is none.")));
    if (++m_redirects > maximumRedirects)
        return finish(failure(Error::Code::Protocol, QStringLiteral("The server redirected too often.")));
    m_hub = next;
    if (!response->accessToken.isEmpty())
        m_accessToken = response->accessToken;
    request();
}

Expected<NegotiateResponse> Negotiator::responseOf(QNetworkReply &reply) const
{
    const int status = reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
    if (status == 0)
        return tl::unexpected(
            connectError(m_hub, reply.error(), m_tlsError.isEmpty() ? reply.errorString() : m_tlsError));
    if (status != 200)
        return tl::unexpected(statusError(m_hub, status));
    const Expected<NegotiateResponse> response = readNegotiateResponse(reply.read(maximumBody));
    if (!response)
        return tl::unexpected(notAnEndpoint(m_hub, response.error().message));
    if (!response->error.isNull())
        return failure(Error::Code::Protocol, u"The server refused to negotiate: " % response->error);
    return response;
}

Expected<HubEndpoint> Negotiator::endpointOf(const NegotiateResponse &response) const
{
    const HubProtocol *protocol = HubProtocol::byName(m_options.protocol);
    const bool isBinary = protocol && protocol->isBinary();
    if (!offersWebSockets(response, isBinary ? QStringLiteral("Binary") : QStringLiteral("Text")))
        return failure(Error::Code::Protocol, QStringLiteral("The server offers no WebSockets."));
    HubEndpoint endpoint = directEndpoint(m_hub, m_accessToken);
    endpoint.connectionId = response.connectionId;
    endpoint.mayResume = m_options.statefulReconnect && response.useStatefulReconnect;
    const bool hasToken = response.negotiateVersion > 0;
    endpoint.url = withQueryItem(endpoint.url, QStringLiteral("id"),
                                 hasToken ? response.connectionToken : response.connectionId);
    return endpoint;
}

void Negotiator::finish(const Expected<HubEndpoint> &endpoint)
{
    m_timeout.stop();
    if (m_reply)
        m_reply->disconnect(this);
    Q_EMIT finished(endpoint); // last: may delete this
}

} // namespace nextchat::signalr
