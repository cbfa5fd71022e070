// SPDX-License-Identifier: MIT
#include "client-cli/printer.h"

#include "client-cli/safetext.h"
#include "common/signalr/isotime.h"

#include <QDateTime>
#include <QJsonArray>
#include <QJsonDocument>

namespace nextchat::console {

namespace {

// SGR parameters of ECMA-48.
constexpr auto dim = "2";
constexpr auto red = "31";

QJsonValue orNull(const QString &text)
{
    return text.isNull() ? QJsonValue(QJsonValue::Null) : QJsonValue(text);
}

QString nameOf(chat::OutboxItem::State state)
{
    switch (state) {
    case chat::OutboxItem::State::Sending:
        return QStringLiteral("sending");
    case chat::OutboxItem::State::Sent:
        return QStringLiteral("sent");
    case chat::OutboxItem::State::Failed:
        return QStringLiteral("failed");
    case chat::OutboxItem::State::Unknown:
        return QStringLiteral("unknown"); // it may have been accepted
    }
    Q_UNREACHABLE();
}

QString isoTime(chat::Timestamp time)
{
    const auto text = signalr::isotime::write(time);
    return text ? QString::fromLatin1(text->data(), static_cast<qsizetype>(text->size())) : QString();
}

// The names of contract.md 1.3.
QJsonObject jsonOf(const chat::Message &message)
{
    return {{QStringLiteral("groupId"), message.groupId},
            {QStringLiteral("authorId"), message.authorId},
            {QStringLiteral("text"), message.text},
            {QStringLiteral("sendTime"), isoTime(message.sendTime)},
            {QStringLiteral("seq"), message.seq},
            {QStringLiteral("epoch"), message.epoch},
            {QStringLiteral("clientMessageId"), orNull(message.clientMessageId)}};
}

QJsonObject ofUser(const QString &groupId, const QString &userId)
{
    QJsonObject members{{QStringLiteral("groupId"), groupId}};
    if (!userId.isEmpty())
        members.insert(QStringLiteral("userId"), userId);
    return members;
}

QString coloured(const QString &text, QByteArrayView colour, Colours colours)
{
    if (colours == Colours::No)
        return text;
    return u"\x1b[" % QLatin1String(colour) % u'm' % text % u"\x1b[0m";
}

QString localTime(chat::Timestamp time)
{
    const auto milliseconds = std::chrono::floor<std::chrono::milliseconds>(time.time_since_epoch());
    return QDateTime::fromMSecsSinceEpoch(milliseconds.count()).toString(QStringLiteral("yyyy-MM-dd HH:mm"));
}

} // namespace

Printer::Printer(Format format, Colours ofResults, Colours ofNotices, Sink results, Sink notices)
    : m_format(format)
    , m_ofResults(ofResults)
    , m_ofNotices(ofNotices)
    , m_results(std::move(results))
    , m_notices(std::move(notices))
{ }

void Printer::message(const chat::Message &message) const
{
    if (m_format == Format::Json)
        event(QStringLiteral("message"), jsonOf(message));
    else
        m_results(plainLine(message));
}

void Printer::history(const QString &groupId, const QList<chat::Message> &messages, bool hasMore,
                      bool complete) const
{
    if (m_format == Format::Json) {
        QJsonArray array;
        for (const chat::Message &message : messages)
            array.append(jsonOf(message));
        event(QStringLiteral("history"),
              {{QStringLiteral("groupId"), groupId},
               {QStringLiteral("messages"), array},
               {QStringLiteral("hasMore"), hasMore},
               {QStringLiteral("complete"), complete}});
        return;
    }
    for (const chat::Message &message : messages)
        m_results(plainLine(message));
    if (!complete)
        notice(u"The history of '" % safeText(groupId) % u"' is incomplete at the moment; ask again later.",
               dim);
}

void Printer::groups(const QStringList &groupIds) const
{
    if (m_format == Format::Json) {
        QJsonArray array;
        for (const QString &groupId : groupIds)
            array.append(QJsonObject{{QStringLiteral("groupId"), groupId}});
        event(QStringLiteral("groups"), {{QStringLiteral("groups"), array}});
        return;
    }
    for (const QString &groupId : groupIds)
        m_results(safeText(groupId));
}

void Printer::members(const QString &groupId, const QStringList &userIds) const
{
    if (m_format == Format::Json) {
        event(QStringLiteral("members"),
              {{QStringLiteral("groupId"), groupId},
               {QStringLiteral("members"), QJsonArray::fromStringList(userIds)}});
        return;
    }
    for (const QString &userId : userIds)
        m_results(safeText(userId));
}

void Printer::created(const QString &groupId) const
{
    if (m_format == Format::Json)
        event(QStringLiteral("created"), {{QStringLiteral("groupId"), groupId}});
    else
        notice(u"Group '" % safeText(groupId) % u"' exists.", dim);
}

void Printer::joined(const QString &groupId, const QString &userId) const
{
    if (m_format == Format::Json)
        event(QStringLiteral("joined"), ofUser(groupId, userId));
    else if (userId.isEmpty())
        notice(u"Joined '" % safeText(groupId) % u"'.", dim);
    else
        notice(safeText(userId) % u" joined '" % safeText(groupId) % u"'.", dim);
}

void Printer::left(const QString &groupId, const QString &userId) const
{
    if (m_format == Format::Json)
        event(QStringLiteral("left"), ofUser(groupId, userId));
    else if (userId.isEmpty())
        notice(u"Left '" % safeText(groupId) % u"'.", dim);
    else
        notice(safeText(userId) % u" left '" % safeText(groupId) % u"'.", dim);
}

void Printer::watching(const QString &groupId, bool on) const
{
    if (m_format == Format::Json)
        event(QStringLiteral("watching"), {{QStringLiteral("groupId"), groupId}, {QStringLiteral("on"), on}});
    else if (on)
        notice(u"Watching '" % safeText(groupId) % u"'.", dim);
    else
        notice(u"No longer watching '" % safeText(groupId) % u"'.", dim);
}

void Printer::talking(const QString &groupId) const
{
    if (m_format == Format::Json)
        event(QStringLiteral("talking"),
              {{QStringLiteral("groupId"), groupId.isEmpty() ? QJsonValue() : QJsonValue(groupId)}});
    else if (groupId.isEmpty())
        notice(QStringLiteral("Each line is a command again."), dim);
    else
        notice(u"Each line goes to '" % safeText(groupId) % u"' now; commands begin with /.", dim);
}

void Printer::unread(const QList<UnreadMark> &marks) const
{
    QJsonArray array;
    for (const UnreadMark &mark : marks) {
        array.append(QJsonObject{{QStringLiteral("groupId"), mark.groupId},
                                 {QStringLiteral("count"), mark.count},
                                 {QStringLiteral("isMentioned"), mark.isMentioned}});
        if (m_format == Format::Plain)
            m_results(safeText(mark.groupId) % u": " % QString::number(mark.count)
                      % (mark.isMentioned ? QStringLiteral(", you are mentioned") : QString()));
    }
    if (m_format == Format::Json)
        event(QStringLiteral("unread"), {{QStringLiteral("groups"), array}});
}

void Printer::memberJoined(const QString &groupId, const QString &userId) const
{
    presence(QStringLiteral("memberJoined"), groupId, userId, QStringLiteral("%1 joined '%2'."));
}

void Printer::memberLeft(const QString &groupId, const QString &userId) const
{
    presence(QStringLiteral("memberLeft"), groupId, userId, QStringLiteral("%1 left '%2'."));
}

void Printer::typing(const QString &groupId, const QString &userId) const
{
    presence(QStringLiteral("typing"), groupId, userId, QStringLiteral("%1 is typing in '%2'."));
}

void Printer::presence(const QString &name, const QString &groupId, const QString &userId,
                       const QString &sentence) const
{
    if (m_format == Format::Json)
        event(name, {{QStringLiteral("groupId"), groupId}, {QStringLiteral("userId"), userId}});
    else
        m_results(coloured(sentence.arg(safeText(userId), safeText(groupId)), dim, m_ofResults));
}

void Printer::sent(const chat::MessageReceipt &receipt, const QString &clientMessageId) const
{
    if (m_format == Format::Plain)
        return; // the message itself comes back
    event(QStringLiteral("sent"),
          {{QStringLiteral("groupId"), receipt.groupId},
           {QStringLiteral("seq"), receipt.seq},
           {QStringLiteral("epoch"), receipt.epoch},
           {QStringLiteral("sendTime"), isoTime(receipt.sendTime)},
           {QStringLiteral("clientMessageId"), orNull(clientMessageId)}});
}

void Printer::outbox(const QList<chat::OutboxItem> &items) const
{
    QJsonArray array;
    for (const chat::OutboxItem &item : items) {
        const QString error = item.error ? item.error->message : QString();
        array.append(QJsonObject{{QStringLiteral("groupId"), item.groupId},
                                 {QStringLiteral("text"), item.text},
                                 {QStringLiteral("clientMessageId"), item.clientMessageId},
                                 {QStringLiteral("state"), nameOf(item.state)},
                                 {QStringLiteral("error"), orNull(error)}});
        if (m_format == Format::Plain)
            m_results(QString::number(array.size()) % u' ' % safeText(item.groupId) % u" ("
                      % nameOf(item.state) % (error.isEmpty() ? QString() : QString(u": " % safeText(error)))
                      % u"): " % safeText(item.text));
    }
    if (m_format == Format::Json)
        event(QStringLiteral("outbox"), {{QStringLiteral("messages"), array}});
}

void Printer::state(const QString &state, const QString &sentence, const QJsonObject &details) const
{
    if (m_format == Format::Plain) {
        notice(safeText(sentence), dim);
        return;
    }
    QJsonObject members = details;
    members.insert(QStringLiteral("state"), state);
    event(QStringLiteral("state"), members);
}

void Printer::error(const QString &sentence, const QString &command) const
{
    if (m_format == Format::Plain) {
        notice(safeText(command.isEmpty() ? sentence : QString(command % u": " % sentence)), red);
        return;
    }
    QJsonObject members{{QStringLiteral("error"), sentence}};
    if (!command.isEmpty())
        members.insert(QStringLiteral("command"), command);
    event(QStringLiteral("error"), members);
}

void Printer::hint(const QString &sentence) const
{
    if (m_format == Format::Plain)
        notice(safeText(sentence), dim);
}

void Printer::help(const QStringList &lines) const
{
    if (m_format == Format::Json) {
        event(QStringLiteral("help"), {{QStringLiteral("lines"), QJsonArray::fromStringList(lines)}});
        return;
    }
    for (const QString &line : lines)
        m_results(line);
}

void Printer::event(const QString &name, QJsonObject members) const
{
    members.insert(QStringLiteral("event"), name);
    m_results(safeJson(QString::fromUtf8(QJsonDocument(members).toJson(QJsonDocument::Compact))));
}

void Printer::notice(const QString &sentence, const char *colour) const
{
    m_notices(coloured(sentence, colour, m_ofNotices));
}

QString Printer::plainLine(const chat::Message &message) const
{
    const QByteArray colour = "1;" + colourOfUser(message.authorId, m_ofResults); // bold
    return safeText(message.groupId)
        % coloured(u" [" % localTime(message.sendTime) % u"]: ", dim, m_ofResults)
        % coloured(safeText(message.authorId), colour, m_ofResults) % u": " % safeText(message.text);
}

} // namespace nextchat::console
