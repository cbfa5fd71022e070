// SPDX-License-Identifier: MIT
#pragma once

#include <qcorotask.h>

#include <memory>
#include <optional>

namespace nextchat::signalr {

// Keeps what a task gives, once it does.
template <typename T> std::shared_ptr<std::optional<T>> outcomeOf(QCoro::Task<T> task)
{
    auto outcome = std::make_shared<std::optional<T>>();
    [](QCoro::Task<T> waited, std::shared_ptr<std::optional<T>> into) -> QCoro::Task<> {
        *into = co_await std::move(waited);
    }(std::move(task), outcome);
    return outcome;
}

inline std::shared_ptr<std::optional<bool>> endOf(QCoro::Task<> task)
{
    auto outcome = std::make_shared<std::optional<bool>>();
    [](QCoro::Task<> waited, std::shared_ptr<std::optional<bool>> into) -> QCoro::Task<> {
        co_await std::move(waited);
        *into = true;
    }(std::move(task), outcome);
    return outcome;
}

} // namespace nextchat::signalr
