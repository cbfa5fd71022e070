// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/command.h"
#include "client-cli/completion.h"
#include "client-cli/keptoutbox.h"
#include "client-cli/printer.h"
#include "client-cli/prompt.h"
#include "common/chat/chatclient.h"

#include <QDeadlineTimer>
#include <QHash>
#include <QObject>
#include <QSet>
#include <QTimer>
#include <QUrl>
#include <qcorotask.h>

#include <memory>

namespace nextchat::console {

struct SessionOptions
{
    QString token = {}; // sent instead of the user's name where there is one
    QList<signalr::HubTransport> transports = signalr::allTransports(); // that may be used
    // A person sees the prompt: what it tells is not told again in lines, and what comes in other groups than
    // the one they talk in is counted there.
    bool hasPrompt = false;
    // Of a person, who decides about messages that failed: where those that are not sent are kept. Empty:
    // such a message is an error of its command, and that is all.
    QString outboxFolder = {};
};

// The user's connection to a server, one at a time: runs commands on it and prints what they give and what
// arrives meanwhile. Main thread. Must outlive its commands, or the event loop must not run any more.
class Session : public QObject
{
    Q_OBJECT

public:
    // All must outlive it.
    Session(const Printer &printer, Completion &completion, SessionOptions options,
            QObject *parent = nullptr);
    ~Session() override;

    // `user` may be empty when there is a token: then it is whom that names, where it names anybody. A token
    // that is certainly another's is an error.
    [[nodiscard]] QCoro::Task<Expected<void>> connectTo(QUrl url, QString user);
    // Any command but help and bye. Errors are the server's, or say what was wrong with an argument.
    [[nodiscard]] QCoro::Task<Expected<void>> run(Command command);
    // Waits up to `patience` for messages on their way, and ends the connection.
    [[nodiscard]] QCoro::Task<> end(std::chrono::milliseconds patience);

    // A person is writing this line: the group that they talk in hears of it, if they say something.
    void isTyping(const QString &line);

    [[nodiscard]] bool isConnected() const { return m_client != nullptr; } // or reconnecting
    [[nodiscard]] qsizetype messagesOnTheirWay() const;
    [[nodiscard]] const QString &currentGroup() const { return m_conversations.current(); } // talked in

Q_SIGNALS:
    void promptChanged(const QString &prompt);
    void connectionEnded(); // for good
    void messageSettled(); // one that was said is sent, or failed, or never will be

private:
    [[nodiscard]] Expected<chat::ChatClient *> client() const;
    void listen(chat::ChatClient &client, const QUrl &url, const QString &user);
    void listenToPresence(const chat::ChatClient &client);
    void showMessage(const chat::Message &message);
    void showUnread(const QString &groupId);
    void showReconnecting(const Error &error, std::chrono::milliseconds delay);
    void forget(const QString &groupId); // that was left
    void connectionIsGone(chat::ChatClient &ended);
    void refreshPrompt();
    QCoro::Task<> learnMembers(QString groupId);
    void showClosed(const std::optional<Error> &error);

    [[nodiscard]] bool keepsUnsent() const { return !m_options.outboxFolder.isEmpty(); }
    void openOutbox(const QUrl &url, const QString &user);
    void restoreOutbox(const QUrl &url, const QString &user);
    void outboxChanged();
    void saveOutbox();
    void showUnsent();
    void closeOutbox(chat::ChatClient &ending);
    void settle(const chat::OutboxItem &item);
    void showFailure(const chat::OutboxItem &item);
    void discarded(const QString &clientMessageId);
    void wakeSayings();
    [[nodiscard]] Expected<QString> numbered(const QString &number) const;
    [[nodiscard]] QStringList idsInOutbox(bool withWaiting) const;

    [[nodiscard]] QCoro::Task<Expected<void>> connectAs(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> disconnectFrom();
    [[nodiscard]] QCoro::Task<Expected<void>> list();
    [[nodiscard]] QCoro::Task<Expected<void>> create(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> join(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> leave(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> say(QString groupId, QString text);
    [[nodiscard]] QCoro::Task<Expected<void>> history(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> more(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> showHistory(QString groupId, std::optional<qint64> before,
                                                          int count);
    [[nodiscard]] QCoro::Task<Expected<void>> members(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> search(QString groupId, QString text);
    [[nodiscard]] QCoro::Task<Expected<void>> watch(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> talk(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> unread();
    [[nodiscard]] QCoro::Task<Expected<void>> listOutbox();
    [[nodiscard]] QCoro::Task<Expected<void>> retry(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> discard(QStringList arguments);
    [[nodiscard]] QCoro::Task<Expected<void>> wait(QStringList arguments);

    const Printer &m_printer;
    Completion &m_completion;
    const SessionOptions m_options;
    Conversations m_conversations;
    Prompt m_prompt;
    QString m_user; // empty with a token alone, of which only the server knows whose it is
    QString m_shownAs; // in the prompt: the user, or else the server
    QJsonObject m_details; // of the connection, for state lines
    std::unique_ptr<chat::ChatClient> m_client;
    QString m_lostBy; // what was said last of why there is no connection; empty while there is one
    QSet<QString> m_saying; // client message ids of messages whose command waits for them
    QHash<QString, chat::OutboxItem> m_settled; // of these, by client message id
    bool m_wakesSayings = false; // soon
    std::unique_ptr<KeptOutbox> m_kept; // of the connection; null: nothing is kept
    bool m_savesOutbox = false; // soon
    QTimer m_unsentTimer;
    QDeadlineTimer m_nextTyping; // when the group may hear of it again
};

} // namespace nextchat::console
