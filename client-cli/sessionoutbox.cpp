// SPDX-License-Identifier: MIT
// Messages that are not sent yet, or could not be.
#include "client-cli/session.h"
#include "common/chat/rules.h"

#include <QDateTime>
#include <QSignalBlocker>
#include <qcorosignal.h>

namespace nextchat::console {

namespace {

using chat::OutboxItem;

constexpr std::chrono::seconds noticeableTime{1}; // that a message is on its way

QString messages(qsizetype count)
{
    return count == 1 ? QStringLiteral("1 message is") : QString(QString::number(count) % u" messages are");
}

} // namespace

void Session::openOutbox(const QUrl &url, const QString &user)
{
    if (!keepsUnsent())
        return;
    m_unsentTimer.setSingleShot(true);
    connect(&m_unsentTimer, &QTimer::timeout, this, &Session::showUnsent, Qt::UniqueConnection);
    connect(&m_client->outbox(), &chat::Outbox::discarded, this, &Session::discarded);
    if (!user.isEmpty()) // with a token alone it is not known whose it would be
        restoreOutbox(url, user);
}

void Session::restoreOutbox(const QUrl &url, const QString &user)
{
    m_kept = std::make_unique<KeptOutbox>(m_options.outboxFolder, url, user);
    if (!m_kept->isOurs())
        m_printer.hint(QStringLiteral("What is not sent when this console ends is lost: another one has the "
                                      "outbox open, or it cannot be written."));
    {
        const QSignalBlocker nothingIsNew(m_client->outbox());
        m_client->outbox().restore(m_kept->load());
    }
    const qsizetype count = m_client->outbox().items().size();
    if (count > 0)
        m_printer.hint(messages(count)
                       % u" not sent since the last time: `outbox` lists them. What waits goes out when its "
                         "group is joined.");
    outboxChanged();
}

void Session::outboxChanged()
{
    if (!m_client)
        return;
    m_unsentTimer.start(noticeableTime);
    showUnsent();
    // Once for whatever changes in one go.
    if (m_kept && !std::exchange(m_savesOutbox, true))
        QMetaObject::invokeMethod(this, &Session::saveOutbox, Qt::QueuedConnection);
}

void Session::saveOutbox()
{
    m_savesOutbox = false;
    if (m_client && m_kept)
        m_kept->save(m_client->outbox().toJson());
}

// What is just being sent is not worth telling.
void Session::showUnsent()
{
    if (!m_client)
        return;
    const bool isOnline = m_client->state() == chat::ChatClient::State::Connected;
    const std::chrono::milliseconds now(QDateTime::currentMSecsSinceEpoch());
    const auto &items = m_client->outbox().items();
    m_prompt.setUnsent(std::count_if(items.begin(), items.end(), [&](const OutboxItem &item) {
        return item.state != OutboxItem::State::Sending || !isOnline || now - item.created >= noticeableTime;
    }));
}

// `ending` is no longer the client of the session.
void Session::closeOutbox(chat::ChatClient &ending)
{
    m_prompt.setUnsent(0);
    const QJsonArray items = ending.outbox().toJson();
    const std::unique_ptr<KeptOutbox> kept = std::move(m_kept);
    const bool isKept = kept && kept->save(items);
    if (items.isEmpty() || !keepsUnsent())
        return;
    if (isKept)
        m_printer.hint(messages(items.size()) % u" not sent, and kept until "
                       % (m_user.isEmpty() ? QStringLiteral("you connect") : QString(m_user % u" connects"))
                       % u" here again.");
    else
        m_printer.error(messages(items.size()) % u" not sent, and lost.");
}

void Session::settle(const OutboxItem &item)
{
    outboxChanged();
    if (item.state == OutboxItem::State::Sending)
        return;
    if (!m_saying.contains(item.clientMessageId)) {
        if (item.state != OutboxItem::State::Sent)
            showFailure(item);
        return;
    }
    m_settled.insert(item.clientMessageId, item);
    wakeSayings();
}

// Later: whoever waits changes the outbox, which is telling us something now. And once for whatever happens
// until then: QCoro's waiting for a signal does not outlive that it comes again before it was delivered.
void Session::wakeSayings()
{
    if (std::exchange(m_wakesSayings, true))
        return;
    const auto wake = [this] {
        m_wakesSayings = false;
        Q_EMIT messageSettled();
    };
    QMetaObject::invokeMethod(this, wake, Qt::QueuedConnection);
}

void Session::discarded(const QString &clientMessageId)
{
    outboxChanged();
    if (m_saying.contains(clientMessageId))
        wakeSayings();
}

// One of before, or sent again: nobody waits for it.
void Session::showFailure(const OutboxItem &item)
{
    m_printer.error(item.error ? item.error->message : chat::texts::unknownOutcome(),
                    commandSpec(Command::Verb::Say).name.toString());
    m_printer.hint(QStringLiteral("It stays in the `outbox`: `retry` sends it again, `discard` forgets it."));
}

QCoro::Task<Expected<void>> Session::say(QString groupId, QString text)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    auto *sender = *connected;
    const auto id = sender->post(groupId, text);
    if (!id)
        co_return tl::unexpected(id.error());
    m_completion.useGroup(groupId);
    if (sender->state() != chat::ChatClient::State::Connected)
        m_printer.hint(QStringLiteral("Not sent yet: it goes out once there is a connection."));
    m_saying.insert(*id);
    while (!m_settled.contains(*id)) {
        if (m_client.get() != sender || !sender->outbox().find(*id))
            break;
        co_await qCoro(this, &Session::messageSettled);
    }
    m_saying.remove(*id);
    if (!m_settled.contains(*id)) {
        if (keepsUnsent())
            co_return {}; // it was discarded, or closeOutbox() has told
        co_return failure(Error::Code::Unavailable,
                          QStringLiteral("Disconnected before the message was sent."));
    }
    const OutboxItem item = m_settled.take(*id);
    if (item.state == OutboxItem::State::Sent) {
        if (item.receipt)
            m_printer.sent(*item.receipt, *id);
        co_return {};
    }
    if (keepsUnsent()) {
        showFailure(item);
        co_return {};
    }
    m_client->outbox().discard(*id);
    co_return item.error ? tl::unexpected(*item.error)
                         : failure(Error::Code::UnknownOutcome, chat::texts::unknownOutcome());
}

