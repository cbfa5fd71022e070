// SPDX-License-Identifier: MIT
#include "common/signalr/pendingcalls.h"

#include <QPointer>

namespace nextchat::signalr {

namespace {

Expected<Value> resultOf(Completion &&completion)
{
    if (!completion.error.isNull())
        return failure(Error::Code::Internal, completion.error);
    return completion.result ? std::move(*completion.result) : Value();
}

} // namespace

PendingCalls::PendingCalls(std::chrono::milliseconds callTimeout, qsizetype maximum)
    : m_callTimeout(callTimeout)
    , m_maximum(maximum)
{
    m_expiry.setSingleShot(true);
    QObject::connect(&m_expiry, &QTimer::timeout, &m_expiry, [this] { expire(); });
}

PendingCalls::~PendingCalls()
{
    const Error error{Error::Code::UnknownOutcome,
                      QStringLiteral("The connection was closed before the server answered.")};
    for (auto &[id, call] : m_calls) {
        if (const auto *answer = std::get_if<Answer>(&call))
            answer->resolveLater(tl::unexpected(error));
        else
            std::get<std::shared_ptr<HubStream::State>>(call)->finishLater(tl::unexpected(error));
    }
}

QString PendingCalls::insert(Call call)
{
    m_calls.emplace(++m_lastId, std::move(call));
    return QString::number(m_lastId);
}

QString PendingCalls::add(const Answer &answer)
{
    const QString id = insert(answer);
    if (m_callTimeout.count() > 0) {
        m_deadlines.emplace_back(QDeadlineTimer(m_callTimeout), m_lastId);
        if (!m_expiry.isActive())
            m_expiry.start(m_callTimeout);
    }
    return id;
}

QString PendingCalls::add(std::shared_ptr<HubStream::State> stream)
{
    return insert(std::move(stream));
}

void PendingCalls::forget(const QString &invocationId)
{
    m_calls.erase(invocationId.toLongLong());
}

void PendingCalls::item(StreamItem &&item)
{
    const auto found = m_calls.find(item.invocationId.toLongLong());
    if (found == m_calls.end())
        return;
    if (auto *held = std::get_if<std::shared_ptr<HubStream::State>>(&found->second)) {
        const std::shared_ptr<HubStream::State> stream = *held;
        stream->push(std::move(item.item));
    }
}

void PendingCalls::complete(Completion &&completion)
{
    const auto found = m_calls.extract(completion.invocationId.toLongLong());
    if (found.empty())
        return;
    Expected<Value> result = resultOf(std::move(completion));
    if (const auto *answer = std::get_if<Answer>(&found.mapped()))
        answer->resolve(std::move(result));
    else
        std::get<std::shared_ptr<HubStream::State>>(found.mapped())->finish(result.map([](const Value &) {}));
}

void PendingCalls::failAll(const Error &error)
{
    m_deadlines.clear();
    m_expiry.stop();
    for (const auto &[id, call] : std::exchange(m_calls, {})) {
        if (const auto *answer = std::get_if<Answer>(&call))
            answer->resolve(tl::unexpected(error));
        else
            std::get<std::shared_ptr<HubStream::State>>(call)->finish(tl::unexpected(error));
    }
}

void PendingCalls::expire()
{
    const QPointer<QTimer> alive(&m_expiry); // goes with this
    while (alive && !m_deadlines.empty() && m_deadlines.front().first.hasExpired()) {
        const auto found = m_calls.extract(m_deadlines.front().second);
        m_deadlines.pop_front();
        if (!found.empty())
            std::get<Answer>(found.mapped())
                .resolve(failure(Error::Code::UnknownOutcome,
                                 QStringLiteral("The server did not answer in time.")));
    }
    if (!alive)
        return;
    // Calls that were answered in time need no waking.
    while (!m_deadlines.empty() && !m_calls.contains(m_deadlines.front().second))
        m_deadlines.pop_front();
    if (!m_deadlines.empty())
        m_expiry.start(
            std::chrono::milliseconds(std::max<qint64>(1, m_deadlines.front().first.remainingTime())));
}

} // namespace nextchat::signalr
