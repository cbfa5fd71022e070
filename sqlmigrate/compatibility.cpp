// SPDX-License-Identifier: MIT
#include "sqlmigrate/compatibility.h"

namespace nextchat::sqlmigrate {

namespace {

bool knows(const std::vector<Migration> &known, int version)
{
    return std::any_of(known.begin(), known.end(),
                       [version](const Migration &m) { return m.version == version; });
}

// To be pasted into a shell. A password is not repeated.
QString commandFor(const DatabaseUrl &url, QStringView command)
{
    const QString result = u"nextchat-sqlmigrate --database '"
        % url.text().replace(u'\'', QLatin1String("'\\''")) % u"' " % command.toString();
    return url.server.password.isEmpty() ? result : result % u" (with the password in MYSQL_PWD)";
}

} // namespace

Expected<void> checkNotTooNew(const std::map<int, MigrationRecord> &history,
                              const std::vector<Migration> &known, const QVersionNumber &program)
{
    for (const auto &[version, record] : history) {
        if (knows(known, version) || record.compatibleWith <= program)
            continue;
        return failure(Error::Code::Conflict,
                       u"The schema has migration " % QString::number(version) % u" (" % record.name
                           % u"), which needs at least version " % record.compatibleWith.toString()
                           % u" of the program; this is " % program.toString() % u". Run a newer program.");
    }
    return {};
}

Expected<void> checkSchema(const std::map<int, MigrationRecord> &history, const std::vector<Migration> &known,
                           const QVersionNumber &program, const DatabaseUrl &url)
{
    for (const Migration &migration : known) {
        const auto record = history.find(migration.version);
        const QString which = QString::number(migration.version) % u" (" % migration.name % u')';
        if (record == history.end()) {
            return failure(Error::Code::Conflict,
                           u"The schema is older than this program needs: migration " % which
                               % u" is missing. Run: " % commandFor(url, u"up"));
        }
        if (!record->second.success) {
            return failure(Error::Code::Conflict,
                           u"Migration " % which % u" was not finished. See: " % commandFor(url, u"status"));
        }
    }
    return checkNotTooNew(history, known, program);
}

Expected<void> checkSchema(Connection &connection, const std::vector<Migration> &known,
                           const QVersionNumber &program)
{
    const auto history = SchemaHistory(connection).read();
    if (!history)
        return tl::unexpected(history.error());
    return checkSchema(*history, known, program, connection.url());
}

Expected<void> checkSchema(Connection &connection)
{
    const auto known = builtInMigrations(connection.dialect());
    return known ? checkSchema(connection, *known, programVersion()) : tl::unexpected(known.error());
}

} // namespace nextchat::sqlmigrate
