// SPDX-License-Identifier: MIT
#include "server/broker/localbrokercore.h"

#include "server/broker/brokerlog.h"
#include "server/broker/embeddeddatabase.h"

namespace nextchat::broker {

namespace {

// How soon a database that is back is noticed.
constexpr std::chrono::milliseconds probeInterval{250};
// A copy of the database that is older is recognised.
constexpr std::chrono::seconds markInterval{10};

} // namespace

LocalBrokerCore::LocalBrokerCore(const LocalBrokerOptions &options, BrokerMetrics &metrics)
    : m_metrics(metrics)
    , m_membership(m_groups, m_listeners, metrics, options.maximumMembers, options.leaseDuration)
{ }

Expected<std::unique_ptr<LocalBrokerCore>> LocalBrokerCore::open(const LocalBrokerOptions &options,
                                                                 BrokerMetrics &metrics, StoreHealth &health,
                                                                 std::atomic<int> &waiting)
{
    std::unique_ptr<LocalBrokerCore> core(new LocalBrokerCore(options, metrics));
    if (const auto started = core->start(options, health, waiting); !started)
        return tl::unexpected(started.error());
    return core;
}

Expected<void> LocalBrokerCore::start(const LocalBrokerOptions &options, StoreHealth &health,
                                      std::atomic<int> &waiting)
{
    auto folder = DataFolder::open(options.dataDir);
    if (!folder)
        return tl::unexpected(folder.error());
    m_folder = std::move(*folder);
    auto connection = openEmbeddedDatabase(*m_folder, options.lockPatience);
    if (!connection)
        return tl::unexpected(connection.error());
    if (const auto compared = compareMark(**connection); !compared)
        return tl::unexpected(compared.error());
    const auto epoch = epochOf(**connection);
    if (!epoch)
        return tl::unexpected(epoch.error());
    m_epoch = *epoch;
    auto log = MessageLog::open(std::move(*connection));
    if (!log)
        return tl::unexpected(log.error());
    const auto stored = (*log)->groups(false);
    if (!stored)
        return tl::unexpected(stored.error());
    for (const MessageLog::StoredGroup &group : *stored)
        m_groups.add(group.id, group.lastSeq, group.lastTime);
    m_metrics.groups.set(static_cast<double>(m_groups.size()));
    m_publishing = std::make_unique<PublishQueue>(options, m_epoch, std::move(*log), m_groups, m_listeners,
                                                  m_metrics, health, waiting);
    m_checkpointer =
        std::make_unique<Checkpointer>(options.database(), [this] { m_publishing->log().checkpoint(); });
    m_probeTimer.callOnTimeout([this] {
        m_publishing->probe();
        if (m_publishing->hasWritten() && std::chrono::steady_clock::now() - m_lastMark >= markInterval)
            mark();
        m_checkpointer->noteCommits(m_publishing->log().commits());
    });
    m_probeTimer.start(probeInterval);
    mark();
    qCInfo(brokerLog) << "Opened the database with" << m_groups.size() << "groups";
    return {};
}

LocalBrokerCore::~LocalBrokerCore()
{
    if (!m_publishing)
        return;
    m_publishing->commit();
    if (m_publishing->hasWritten())
        mark();
}

// A database that was restored from a copy would give out numbers again.
Expected<void> LocalBrokerCore::compareMark(sqlmigrate::Connection &connection)
{
    const auto path = m_folder->privateFile(QStringLiteral("next-chat.mark"));
    if (!path)
        return tl::unexpected(path.error());
    const auto stored = markOf(connection);
    if (!stored)
        return tl::unexpected(stored.error());
    m_mark = *stored;
    m_storeMark = std::make_unique<StoreMark>(*path);
    if (!m_storeMark->contradicts(m_mark))
        return {};
    qCWarning(brokerLog) << "The database is an older copy, or from elsewhere; a new epoch begins";
    return endEpoch(connection);
}

// The database first: a crash in between must not look like a copy.
void LocalBrokerCore::mark()
{
    m_lastMark = std::chrono::steady_clock::now();
    const qint64 next = std::max(m_mark + 1, QDateTime::currentMSecsSinceEpoch());
    if (!m_publishing->log().mark(next))
        return; // the next message finds out, too
    m_mark = next;
    m_storeMark->keep(next);
    m_publishing->forgetWritten();
}

void LocalBrokerCore::detach(int listener)
{
    m_membership.dropListener(listener);
    m_listeners.remove(listener);
}

} // namespace nextchat::broker