QCoro::Task<Expected<void>> Session::listOutbox()
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    m_printer.outbox((*connected)->outbox().items());
    co_return {};
}

// The id of the message that `outbox` lists with this number.
Expected<QString> Session::numbered(const QString &number) const
{
    const QList<OutboxItem> &items = m_client->outbox().items();
    const qsizetype position = number.toInt(); // 0 when it is none
    if (position < 1 || position > items.size())
        return failure(Error::Code::InvalidArgument, u"There is no message " % number % u" in the outbox.");
    return items.at(position - 1).clientMessageId;
}

// Of those that failed or may have been accepted, or of those as well that wait or are on their way.
QStringList Session::idsInOutbox(bool withWaiting) const
{
    QStringList ids;
    for (const OutboxItem &item : m_client->outbox().items()) {
        if (withWaiting || item.state != OutboxItem::State::Sending)
            ids.append(item.clientMessageId);
    }
    return ids;
}

QCoro::Task<Expected<void>> Session::retry(QStringList arguments)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    chat::Outbox &outbox = m_client->outbox();
    if (arguments.isEmpty()) {
        for (const QString &id : idsInOutbox(false))
            outbox.retry(id);
    } else {
        const auto id = numbered(arguments[0]);
        if (!id)
            co_return tl::unexpected(id.error());
        if (!outbox.retry(*id))
            co_return failure(Error::Code::InvalidArgument,
                              u"Message " % arguments[0] % u" waits to be sent, or is on its way.");
    }
    m_client->connection().retryNow();
    co_return {};
}

QCoro::Task<Expected<void>> Session::discard(QStringList arguments)
{
    const auto connected = client();
    if (!connected)
        co_return tl::unexpected(connected.error());
    chat::Outbox &outbox = m_client->outbox();
    const bool everything = arguments == QStringList{QStringLiteral("all")};
    if (arguments.isEmpty() || everything) {
        for (const QString &id : idsInOutbox(everything))
            outbox.discard(id);
        co_return {};
    }
    const auto id = numbered(arguments[0]);
    if (!id)
        co_return tl::unexpected(id.error());
    if (!outbox.discard(*id))
        co_return failure(Error::Code::InvalidArgument, u"Message " % arguments[0] % u" is on its way.");
    co_return {};
}

} // namespace nextchat::console
