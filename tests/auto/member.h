// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/chatclient.h"

#include <QList>

#include <functional>

namespace nextchat::autotest {

// How a user proves who they are: the access token for a user id.
using TokenSource = std::function<QString(const QString &userId)>;

// A user's connection, with all that it was told. Main thread.
class Member
{
public:
    Member(const QUrl &url, QString userId, const TokenSource &tokens);

    chat::ChatClient client;
    const QString userId;
    QList<chat::Message> messages; // in the order of their arrival
    QList<QList<chat::Message>> histories;

    // The server's own sentence when it refuses `method` called with these arguments, unchecked by the
    // client; empty when it did not refuse.
    [[nodiscard]] QCoro::Task<QString> refusalOf(QString method, signalr::Value::Array arguments);
    // The same of a stream.
    [[nodiscard]] QCoro::Task<QString> streamRefusalOf(QString method, signalr::Value::Array arguments);
};

[[nodiscard]] QStringList textsOf(const QList<chat::Message> &messages);

} // namespace nextchat::autotest
