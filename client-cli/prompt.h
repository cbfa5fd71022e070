// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/conversations.h"

#include <QDeadlineTimer>
#include <QObject>
#include <QTimer>

namespace nextchat::console {

// What a person is told all the time: who they are, where they talk, what is unread elsewhere, who is typing
// there, what is not sent, and how the connection is. Main thread.
class Prompt : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds typingTime{5}; // what one sign of it counts for

    explicit Prompt(QObject *parent = nullptr);

    void online(const QString &user);
    void reconnecting(std::chrono::milliseconds untilAttempt);
    void offline();

    void setCurrent(const QString &groupId); // empty: none
    void setUnread(const QList<UnreadMark> &marks);
    void setUnsent(qsizetype messages);
    void isTyping(const QString &groupId, const QString &user);
    void stoppedTyping(const QString &groupId, const QString &user);

    [[nodiscard]] const QString &text() const { return m_text; }

Q_SIGNALS:
    void changed(const QString &text);

private:
    enum class Link { Offline, Online, Reconnecting };
    struct Typing
    {
        QString groupId;
        QString user;
        QDeadlineTimer until;
    };

    void update();
    [[nodiscard]] QString made() const;
    [[nodiscard]] QString typing() const;

    Link m_link = Link::Offline;
    QString m_user;
    QDeadlineTimer m_attempt;
    QString m_current;
    QList<UnreadMark> m_unread;
    qsizetype m_unsent = 0;
    QList<Typing> m_typing;
    QString m_text;
    QTimer m_tick; // while something in it runs out
};

} // namespace nextchat::console
