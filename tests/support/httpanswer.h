// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QJsonObject>
#include <QMultiHash>

namespace nextchat::test {

// An HTTP/1.1 response as it came.
struct HttpAnswer
{
    int status = 0; // 0: the connection ended, or the deadline passed, before a whole answer
    QByteArray statusLine;
    QMultiHash<QByteArray, QByteArray> headers; // names in lower case
    QByteArray body;

    [[nodiscard]] QByteArray header(const QByteArray &lowerCaseName) const
    {
        return headers.value(lowerCaseName);
    }
    [[nodiscard]] QJsonObject json() const; // empty when the body is no object
    [[nodiscard]] bool closes() const; // says `Connection: close`

    // Reads status line and headers from `head`, which ends with the empty line. Status 0 when they are
    // malformed.
    [[nodiscard]] static HttpAnswer fromHead(const QByteArray &head);
};

} // namespace nextchat::test
