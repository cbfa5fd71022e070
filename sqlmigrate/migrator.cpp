// SPDX-License-Identifier: MIT
#include "sqlmigrate/migrator.h"

#include "sqlmigrate/compatibility.h"

namespace nextchat::sqlmigrate {

namespace {

using Kind = MigrationError::Kind;

QString title(const MigrationRecord &record)
{
    return QString::number(record.version) % u" (" % record.name % u')';
}

} // namespace

Migrator::Migrator(Connection &connection, std::vector<Migration> migrations, QVersionNumber program)
    : m_connection(connection)
    , m_dialect(connection.dialect())
    , m_history(connection)
    , m_migrations(std::move(migrations))
    , m_program(std::move(program))
{ }

const Migration *Migrator::find(int version) const
{
    const auto found = std::find_if(m_migrations.begin(), m_migrations.end(),
                                    [version](const Migration &m) { return m.version == version; });
    return found == m_migrations.end() ? nullptr : &*found;
}

MigrationStatus::State Migrator::stateOf(const MigrationRecord &record, bool locked) const
{
    using State = MigrationStatus::State;
    const Migration *known = find(record.version);
    if (!known)
        return record.version > m_migrations.back().version ? State::Newer : State::Missing;
    if (record.success)
        return known->checksum == record.checksum ? State::Applied : State::Edited;
    if (record.repaired)
        return State::Repaired;
    return locked && record.interrupted() ? State::Running : State::Failed;
}

Outcome<std::vector<MigrationStatus>> Migrator::status()
{
    const auto locked = m_dialect.isLocked(m_connection);
    if (!locked)
        return refused(locked.error());
    const auto history = m_history.read();
    if (!history)
        return refused(history.error());

    std::map<int, MigrationStatus> all;
    for (const Migration &migration : m_migrations)
        all[migration.version] = {migration.version, migration.name, MigrationStatus::State::Pending, {}};
    for (const auto &[version, record] : *history)
        all[version] = {version, record.name, stateOf(record, *locked), record};
    std::vector<MigrationStatus> result;
    for (auto &[version, one] : all)
        result.push_back(std::move(one));
    return result;
}

Outcome<void> Migrator::check(const History &history) const
{
    for (const auto &[version, record] : history) {
        const Migration *known = find(version);
        if (!known && version <= m_migrations.back().version) {
            return refused(Kind::Checksum,
                           u"Migration " % title(record)
                               % u" was applied to the database but is missing here.");
        }
        if (known && record.success && known->checksum != record.checksum) {
            return refused(Kind::Checksum,
                           u"Migration " % title(record) % u" was edited after it was applied (checksum "
                               % QString::fromLatin1(known->checksum.left(12)) % u" here, "
                               % QString::fromLatin1(record.checksum.left(12)) % u" in the database).");
        }
        // Of one that goes on somewhere in its middle, that part must be the same.
        if (known && !record.success && record.statementsDone > 0 && !m_dialect.transactionalDdl()
            && checksumOfFirst(*known, record.statementsDone) != record.checksum) {
            return refused(Kind::Checksum,
                           u"Migration " % title(record)
                               % u" was edited in what the database has executed of it, up to statement "
                               % QString::number(record.statementsDone) % u'.');
        }
    }
    if (const auto fits = checkNotTooNew(history, m_migrations, m_program); !fits)
        return refused(Kind::Failed, fits.error().message);
    return {};
}

Outcome<Migrator::History> Migrator::checkedHistory()
{
    auto history = m_history.read();
    if (!history)
        return refused(history.error());
    if (auto checked = check(*history); !checked)
        return tl::unexpected(checked.error());
    return std::move(*history);
}

Outcome<void> Migrator::validate()
{
    const auto locked = m_dialect.isLocked(m_connection);
    if (!locked)
        return refused(locked.error());
    const auto history = checkedHistory();
    if (!history)
        return tl::unexpected(history.error());
    for (const auto &[version, record] : *history) {
        if (record.success)
            continue;
        if (stateOf(record, *locked) == MigrationStatus::State::Running)
            return refused(Kind::Locked, u"Migration " % title(record) % u" is being applied just now.");
        return refused(Kind::FailedBefore, u"Migration " % title(record) % u" was not finished; see status.");
    }
    return {};
}

Outcome<std::vector<Migration>> Migrator::pending(const History &history, std::optional<int> to) const
{
    if (to && !find(*to))
        return refused(Kind::Usage, u"There is no migration " % QString::number(*to) % u'.');
    std::vector<Migration> result;
    for (const Migration &migration : m_migrations) {
        if (to && migration.version > *to)
            break;
        const auto record = history.find(migration.version);
        if (record == history.end() || !record->second.success)
            result.push_back(migration);
    }
    return result;
}

Outcome<std::vector<Migration>> Migrator::plan(std::optional<int> to)
{
    const auto history = checkedHistory();
    if (!history)
        return tl::unexpected(history.error());
    return pending(*history, to);
}

Outcome<std::shared_ptr<const Migrator>> Migrator::lock()
{
    if (const auto taken = m_dialect.lock(m_connection, m_patience); !taken)
        return refused(taken.error());
    std::shared_ptr<const Migrator> locked(
        this, [](const Migrator *migrator) { migrator->m_dialect.unlock(migrator->m_connection); });
    if (const auto created = m_history.createTable(); !created)
        return refused(created.error());
    return locked;
}

Outcome<std::vector<int>> Migrator::up(std::optional<int> to)
{
    if (to && !find(*to))
        return refused(Kind::Usage, u"There is no migration " % QString::number(*to) % u'.');
    const auto locked = lock();
    if (!locked)
        return tl::unexpected(locked.error());
    const auto todo = plan(to);
    if (!todo)
        return tl::unexpected(todo.error());
    std::vector<int> applied;
    for (const Migration &migration : *todo) {
        const auto done = MigrationRun(m_connection, m_dialect, migration, m_notice).run();
        if (!done)
            return tl::unexpected(done.error());
        if (*done)
            applied.push_back(migration.version);
    }
    return applied;
}

Outcome<void> Migrator::inTransaction(const std::function<Expected<void>()> &work)
{
    Expected<void> done = m_connection.execute(m_dialect.beginStatement());
    if (!done)
        return refused(done.error());
    done = work();
    if (done)
        done = m_connection.execute(QStringLiteral("COMMIT"));
    if (done)
        return {};
    (void)m_connection.execute(QStringLiteral("ROLLBACK"));
    return refused(done.error());
}

Outcome<void> Migrator::baseline(int version)
{
    if (!find(version))
        return refused(Kind::Usage, u"There is no migration " % QString::number(version) % u'.');
    const auto locked = lock();
    if (!locked)
        return tl::unexpected(locked.error());
    return inTransaction([&]() -> Expected<void> {
        const auto history = m_history.read();
        if (!history)
            return tl::unexpected(history.error());
        if (!history->empty())
            return failure(Error::Code::Conflict,
                           QStringLiteral("The database already has migration records."));
        for (const Migration &migration : m_migrations) {
            if (migration.version > version)
                break;
            MigrationRecord record = SchemaHistory::beginning(migration);
            record.success = true;
            if (const auto written = m_history.write(record); !written)
                return written;
        }
        return {};
    });
}

Outcome<std::vector<int>> Migrator::repair()
{
    const auto locked = lock();
    if (!locked)
        return tl::unexpected(locked.error());
    std::vector<int> repaired;
    const auto done = inTransaction([&]() -> Expected<void> {
        const auto history = m_history.read();
        if (!history)
            return tl::unexpected(history.error());
        for (auto [version, record] : *history) {
            if (record.success || record.repaired)
                continue;
            record.repaired = true;
            if (m_dialect.transactionalDdl())
                record.statementsDone = 0; // all of it was rolled back
            if (const auto written = m_history.write(record); !written)
                return written;
            repaired.push_back(version);
        }
        return {};
    });
    if (!done)
        return tl::unexpected(done.error());
    return repaired;
}

} // namespace nextchat::sqlmigrate
