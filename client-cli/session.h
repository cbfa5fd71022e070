// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/command.h"
#include "client-cli/completion.h"
#include "client-cli/options.h"
#include "client-cli/printer.h"
#include "common/chat/chatclient.h"

#include <QObject>
#include <QUrl>
#include <qcorotask.h>

#include <memory>

namespace nextchat::console {

// The user's connection to a server, one at a time: runs commands on it and prints what they give and what
// arrives meanwhile. Main thread. Must outlive its commands, or the event loop must not run any more.
class Session : public QObject
{
    Q_OBJECT

public:
    // Printer and completion must outlive it. The options' token is sent instead of the user's name where
    // there is one.
    Session(const Printer &printer, Completion &completion, const Options &options,
            QObject *parent = nullptr);
    ~Session() override;

    // `user` may be empty when there is a token.
    [[nodiscard]] QCoro::Task<Expected<void>> connectTo(QUrl url, QString user);
    // Any command but help and bye. Errors are the server's, or say what was wrong with an argument.
    [[nodiscard]] QCoro::Task<Expected<void>> run(Command command);
    // Waits up to `patience` for messages on their way, and ends the connection.
    [[nodiscard]] QCoro::Task<> end(std::chrono::milliseconds patience);

    [[nodiscard]] bool isConnected() const { return m_client != nullptr; } // or reconnecting
    [[nodiscard]] qsizetype unsentMessages() const;

Q_SIGNALS:
    void promptChanged(const QString &prompt);
    void connectionEnded(); // for good
    void messageSettled(); // one that was said is sent, or failed, or never will be

private:
    [[nodiscard]] Expected<chat::ChatClient *> client() const;
    void listen(chat::ChatClient &client, const QUrl &url, const QString &user);
    void listenToPresence(const chat::ChatClient &client);
    void showReconnecting(const Error &error);
    void showClosed(const std::optional<Error> &error);
    void settle(const chat::OutboxItem &item);

    [[nodiscard]] QCoro::Task<Expected<void>> connectAs(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> disconnectFrom();
    [[nodiscard]] QCoro::Task<Expected<void>> list();
    [[nodiscard]] QCoro::Task<Expected<void>> create(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> join(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> leave(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> say(QString groupId, QString text);
    [[nodiscard]] QCoro::Task<Expected<void>> history(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> members(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> search(QString groupId, QString text);
    [[nodiscard]] QCoro::Task<Expected<void>> watch(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> wait(QStringList arguments);

    const Printer &m_printer;
    Completion &m_completion;
    const QString m_token;
    const QList<signalr::HubTransport> m_transports;
    QString m_user; // as shown; empty with a token alone
    QJsonObject m_details; // of the connection, for state lines
    std::unique_ptr<chat::ChatClient> m_client;
    QHash<QString, chat::OutboxItem> m_settled; // of messages being said, by client message id
};

} // namespace nextchat::console
