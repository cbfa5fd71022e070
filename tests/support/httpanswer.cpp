// SPDX-License-Identifier: MIT
#include "tests/support/httpanswer.h"

#include <QJsonDocument>

namespace nextchat::test {

QJsonObject HttpAnswer::json() const
{
    return QJsonDocument::fromJson(body).object();
}

bool HttpAnswer::closes() const
{
    return header("connection").toLower() == "close";
}

HttpAnswer HttpAnswer::fromHead(const QByteArray &head)
{
    HttpAnswer answer;
    const QList<QByteArray> lines = head.split('\n');
    answer.statusLine = lines.value(0).trimmed();
    for (qsizetype i = 1; i < lines.size(); ++i) {
        const QByteArray line = lines[i].trimmed();
        const qsizetype colon = line.indexOf(':');
        if (colon > 0)
            answer.headers.insert(line.left(colon).toLower(), line.mid(colon + 1).trimmed());
    }
    if (answer.statusLine.startsWith("HTTP/1.1 "))
        answer.status = answer.statusLine.mid(9, 3).toInt();
    return answer;
}

} // namespace nextchat::test
