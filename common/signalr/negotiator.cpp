// SPDX-License-Identifier: MIT
#include "common/signalr/negotiator.h"

#include "common/signalr/connecterror.h"

#include <QSslError>
#include <QUrlQuery>

namespace nextchat::signalr {

namespace {

constexpr int maximumRedirects = 100; // the JavaScript client's
constexpr qsizetype maximumBody = 64 * 1024;

QUrl withHttp(QUrl url)
{
    const QString scheme = url.scheme();
    const bool isSecure = scheme == u"https" || scheme == u"wss";
    url.setScheme(isSecure ? QStringLiteral("https") : QStringLiteral("http"));
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
    QUrl url = withHttp(hub);
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

} // namespace

HubNetwork makeHubNetwork(const HubCookies &cookies)
{
    HubNetwork network(new QNetworkAccessManager,
                       [](QNetworkAccessManager *manager) { manager->deleteLater(); });
    network->setCookieJar(cookies.get());
    cookies->setParent(nullptr); // it is not this manager's
    QObject::connect(network.get(), &QObject::destroyed, [cookies] {}); // but has to outlive it
    network->setRedirectPolicy(QNetworkRequest::SameOriginRedirectPolicy); // the token must not go elsewhere
    return network;
}

void giveUp(QNetworkReply *reply, const QObject *listener)
{
    reply->disconnect(listener);
    reply->deleteLater();
}

HubAddress directAddress(const QUrl &hub, const QString &accessToken)
{
    QUrl url = withHttp(hub);
    url.setFragment({});
    return {.url = url,
            .accessToken = accessToken,
            .connectionId = {},
            .offers = {{transportName(HubTransport::WebSockets),
                        {QStringLiteral("Text"), QStringLiteral("Binary")}}}};
}

Negotiator::Negotiator(const HubConnectionOptions &options, QString accessToken, HubNetwork network,
                       QObject *parent)
    : QObject(parent)
    , m_options(options)
    , m_hub(options.url)
    , m_accessToken(std::move(accessToken))
    , m_network(std::move(network))
{
    m_timeout.setSingleShot(true);
    connect(&m_timeout, &QTimer::timeout, this, [this] {
        finish(failure(Error::Code::TimedOut,
                       u"The server at " % m_hub.authority() % u" did not answer in time."));
    });
}

Negotiator::~Negotiator()
{
    if (m_reply)
        giveUp(m_reply, this);
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
        return finish(addressOf(*response));
    const QUrl next = m_hub.resolved(QUrl(response->url));
    if (!next.isValid() || !(next.scheme() == u"http" || next.scheme() == u"https"))
        return finish(failure(Error::Code::Protocol,
                              QStringLiteral("The server redirected to an address that is none.")));
    if (++m_redirects > maximumRedirects)
        return finish(failure(Error::Code::Protocol, QStringLiteral("The server redirected too often.")));
    m_hub = next;
    if (!response->accessToken.isEmpty()) {
        m_accessToken = response->accessToken;
        m_isOurToken = false;
    }
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

Expected<HubAddress> Negotiator::addressOf(const NegotiateResponse &response) const
{
    HubAddress address = directAddress(m_hub, m_accessToken);
    address.connectionId = response.connectionId;
    address.offers = response.availableTransports;
    address.isOurToken = m_isOurToken;
    address.mayResume = m_options.statefulReconnect && response.useStatefulReconnect;
    const bool hasToken = response.negotiateVersion > 0;
    address.url = withQueryItem(address.url, QStringLiteral("id"),
                                hasToken ? response.connectionToken : response.connectionId);
    return address;
}

void Negotiator::finish(const Expected<HubAddress> &address)
{
    m_timeout.stop();
    if (m_reply)
        m_reply->disconnect(this);
    Q_EMIT finished(address); // last: may delete this
}

} // namespace nextchat::signalr
