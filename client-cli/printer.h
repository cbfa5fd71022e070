// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/colours.h"
#include "client-cli/conversations.h"
#include "common/chat/outbox.h"
#include "common/chat/types.h"

#include <QJsonObject>
#include <QStringList>

#include <functional>

namespace nextchat::console {

// Says what happened, in the lines of contract.md 4. One call may give several lines, or none. What others
// wrote cannot carry control characters into a line (safetext.h). Any one thread.
class Printer
{
public:
    enum class Format { Plain, Json };
    using Sink = std::function<void(const QString &line)>;

    // `results` takes what was asked for and what others wrote; `notices` states and errors of the plain
    // format. JSON lines all go to `results`. Colours, of each of the two, are for the plain format alone.
    Printer(Format format, Colours ofResults, Colours ofNotices, Sink results, Sink notices);

    void message(const chat::Message &message) const;
    void history(const QString &groupId, const QList<chat::Message> &messages, bool hasMore,
                 bool complete) const;
    void groups(const QStringList &groupIds) const;
    void members(const QString &groupId, const QStringList &userIds) const;
    void created(const QString &groupId) const;
    // By a command of ours, whose user id is empty where a token alone says it; as left().
    void joined(const QString &groupId, const QString &userId) const;
    void left(const QString &groupId, const QString &userId) const;
    void watching(const QString &groupId, bool on) const;
    void talking(const QString &groupId) const; // empty: no longer
    void unread(const QList<UnreadMark> &marks) const;
    // Of groups that are watched.
    void memberJoined(const QString &groupId, const QString &userId) const;
    void memberLeft(const QString &groupId, const QString &userId) const;
    void typing(const QString &groupId, const QString &userId) const;
    void sent(const chat::MessageReceipt &receipt, const QString &clientMessageId) const;
    void outbox(const QList<chat::OutboxItem> &items) const;
    // `state` is one word for programs, `sentence` the same for people; `details` go into the JSON line.
    void state(const QString &state, const QString &sentence, const QJsonObject &details = {}) const;
    // `command` is the verb that failed, empty when none did.
    void error(const QString &sentence, const QString &command = {}) const;
    void hint(const QString &sentence) const; // for people alone
    void help(const QStringList &lines) const;

private:
    void presence(const QString &name, const QString &groupId, const QString &userId,
                  const QString &sentence) const;
    void event(const QString &name, QJsonObject members) const;
    void notice(const QString &sentence, const char *colour) const;
    [[nodiscard]] QString plainLine(const chat::Message &message) const;

    Format m_format;
    Colours m_ofResults;
    Colours m_ofNotices;
    Sink m_results;
    Sink m_notices;
};

} // namespace nextchat::console
