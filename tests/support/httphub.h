// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/rawclient.h"

#include <QJsonObject>

namespace nextchat::test {

// A negotiated SignalR connection over plain HTTP requests, JSON protocol: polls and posts, one at a time
// each.
class HttpHub
{
public:
    HttpHub(quint16 port, const QByteArray &user, QByteArray headers = {})
        : m_user(user)
        , m_headers(std::move(headers))
        , m_poller(port)
        , m_poster(port)
    {
        m_token =
            m_poster.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", user, m_headers))
                .json()
                .value(u"connectionToken")
                .toString()
                .toLatin1();
    }

    [[nodiscard]] const QByteArray &token() const { return m_token; }
    // Of the requests from now on.
    void setUser(QByteArray user) { m_user = std::move(user); }

    // Connects and shakes hands; gives the handshake's answer.
    [[nodiscard]] QByteArray open()
    {
        if (poll().status != 200)
            return "no first poll";
        if (post("{\"protocol\":\"json\",\"version\":1}\x1e").status != 200)
            return "no post";
        return poll().body;
    }

    [[nodiscard]] QByteArray pollRequest() const { return request("GET"); }
    [[nodiscard]] HttpAnswer poll() { return m_poller.request(pollRequest()); }
    [[nodiscard]] HttpAnswer post(const QByteArray &body) { return m_poster.request(request("POST", body)); }
    [[nodiscard]] HttpAnswer remove() { return m_poster.request(request("DELETE")); }
    [[nodiscard]] HttpAnswer invoke(const QByteArray &target, const QByteArray &arguments)
    {
        return post(R"({"type":1,"invocationId":"1","target":")" + target + R"(","arguments":)" + arguments
                    + "}\x1e");
    }

    // Up to the last header of its own, without the empty line.
    [[nodiscard]] QByteArray requestHead(const QByteArray &method) const
    {
        return method + " /next-chat?id=" + m_token
            + " HTTP/1.1\r\nHost: 127.0.0.1\r\nAuthorization: " + m_user + "\r\n" + m_headers;
    }

private:
    [[nodiscard]] QByteArray request(const QByteArray &method, const QByteArray &body = {}) const
    {
        return httpRequest(method, "/next-chat?id=" + m_token, m_user, m_headers, body);
    }

    QByteArray m_user;
    QByteArray m_headers; // of every request
    QByteArray m_token;
    RawClient m_poller;
    RawClient m_poster;
};

} // namespace nextchat::test
