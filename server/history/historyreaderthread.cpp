// SPDX-License-Identifier: MIT
#include "server/history/historyreaderthread.h"

#include "server/history/historylog.h"

namespace nextchat::history {

HistoryReaderThread::HistoryReaderThread(MessageReader::Options options, int number)
    : m_options(std::move(options))
    , m_thread(u"history-" % QString::number(number))
{ }

HistoryReaderThread::~HistoryReaderThread()
{
    m_thread.post([this] { m_reader.reset(); });
    m_thread.stop();
}

bool HistoryReaderThread::isStuck() const
{
    const Clock::rep since = m_busySince.load(std::memory_order_relaxed);
    if (since == 0)
        return false;
    return isAway() || Clock::now().time_since_epoch() - Clock::duration(since) > m_options.readTimeout;
}

Expected<void> HistoryReaderThread::connect()
{
    const auto now = Clock::now();
    // Whatever stands between may have forgotten a connection that was quiet for long, and then nothing
    // tells.
    if (m_reader && now - m_lastUse > m_options.maximumIdle)
        m_reader.reset();
    m_lastUse = now;
    if (m_reader)
        return {};
    if (isAway() && now - m_lastFailure < reopenPause)
        return failure(Error::Code::Unavailable, QStringLiteral("The database is away."));
    auto opened = MessageReader::open(m_options);
    if (!opened) {
        failed(opened.error());
        return tl::unexpected(opened.error());
    }
    m_reader = std::move(*opened);
    return {};
}

void HistoryReaderThread::succeeded()
{
    if (m_away.exchange(false, std::memory_order_relaxed))
        qCInfo(historyLog, "History can be read again.");
}

void HistoryReaderThread::failed(const Error &error)
{
    m_lastFailure = Clock::now();
    if (!m_away.exchange(true, std::memory_order_relaxed))
        qCWarning(historyLog).noquote() << "History can't be read:" << error.message;
}

} // namespace nextchat::history
