// SPDX-License-Identifier: MIT
#include "server/net/httpmessage.h"

#include <QDateTime>
#include <QLocale>

#include <boost/beast/http/status.hpp>

namespace nextchat::net {

namespace {

bool equalsIgnoringCase(QByteArrayView a, QByteArrayView b)
{
    return a.size() == b.size() && qstrnicmp(a.data(), a.size(), b.data(), b.size()) == 0;
}

// Calls `visit` with each part between separators until it returns true.
template <typename Visit> bool anyPart(QByteArrayView text, char separator, Visit visit)
{
    while (true) {
        const qsizetype end = text.indexOf(separator);
        if (visit(end < 0 ? text : text.first(end)))
            return true;
        if (end < 0)
            return false;
        text = text.sliced(end + 1);
    }
}

} // namespace

QByteArray HttpRequest::header(QByteArrayView name) const
{
    for (const auto &[key, value] : headers) {
        if (key == name)
            return value;
    }
    return {};
}

bool HttpRequest::headerHasToken(QByteArrayView name, QByteArrayView token) const
{
    return std::any_of(headers.begin(), headers.end(), [&](const auto &header) {
        return header.first == name && anyPart(header.second, ',', [token](QByteArrayView part) {
                   return equalsIgnoringCase(part.trimmed(), token);
               });
    });
}

std::optional<QByteArray> HttpRequest::parameter(QByteArrayView name) const
{
    std::optional<QByteArray> found;
    anyPart(query, '&', [&](QByteArrayView part) {
        const qsizetype equals = part.indexOf('=');
        const QByteArrayView key = equals < 0 ? part : part.first(equals);
        if (!equalsIgnoringCase(key, name))
            return false;
        found = equals < 0 ? QByteArray("")
                           : QByteArray::fromPercentEncoding(part.sliced(equals + 1).toByteArray());
        return true;
    });
    return found;
}

bool HttpRequest::isWebSocketUpgrade() const
{
    return headerHasToken("upgrade", "websocket") && headerHasToken("connection", "upgrade");
}

QByteArray HttpResponse::encoded(bool keepAlive, bool withBody, QByteArrayView date) const
{
    const auto reason = boost::beast::http::obsolete_reason(static_cast<boost::beast::http::status>(status));
    QByteArray bytes;
    bytes.reserve(256 + body.size());
    bytes += "HTTP/1.1 " + QByteArray::number(status) + ' ';
    bytes.append(reason.data(), static_cast<qsizetype>(reason.size()));
    bytes += "\r\n";
    if (!date.isEmpty())
        bytes += "Date: " + date + "\r\n";
    if (!contentType.isEmpty())
        bytes += "Content-Type: " + contentType + "\r\n";
    for (const auto &[name, value] : headers)
        bytes += name + ": " + value + "\r\n";
    const bool bodyless = status == 204 || status == 101;
    if (!bodyless)
        bytes += "Content-Length: " + QByteArray::number(body.size()) + "\r\n";
    if (!keepAlive || close)
        bytes += "Connection: close\r\n";
    bytes += "\r\n";
    if (withBody && !bodyless)
        bytes += body;
    return bytes;
}

QByteArray httpDate(std::chrono::system_clock::time_point time)
{
    const auto seconds = std::chrono::duration_cast<std::chrono::seconds>(time.time_since_epoch());
    const QDateTime utc = QDateTime::fromSecsSinceEpoch(seconds.count(), Qt::UTC);
    return QLocale::c().toString(utc, QStringLiteral("ddd, dd MMM yyyy HH:mm:ss 'GMT'")).toLatin1();
}

} // namespace nextchat::net
