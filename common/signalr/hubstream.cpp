// SPDX-License-Identifier: MIT
#include "common/signalr/hubstream.h"

namespace nextchat::signalr {

void HubStream::State::push(Value item)
{
    if (end)
        return;
    if (static_cast<qsizetype>(items.size()) >= maximumItems) {
        if (const auto tell = std::exchange(cancel, nullptr))
            tell();
        finish(failure(Error::Code::LimitReached,
                       QStringLiteral("The items of a stream came faster than they were read.")));
        return;
    }
    items.push_back(std::move(item));
    if (waiting)
        std::exchange(waiting, std::nullopt)->resolve(true);
}

void HubStream::State::finish(Expected<void> how)
{
    if (end)
        return;
    end = std::move(how);
    cancel = nullptr;
    if (waiting)
        std::exchange(waiting, std::nullopt)->resolve(true);
}

void HubStream::State::finishLater(Expected<void> how)
{
    if (end)
        return;
    end = std::move(how);
    cancel = nullptr;
    if (waiting)
        std::exchange(waiting, std::nullopt)->resolveLater(true);
}

HubStream::HubStream(std::shared_ptr<State> state)
    : m_state(std::move(state))
{ }

HubStream::~HubStream()
{
    if (!m_state) // moved from
        return;
    m_state->items.clear();
    if (m_state->end)
        return;
    if (const auto tell = std::exchange(m_state->cancel, nullptr))
        tell();
    m_state->finishLater(failure(Error::Code::Cancelled, QStringLiteral("The stream was cancelled.")));
}

QCoro::Task<Expected<std::optional<Value>>> HubStream::next()
{
    return next(m_state);
}

QCoro::Task<Expected<std::optional<Value>>> HubStream::next(std::shared_ptr<State> state)
{
    if (state->items.empty() && !state->end) {
        const Deferred<bool> arrival = state->waiting.emplace();
        co_await arrival.wait();
    }
    if (!state->items.empty()) {
        Value item = std::move(state->items.front());
        state->items.pop_front();
        co_return std::optional<Value>(std::move(item));
    }
    if (state->end && !*state->end)
        co_return tl::unexpected(state->end->error());
    co_return std::optional<Value>();
}

void HubStream::cancel()
{
    if (const auto tell = std::exchange(m_state->cancel, nullptr))
        tell();
    m_state->finish(failure(Error::Code::Cancelled, QStringLiteral("The stream was cancelled.")));
}

} // namespace nextchat::signalr
