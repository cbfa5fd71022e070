// SPDX-License-Identifier: MIT
#pragma once

#include "tests/support/hublink.h"

#include <QTest>

// What a test says that runs over every transport and encoding that go together: Server-Sent Events carry no
// MessagePack (check 33).
namespace nextchat::test::matrix {

inline const QList<std::pair<const char *, LinkKind>> &kinds()
{
    using enum LinkTransport;
    using enum WireEncoding;
    static const QList<std::pair<const char *, LinkKind>> all = {
        {"WebSockets, JSON", {WebSockets, Json}},
        {"WebSockets, MessagePack", {WebSockets, MessagePack}},
        {"Server-Sent Events, JSON", {ServerSentEvents, Json}},
        {"long polling, JSON", {LongPolling, Json}},
        {"long polling, MessagePack", {LongPolling, MessagePack}}};
    return all;
}

// In initTestCase_data(): all of them, or those of one transport.
inline void addKinds(std::optional<LinkTransport> transport = {})
{
    QTest::addColumn<int>("kind");
    for (int i = 0; i < kinds().size(); ++i) {
        if (!transport || kinds()[i].second.transport == *transport)
            QTest::newRow(kinds()[i].first) << i;
    }
}

inline LinkKind currentKind()
{
    QFETCH_GLOBAL(int, kind);
    return kinds()[kind].second;
}

inline QJsonObject call(const QString &id, const QString &target, const QJsonArray &arguments = {},
                        const QJsonArray &streamIds = {}, int type = 1)
{
    QJsonObject message{{QStringLiteral("type"), type},
                        {QStringLiteral("target"), target},
                        {QStringLiteral("arguments"), arguments}};
    if (!id.isNull())
        message.insert(QStringLiteral("invocationId"), id);
    if (!streamIds.isEmpty())
        message.insert(QStringLiteral("streamIds"), streamIds);
    return message;
}

inline QJsonObject stream(const QString &id, const QString &target, const QJsonArray &arguments = {},
                          const QJsonArray &streamIds = {})
{
    return call(id, target, arguments, streamIds, 4);
}

inline QJsonObject item(const QString &id, const QJsonValue &value)
{
    return {
        {QStringLiteral("type"), 2}, {QStringLiteral("invocationId"), id}, {QStringLiteral("item"), value}};
}

inline QJsonObject completion(const QString &id)
{
    return {{QStringLiteral("type"), 3}, {QStringLiteral("invocationId"), id}};
}

inline QJsonObject result(const QString &id, const QJsonValue &value)
{
    QJsonObject message = completion(id);
    message.insert(QStringLiteral("result"), value);
    return message;
}

inline QJsonObject error(const QString &id, const QString &text)
{
    QJsonObject message = completion(id);
    message.insert(QStringLiteral("error"), text);
    return message;
}

inline QJsonObject cancel(const QString &id)
{
    return {{QStringLiteral("type"), 5}, {QStringLiteral("invocationId"), id}};
}

} // namespace nextchat::test::matrix
