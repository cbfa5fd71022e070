// SPDX-License-Identifier: MIT
#include "common/chat/retrypause.h"

#include "common/signalr/deferred.h"

#include <QTimer>

#include <chrono>

namespace nextchat::chat {

namespace {

constexpr std::chrono::milliseconds firstPause(250);
constexpr std::chrono::milliseconds longestPause(10'000);

} // namespace

QCoro::Task<> retryPause(int attempt)
{
    const auto length = std::min(longestPause, firstPause * (1 << std::min(attempt, 10)));
    const signalr::Deferred<bool> over;
    QTimer::singleShot(length, QAbstractEventDispatcher::instance(), [over] { over.resolve(true); });
    co_await over.wait();
}

} // namespace nextchat::chat
