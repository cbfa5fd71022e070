// SPDX-License-Identifier: MIT
#include "client-cli/prompt.h"

namespace nextchat::console {

namespace {

constexpr qsizetype mostMarks = 4;
constexpr qsizetype longestName = 16; // code units; of groups and users beside the line that is being typed
constexpr auto tick = std::chrono::milliseconds(250);

QString shortened(const QString &name)
{
    if (name.size() <= longestName)
        return name;
    const qsizetype end = longestName - 1;
    return name.left(name.at(end - 1).isHighSurrogate() ? end - 1 : end) % u'\u2026';
}

// E.g. `dev:3 ops:12!`, with ! where the user is mentioned.
QString marksOf(const QList<UnreadMark> &unread)
{
    QStringList words;
    for (const UnreadMark &mark : unread.first(std::min(mostMarks, unread.size())))
        words.append(shortened(mark.groupId) % u':' % QString::number(mark.count)
                     % (mark.isMentioned ? QStringLiteral("!") : QString()));
    if (unread.size() > mostMarks)
        words.append(u'+' % QString::number(unread.size() - mostMarks));
    return words.join(u' ');
}

} // namespace

Prompt::Prompt(QObject *parent)
    : QObject(parent)
    , m_text(made())
{
    m_tick.setInterval(tick);
    connect(&m_tick, &QTimer::timeout, this, &Prompt::update);
}

void Prompt::online(const QString &user)
{
    m_link = Link::Online;
    m_user = user;
    update();
}

void Prompt::reconnecting(std::chrono::milliseconds untilAttempt)
{
    m_link = Link::Reconnecting;
    m_attempt = QDeadlineTimer(untilAttempt);
    m_typing.clear();
    update();
}

void Prompt::offline()
{
    m_link = Link::Offline;
    m_typing.clear();
    update();
}

void Prompt::setCurrent(const QString &groupId)
{
    m_current = groupId;
    update();
}

void Prompt::setUnread(const QList<UnreadMark> &marks)
{
    m_unread = marks;
    update();
}

void Prompt::setUnsent(qsizetype messages)
{
    m_unsent = messages;
    update();
}

void Prompt::isTyping(const QString &groupId, const QString &user)
{
    m_typing.removeIf([&](const Typing &typing) { return typing.groupId == groupId && typing.user == user; });
    m_typing.append({groupId, user, QDeadlineTimer(typingTime)});
    update();
}

void Prompt::stoppedTyping(const QString &groupId, const QString &user)
{
    if (m_typing.removeIf(
            [&](const Typing &typing) { return typing.groupId == groupId && typing.user == user; }))
        update();
}

void Prompt::update()
{
    m_typing.removeIf([](const Typing &typing) { return typing.until.hasExpired(); });
    const bool isCountingDown = m_link == Link::Reconnecting && !m_attempt.hasExpired();
    if (isCountingDown || !m_typing.isEmpty())
        m_tick.start();
    else
        m_tick.stop();
    const QString text = made();
    if (std::exchange(m_text, text) != text)
        Q_EMIT changed(text);
}

// E.g. `ann lobby [dev:3] (ben is typing)> `.
QString Prompt::made() const
{
    if (m_link == Link::Offline)
        return QStringLiteral("nextchat> ");
    QStringList parts{m_user};
    if (!m_current.isEmpty())
        parts.append(m_current);
    if (!m_unread.isEmpty())
        parts.append(u'[' % marksOf(m_unread) % u']');
    if (m_unsent > 0)
        parts.append(u'(' % QString::number(m_unsent) % u" unsent)");
    if (m_link == Link::Reconnecting) {
        const auto left = std::chrono::ceil<std::chrono::seconds>(m_attempt.remainingTimeAsDuration());
        parts.append(m_attempt.hasExpired()
                         ? QStringLiteral("(reconnecting)")
                         : QString(u"(reconnecting in " % QString::number(left.count()) % u" s)"));
    }
    if (const QString who = typing(); !who.isEmpty())
        parts.append(u'(' % who % u')');
    return parts.join(u' ') % u"> ";
}

// Elsewhere than where the user talks, the group is named.
QString Prompt::typing() const
{
    QStringList names;
    for (const Typing &typing : m_typing) {
        const bool isHere = m_current == typing.groupId;
        names.append(isHere ? shortened(typing.user)
                            : QString(shortened(typing.user) % u" in " % shortened(typing.groupId)));
    }
    if (names.size() > 3)
        return QStringLiteral("several people are typing");
    return names.isEmpty()
        ? QString()
        : QString(names.join(QStringLiteral(", "))
                  % (names.size() == 1 ? QStringLiteral(" is typing") : QStringLiteral(" are typing")));
}

} // namespace nextchat::console
