// SPDX-License-Identifier: MIT
#include "server/broker/checkpointer.h"

#include "server/broker/brokerlog.h"

namespace nextchat::broker {

namespace {

using namespace std::chrono_literals;

constexpr quint64 worthwhileCommits = 20; // fewer wait for `longestWait`
constexpr auto longestWait = 10s;
constexpr int passes = 4; // each finds less than the one before
constexpr qint64 smallRest = 500; // pages that the writer may copy itself: about a millisecond

// Pages of the log that were not copied by this pass; nothing when it could not run.
std::optional<qint64> copyOnce(sqlmigrate::Connection &connection)
{
    const auto rows = connection.select(QStringLiteral("PRAGMA wal_checkpoint(PASSIVE)"));
    if (!rows || rows->empty() || rows->front().size() < 3) {
        qCWarning(brokerLog) << "The write-ahead log can't be copied now; the next commits try it again";
        return std::nullopt;
    }
    return rows->front()[1].toLongLong() - rows->front()[2].toLongLong();
}

} // namespace

Checkpointer::Checkpointer(const sqlmigrate::DatabaseUrl &url, std::function<void()> copyRest)
    : m_url(url)
    , m_copyRest(std::move(copyRest))
    , m_lastCopy(std::chrono::steady_clock::now())
    , m_thread(QStringLiteral("checkpointer"))
{ }

Checkpointer::~Checkpointer()
{
    m_thread.post([this] { m_connection.reset(); });
    m_thread.stop();
}

void Checkpointer::noteCommits(quint64 commits)
{
    const auto now = std::chrono::steady_clock::now();
    const quint64 waiting = commits - m_copied;
    if (m_isCopying || waiting == 0 || (waiting < worthwhileCommits && now - m_lastCopy < longestWait))
        return;
    m_isCopying = true;
    m_copied = commits;
    m_lastCopy = now;
    m_thread.post([this, home = Mailbox::current(), alive = std::weak_ptr(m_alive)] {
        copy();
        home->post([this, alive] {
            if (alive.expired())
                return;
            m_copyRest();
            m_isCopying = false;
        });
    });
}

void Checkpointer::copy()
{
    if (!m_connection) {
        auto opened = sqlmigrate::Connection::open(m_url, {});
        if (!opened) {
            qCWarning(brokerLog) << "The write-ahead log can't be copied:" << opened.error().message;
            return;
        }
        m_connection = std::move(*opened);
    }
    for (int pass = 0; pass < passes; ++pass) {
        const auto rest = copyOnce(*m_connection);
        if (!rest || *rest < smallRest)
            return;
    }
}

} // namespace nextchat::broker
