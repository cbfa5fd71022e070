// SPDX-License-Identifier: MIT
#include "common/chat/outbox.h"

#include <QDateTime>
#include <QJsonObject>
#include <QUuid>

namespace nextchat::chat {

namespace {

using std::chrono::milliseconds;

constexpr milliseconds firstPause(500);
constexpr milliseconds longestPause(30'000);
constexpr milliseconds clockTolerance(30'000); // a clock that is corrected goes back a little
constexpr int patienceWithUnforeseenErrors = 5; // attempts

milliseconds wallClock()
{
    return milliseconds(QDateTime::currentMSecsSinceEpoch());
}

const QString &nameOf(OutboxItem::State state)
{
    static const QString names[] = {QStringLiteral("sending"), QStringLiteral("sent"),
                                    QStringLiteral("failed"), QStringLiteral("unknown")};
    return names[static_cast<int>(state)];
}

std::optional<OutboxItem> itemOf(const QJsonObject &json)
{
    OutboxItem item;
    item.clientMessageId = json.value(u"clientMessageId").toString();
    item.groupId = json.value(u"groupId").toString();
    item.text = json.value(u"text").toString();
    item.created = milliseconds(json.value(u"created").toInteger());
    if (const QJsonValue since = json.value(u"uncertainSince"); since.isDouble())
        item.uncertainSince = milliseconds(since.toInteger());
    const QString state = json.value(u"state").toString();
    for (const auto known : {OutboxItem::State::Failed, OutboxItem::State::Unknown}) {
        if (state == nameOf(known))
            item.state = known;
    }
    if (const QJsonObject error = json.value(u"error").toObject(); !error.isEmpty())
        item.error =
            Error{static_cast<Error::Code>(error.value(u"code").toInt()), error.value(u"message").toString()};
    if (item.clientMessageId.isEmpty() || item.groupId.isEmpty() || item.text.isEmpty())
        return std::nullopt;
    return item;
}

} // namespace

Outbox::Outbox(QObject *parent)
    : Outbox(wallClock, parent)
{ }

Outbox::Outbox(Clock clock, QObject *parent)
    : QObject(parent)
    , m_clock(std::move(clock))
{ }

QString Outbox::add(const QString &groupId, const QString &text)
{
    OutboxItem item;
    item.clientMessageId = QUuid::createUuid().toString(QUuid::WithoutBraces);
    item.groupId = groupId;
    item.text = text;
    item.created = m_clock();
    m_items.append(item);
    Q_EMIT changed(item);
    return item.clientMessageId;
}

const OutboxItem *Outbox::find(const QString &clientMessageId) const
{
    const qsizetype index = indexOf(clientMessageId);
    return index < 0 ? nullptr : &m_items.at(index);
}

QStringList Outbox::waitingGroups() const
{
    QStringList groups;
    for (const OutboxItem &item : m_items) {
        if (item.state == OutboxItem::State::Sending && !groups.contains(item.groupId))
            groups.append(item.groupId);
    }
    return groups;
}

std::optional<OutboxItem> Outbox::next(const QString &groupId)
{
    for (qsizetype i = 0; i < m_items.size(); ++i) {
        if (m_items.at(i).groupId != groupId || m_items.at(i).state != OutboxItem::State::Sending)
            continue;
        const OutboxItem item = m_items.at(i);
        Progress &progress = m_progress[item.clientMessageId];
        if (progress.onItsWay || pauseLeft(progress).count() > 0)
            return std::nullopt;
        if (tooLate(item)) {
            setState(i, OutboxItem::State::Unknown, item.error);
            return next(groupId); // from the start: whoever was told may have changed the list
        }
        progress.onItsWay = true;
        progress.began = m_clock();
        return item;
    }
    return std::nullopt;
}

std::optional<milliseconds> Outbox::nextPause() const
{
    std::optional<milliseconds> shortest;
    for (const OutboxItem &item : m_items) {
        const Progress progress = m_progress.value(item.clientMessageId);
        const milliseconds pause = pauseLeft(progress);
        if (item.state != OutboxItem::State::Sending || progress.onItsWay || pause.count() == 0)
            continue;
        shortest = shortest ? std::min(*shortest, pause) : pause;
    }
    return shortest;
}

void Outbox::accepted(const QString &clientMessageId, const MessageReceipt &receipt)
{
    const qsizetype index = indexOf(clientMessageId);
    if (index < 0)
        return; // seen before
    OutboxItem item = m_items.takeAt(index);
    m_progress.remove(clientMessageId);
    item.state = OutboxItem::State::Sent;
    item.error.reset();
    item.receipt = receipt;
    Q_EMIT changed(item);
}

void Outbox::failed(const QString &clientMessageId, const Error &error)
{
    const qsizetype index = indexOf(clientMessageId);
    if (index < 0)
        return;
    Progress &progress = m_progress[clientMessageId];
    progress.onItsWay = false;
    switch (error.code) {
    case Error::Code::Unavailable:
        return tryAgainLater(index, error);
    case Error::Code::UnknownOutcome:
    case Error::Code::TimedOut:
    case Error::Code::Cancelled:
    case Error::Code::Internal: // unforeseen, perhaps after it was accepted
        if (!m_items.at(index).uncertainSince)
            m_items[index].uncertainSince = progress.began;
        if (error.code == Error::Code::Internal && progress.failures + 1 >= patienceWithUnforeseenErrors)
            return setState(index, OutboxItem::State::Unknown, error);
        return tryAgainLater(index, error);
    default:
        return setState(index, OutboxItem::State::Failed, error);
    }
}

void Outbox::seen(const Message &message)
{
    if (message.clientMessageId.isEmpty())
        return;
    const OutboxItem *item = find(message.clientMessageId);
    // Another user may give the same id to another message.
    if (item && item->groupId == message.groupId && item->text == message.text)
        accepted(message.clientMessageId, {message.groupId, message.seq, message.epoch, message.sendTime});
}

bool Outbox::retry(const QString &clientMessageId)
{
    const qsizetype index = indexOf(clientMessageId);
    if (index < 0 || m_items.at(index).state == OutboxItem::State::Sending)
        return false;
    OutboxItem item = m_items.takeAt(index);
    item.uncertainSince.reset();
    m_items.append(item);
    m_progress.remove(clientMessageId);
    setState(m_items.size() - 1, OutboxItem::State::Sending, std::nullopt);
    return true;
}

bool Outbox::discard(const QString &clientMessageId)
{
    const qsizetype index = indexOf(clientMessageId);
    if (index < 0 || m_progress.value(clientMessageId).onItsWay)
        return false;
    m_items.removeAt(index);
    m_progress.remove(clientMessageId);
    Q_EMIT discarded(clientMessageId);
    return true;
}

QJsonArray Outbox::toJson() const
{
    QJsonArray array;
    for (const OutboxItem &item : m_items) {
        QJsonObject json{
            {QStringLiteral("clientMessageId"), item.clientMessageId},
            {QStringLiteral("groupId"), item.groupId},
            {QStringLiteral("text"), item.text},
            {QStringLiteral("state"), nameOf(item.state)},
            {QStringLiteral("created"), static_cast<qint64>(item.created.count())},
        };
        const Progress progress = m_progress.value(item.clientMessageId);
        std::optional<milliseconds> since = item.uncertainSince;
        if (!since && progress.onItsWay)
            since = progress.began;
        if (since)
            json.insert(QStringLiteral("uncertainSince"), static_cast<qint64>(since->count()));
        if (item.error)
            json.insert(QStringLiteral("error"),
                        QJsonObject{{QStringLiteral("code"), static_cast<int>(item.error->code)},
                                    {QStringLiteral("message"), item.error->message}});
        array.append(json);
    }
    return array;
}

void Outbox::restore(const QJsonArray &items)
{
    for (const auto &json : items) {
        const std::optional<OutboxItem> item = itemOf(json.toObject());
        if (!item || find(item->clientMessageId))
            continue;
        m_items.append(*item);
        Q_EMIT changed(*item);
    }
}

qsizetype Outbox::indexOf(const QString &clientMessageId) const
{
    const auto found =
        std::find_if(m_items.begin(), m_items.end(), [&clientMessageId](const OutboxItem &item) {
            return item.clientMessageId == clientMessageId;
        });
    return found == m_items.end() ? -1 : found - m_items.begin();
}

// A clock that was put back makes no pause longer.
milliseconds Outbox::pauseLeft(const Progress &progress) const
{
    const milliseconds left = progress.notBefore - m_clock();
    return left > longestPause ? milliseconds(0) : std::max(left, milliseconds(0));
}

bool Outbox::tooLate(const OutboxItem &item) const
{
    if (!item.uncertainSince)
        return false;
    const milliseconds passed = m_clock() - *item.uncertainSince;
    return passed >= retryWindow || passed < -clockTolerance; // set back: nobody knows how long it was
}

void Outbox::setState(qsizetype index, OutboxItem::State state, std::optional<Error> error)
{
    OutboxItem &item = m_items[index];
    item.state = state;
    item.error = std::move(error);
    const OutboxItem copy = item; // whoever is told may change the list
    Q_EMIT changed(copy);
}

void Outbox::tryAgainLater(qsizetype index, const Error &error)
{
    Progress &progress = m_progress[m_items.at(index).clientMessageId];
    const int doublings = std::min(progress.failures++, 10);
    progress.notBefore = m_clock() + std::min(longestPause, firstPause * (1 << doublings));
    setState(index, OutboxItem::State::Sending, error);
}

} // namespace nextchat::chat
