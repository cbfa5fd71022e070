// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpmessage.h"

#include <QStringList>

namespace nextchat::signalr {

// Which web pages may talk to the hub (contract.md 2): those of the same origin, and those listed. A request
// without an Origin header does not come from a browser's page and may. Immutable; any thread.
class OriginPolicy
{
public:
    // `allowed`: origins as browsers write them, `https://chat.example.com`; `*` stands for all.
    explicit OriginPolicy(const QStringList &allowed);

    [[nodiscard]] bool allows(const net::HttpRequest &request) const;

    // What an answer to an allowed request of another origin must carry so that the page may read it, with
    // credentials.
    [[nodiscard]] net::HttpHeaders headersFor(const net::HttpRequest &request) const;
    void addHeaders(const net::HttpRequest &request, net::HttpResponse &response) const;
    // The answer to OPTIONS.
    [[nodiscard]] net::HttpResponse preflight(const net::HttpRequest &request) const;

private:
    QList<QByteArray> m_allowed; // lower case
};

} // namespace nextchat::signalr
