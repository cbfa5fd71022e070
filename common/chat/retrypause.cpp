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

QCoro::Task<> retryPause(int attempt, const QObject *context)
{
    const auto length = std::min(longestPause, firstPause * (1 << std::min(attempt, 10)));
    const signalr::Deferred<bool> over;
    QTimer::singleShot(length, QAbstractEventDispatcher::instance(), [over] { over.resolve(true); });
    const auto ended = QObject::connect(context, &QObject::destroyed, [over] { over.resolve(false); });
    co_await over.wait();
    QObject::disconnect(ended);
}

} // namespace nextchat::chat
