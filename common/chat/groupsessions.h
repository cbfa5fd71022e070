// SPDX-License-Identifier: MIT
#pragma once

#include "common/chat/grouptimeline.h"
#include "common/support/expected.h"

#include <QHash>
#include <QObject>
#include <QStringList>
#include <qcorotask.h>

#include <functional>
#include <map>

namespace nextchat::chat {

// The groups that a client is in, over all its connections: passes on what the server says about them in the
// right order, and resumes them, a few at a time, after a reconnect or when messages are missing. Lives in
// its client's thread; may be destroyed in its own signals.
class GroupSessions : public QObject
{
    Q_OBJECT

public:
    // Calls ResumeGroup. Errors as ChatClient's.
    using Resume =
        std::function<QCoro::Task<Expected<ResumeResult>>(QString groupId, QString epoch, qint64 afterSeq)>;

    explicit GroupSessions(Resume resume, QObject *parent = nullptr);

    [[nodiscard]] QStringList joined() const; // sorted
    [[nodiscard]] bool isJoined(const QString &groupId) const;
    [[nodiscard]] bool isCaughtUp(const QString &groupId) const; // joined, and nothing is being resumed

    void joinBegins(const QString &groupId);
    void joinEnds(const QString &groupId, bool successfully);
    void leave(const QString &groupId);

    // What the server calls. Messages of groups that are not joined here are passed on as they are.
    void history(const QList<Message> &messages);
    void message(const Message &message);
    void epoch(const QString &groupId, const QString &epoch);

    void connectionLost();
    void reconnected();
    void clear();

Q_SIGNALS: // as in ChatClient
    void historyReceived(const QString &groupId, const QList<nextchat::chat::Message> &messages);
    void messageReceived(const nextchat::chat::Message &message);
    void mayHaveMissed(const QString &groupId);
    void caughtUp(const QString &groupId);
    void groupLost(const QString &groupId, const nextchat::Error &error);

private:
    struct Session
    {
        GroupTimeline timeline;
        bool joined = false;
        bool resuming = false;
        int attempts = 0; // of resuming it that failed, in a row
    };

    void wantResume(const QString &groupId);
    void queueResume(const QString &groupId);
    QCoro::Task<> resumeQueued();
    QCoro::Task<bool> resumeOnce(QString groupId);
    QCoro::Task<> resumeLater(QString groupId);
    [[nodiscard]] bool pass(const QString &groupId, const GroupTimeline::Step &step);
    void lose(const QString &groupId, const Error &error);

    const Resume m_resume;
    std::map<QString, Session> m_sessions;
    QStringList m_joining; // calls under way, oldest first; OnHistory comes before its call completes
    QStringList m_toResume;
    int m_resuming = 0; // coroutines at work
    bool m_connected = true;
    quint64 m_connection = 0; // counts reconnects, so that answers of old ones are ignored
};

} // namespace nextchat::chat
