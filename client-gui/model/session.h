// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/conversationlist.h"
#include "client-gui/model/localcache.h"
#include "common/chat/chatclient.h"

#include <QDeadlineTimer>
#include <QSet>

namespace nextchat::desktop {

struct SessionOptions
{
    QUrl url;
    QString user;
    QString dataFolder; // of all accounts
    signalr::ReconnectPolicy reconnect = signalr::ReconnectPolicy::forChat();
};

// An account at work: connects and goes on connecting, joins the groups of last time, and keeps
// conversations, outbox and cache in step with the server. The window only looks at it. Main thread; may be
// destroyed at any time, except in its own signals.
class Session : public QObject
{
    Q_OBJECT

public:
    enum class Link {
        Idle, // not started
        Connecting,
        Online,
        Waiting, // for the next attempt
        Stopped, // no further attempt makes sense: see problem()
    };
    Q_ENUM(Link)

    explicit Session(SessionOptions options, QObject *parent = nullptr);
    ~Session() override; // writes down what is to be kept

    [[nodiscard]] const QString &user() const { return m_options.user; }
    [[nodiscard]] const QUrl &url() const { return m_options.url; }
    [[nodiscard]] bool isOurs() const { return m_cache.isOurs(); } // false: it is open in another window

    // restored() comes when the cache has been read, before the first connection. Without a token the user's
    // name is sent in its place.
    void start(const QString &token = {});
    void connectNow(); // from Waiting or Stopped

    [[nodiscard]] Link link() const { return m_link; }
    [[nodiscard]] const std::optional<Error> &problem() const { return m_problem; } // of Waiting and Stopped
    [[nodiscard]] std::chrono::milliseconds untilAttempt() const; // of Waiting; 0 while one is under way
    [[nodiscard]] bool wasOnline() const { return m_wasOnline; }

    [[nodiscard]] ConversationList &conversations() { return m_conversations; }
    [[nodiscard]] Conversation *conversation(const QString &groupId) const
    {
        return m_conversations.find(groupId);
    }

    // The one that is shown, whose people are watched; empty: none.
    void setCurrent(const QString &groupId);
    [[nodiscard]] const QString &current() const { return m_current; }

    // The text goes into the outbox, connected or not. Errors: InvalidArgument, NotMember.
    [[nodiscard]] Expected<void> send(const QString &groupId, const QString &text);
    void retry(const QString &clientMessageId);
    void discard(const QString &clientMessageId);
    [[nodiscard]] int unsent(const QString &groupId) const;
    void typing(const QString &groupId); // as often as wanted

    void loadOlder(const QString &groupId);
    // Loads back until the message is there, as far as is reasonable. Whether it is.
    [[nodiscard]] QCoro::Task<bool> reach(QString groupId, qint64 seq);

    [[nodiscard]] QCoro::Task<Expected<void>> create(QString groupId); // and joins
    [[nodiscard]] QCoro::Task<Expected<void>> join(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<void>> leave(QString groupId);
    [[nodiscard]] QCoro::Task<Expected<QList<chat::Group>>> find(QString prefix,
                                                                 std::optional<QString> after);
    [[nodiscard]] QCoro::Task<Expected<chat::SearchPage>> search(QString groupId, QString text,
                                                                 std::optional<qint64> beforeSeq);

Q_SIGNALS:
    void restored();
    void linkChanged();
    void arrived(const QString &groupId, const QList<nextchat::chat::Message> &messages);

private:
    void restore(const AccountState &state);
    Conversation &add(const GroupRecord &record);
    void listen();
    void listenToPeople();
    QCoro::Task<> connectOnce();
    void retryLater(const Error &error);
    void setLink(Link link, std::optional<Error> error = {}, QDeadlineTimer next = {});
    void joinAll();
    QCoro::Task<> joinQueued();
    QCoro::Task<Expected<void>> joinOne(QString groupId);
    QCoro::Task<> watchCurrent();
    QCoro::Task<> unwatch(QString groupId);
    QCoro::Task<> readMembers(QString groupId);
    QCoro::Task<bool> loadPage(QString groupId, int limit);
    QCoro::Task<> loadOlderPage(QString groupId);
    void saveRecords();
    void saveOutbox();

    const SessionOptions m_options;
    QString m_token;
    LocalCache m_cache;
    ConversationList m_conversations;
    std::unique_ptr<chat::ChatClient> m_client;

    Link m_link = Link::Idle;
    std::optional<Error> m_problem;
    QDeadlineTimer m_nextAttempt;
    QTimer m_attemptTimer;
    int m_attempt = 0; // since the last connection
    bool m_wasOnline = false;
    bool m_isRestored = false; // from the cache

    QString m_current;
    QSet<QString> m_given; // groups whose newest page came on this connection and its successors
    QStringList m_toJoin;
    int m_joining = 0; // coroutines at work
    QSet<QString> m_unsaved; // records
    QTimer m_recordTimer;
    QTimer m_outboxTimer;
    QDeadlineTimer m_nextTyping;
};

} // namespace nextchat::desktop
