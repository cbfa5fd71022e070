// SPDX-License-Identifier: MIT
#pragma once

#include <QTest>
#include <qcorotask.h>

#include <chrono>
#include <memory>
#include <optional>

namespace nextchat::test {

// Runs the event loop until `task` is done, and gives its result; nothing when that took longer than
// `patience`, in which case the task goes on by itself. QCoro::waitFor() is the same without an end.
template <typename T>
[[nodiscard]] std::optional<T> waitFor(QCoro::Task<T> task,
                                       std::chrono::milliseconds patience = std::chrono::seconds(20))
{
    auto result = std::make_shared<std::optional<T>>();
    // The lambda has no captures: its parameters live in the coroutine's frame.
    [](QCoro::Task<T> awaited, std::shared_ptr<std::optional<T>> kept) -> QCoro::Task<> {
        kept->emplace(co_await awaited);
    }(std::move(task), result);
    (void)QTest::qWaitFor([&result] { return result->has_value(); }, static_cast<int>(patience.count()));
    return std::move(*result);
}

// As above; true when the task was done in time.
[[nodiscard]] inline bool waitFor(QCoro::Task<void> task,
                                  std::chrono::milliseconds patience = std::chrono::seconds(20))
{
    auto done = std::make_shared<bool>(false);
    [](QCoro::Task<void> awaited, std::shared_ptr<bool> kept) -> QCoro::Task<> {
        co_await awaited;
        *kept = true;
    }(std::move(task), done);
    return QTest::qWaitFor([&done] { return *done; }, static_cast<int>(patience.count()));
}

} // namespace nextchat::test
