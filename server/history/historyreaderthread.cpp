// SPDX-License-Identifier: MIT
#include "server/history/historyreaderthread.h"

namespace nextchat::history {

HistoryReaderThread::HistoryReaderThread(const sqlmigrate::DatabaseUrl &url,
                                         std::chrono::milliseconds busyTimeout, int number)
    : m_url(url)
    , m_busyTimeout(busyTimeout)
    , m_thread(u"history-" % QString::number(number))
{ }

HistoryReaderThread::~HistoryReaderThread()
{
    m_thread.post([this] { m_reader.reset(); });
    m_thread.stop();
}

MessageReader *HistoryReaderThread::reader()
{
    if (!m_reader && (!m_lastOpening.isValid() || m_lastOpening.hasExpired(reopenPause.count()))) {
        m_lastOpening.start();
        auto opened = MessageReader::open(m_url, m_busyTimeout);
        if (opened)
            m_reader = std::move(*opened);
        m_away.store(!m_reader, std::memory_order_relaxed);
    }
    return m_reader.get();
}

} // namespace nextchat::history
