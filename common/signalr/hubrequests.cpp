// SPDX-License-Identifier: MIT
#include "common/signalr/hubrequests.h"

#include "common/signalr/connecterror.h"

#include <algorithm>

namespace nextchat::signalr {

namespace {

// QNetworkAccessManager sends a request again by itself when its connection ends without an answer. What is
// in this one could be called twice then. (Of a QBuffer it would keep the bytes.)
class OnceReadable final : public QIODevice
{
public:
    explicit OnceReadable(QByteArray bytes)
        : m_bytes(std::move(bytes))
    {
        open(QIODevice::ReadOnly | QIODevice::Unbuffered);
    }

    [[nodiscard]] qint64 size() const override { return m_bytes.size(); }
    bool reset() override { return m_read == 0; }

protected:
    qint64 readData(char *data, qint64 maximum) override
    {
        const qint64 length = std::min<qint64>(maximum, m_bytes.size() - m_read);
        std::copy_n(m_bytes.constData() + m_read, length, data);
        m_read += length;
        return length;
    }
    qint64 writeData(const char *, qint64) override { return -1; }

private:
    const QByteArray m_bytes;
    qint64 m_read = 0;
};

QByteArray authorization(const QString &accessToken)
{
    return "Bearer " + accessToken.toUtf8();
}

} // namespace

HubRequests::HubRequests(const HubConnectionOptions &options, const HubAddress &address, HubNetwork network)
    : m_options(options)
    , m_address(address)
    , m_network(std::move(network))
{ }

QNetworkRequest HubRequests::request() const
{
    QNetworkRequest request(m_address.url);
    request.setAttribute(QNetworkRequest::Http2AllowedAttribute, false);
    request.setAttribute(QNetworkRequest::CacheLoadControlAttribute, QNetworkRequest::AlwaysNetwork);
    request.setAttribute(QNetworkRequest::CacheSaveControlAttribute, false);
    for (const auto &[name, value] : m_options.headers)
        request.setRawHeader(name, value);
    if (!m_address.accessToken.isEmpty())
        request.setRawHeader("Authorization", authorization(m_address.accessToken));
    return request;
}

QNetworkReply *HubRequests::get(const QByteArray &accept)
{
    QNetworkRequest get = request();
    get.setRawHeader("Accept", accept);
    get.setRawHeader("Accept-Encoding", "identity"); // what is packed comes late
    return m_network->get(get);
}

QNetworkReply *HubRequests::post(const QByteArray &body)
{
    QNetworkRequest post = request();
    post.setHeader(QNetworkRequest::ContentTypeHeader, QByteArrayLiteral("application/octet-stream"));
    auto *const device = new OnceReadable(body);
    QNetworkReply *const reply = m_network->post(post, device);
    device->setParent(reply);
    return reply;
}

QNetworkReply *HubRequests::remove()
{
    QNetworkRequest remove = request();
    remove.setTransferTimeout(static_cast<int>(m_options.closeTimeout.count()));
    return m_network->deleteResource(remove);
}

bool HubRequests::hasNewerToken(const QNetworkReply &refused)
{
    if (statusOf(refused) != 401 || m_address.accessToken.isEmpty() || !m_address.isOurToken)
        return false;
    const QByteArray used = refused.request().rawHeader("Authorization");
    if (authorization(m_address.accessToken) == used) // else another request was refused before
        m_address.accessToken = m_options.accessToken();
    return !m_address.accessToken.isEmpty() && authorization(m_address.accessToken) != used;
}

Error HubRequests::errorOf(const QNetworkReply &reply) const
{
    const int status = statusOf(reply);
    if (reply.error() == QNetworkReply::ContentReSendError)
        return connectionLost();
    if (status == 0 || status / 100 == 2)
        return connectError(m_address.url, reply.error(), reply.errorString());
    if (status == 404)
        return {Error::Code::Unavailable,
                u"The server at " % m_address.url.host() % u" does not have this connection (status 404)."};
    return statusError(m_address.url, status);
}

int HubRequests::statusOf(const QNetworkReply &reply)
{
    return reply.attribute(QNetworkRequest::HttpStatusCodeAttribute).toInt();
}

} // namespace nextchat::signalr
