// SPDX-License-Identifier: MIT
#include "sqlmigrate/migration.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QRegularExpression>

// Resources of a static library are reached only through a function that the linker must keep; it has to be
// named outside of any namespace.
static void initMigrationResources()
{
    Q_INIT_RESOURCE(migrations);
}

namespace nextchat::sqlmigrate {

namespace {

tl::unexpected<Error> badFile(const QString &fileName, const QString &why)
{
    return failure(Error::Code::InvalidArgument, u"Migration file '" % fileName % u"' " % why);
}

QByteArray withNormalLineEnds(QByteArray content)
{
    return content.replace("\r\n", "\n").replace('\r', '\n');
}

Expected<QVersionNumber> compatibilityOf(const QString &fileName, const QString &sql)
{
    static const QRegularExpression header(QStringLiteral("^-- Compatible with: (\\d+(?:\\.\\d+)*)[ \\t]*$"),
                                           QRegularExpression::MultilineOption);
    const QRegularExpressionMatch match = header.match(sql);
    if (!match.hasMatch())
        return badFile(fileName, QStringLiteral("has no line '-- Compatible with: X.Y.Z'."));
    return QVersionNumber::fromString(match.captured(1));
}

} // namespace

QByteArray checksumOfFirst(const Migration &migration, int statements)
{
    QCryptographicHash hash(QCryptographicHash::Sha256);
    const auto count = std::min(static_cast<std::size_t>(statements), migration.statements.size());
    for (std::size_t i = 0; i < count; ++i) {
        hash.addData(migration.statements[i].sql.toUtf8());
        hash.addData(QByteArrayView(";", 1));
    }
    return hash.result().toHex();
}

Expected<Migration> parseMigration(const QString &fileName, const QByteArray &content, const Dialect &dialect)
{
    static const QRegularExpression form(QStringLiteral("^(\\d{4})_([a-z0-9_]{1,100})\\.sql$"));
    const QRegularExpressionMatch match = form.match(fileName);
    if (!match.hasMatch() || match.captured(1).toInt() == 0)
        return badFile(fileName, QStringLiteral("is not named NNNN_name.sql."));

    Migration migration;
    migration.version = match.captured(1).toInt();
    migration.name = match.captured(2);
    const QByteArray normal = withNormalLineEnds(content);
    migration.checksum = QCryptographicHash::hash(normal, QCryptographicHash::Sha256).toHex();
    migration.sql = QString::fromUtf8(normal);
    const auto compatibleWith = compatibilityOf(fileName, migration.sql);
    if (!compatibleWith)
        return tl::unexpected(compatibleWith.error());
    migration.compatibleWith = *compatibleWith;
    migration.statements = splitStatements(migration.sql, dialect.backslashEscapes());
    if (migration.statements.empty())
        return badFile(fileName, QStringLiteral("holds no statement."));
    return migration;
}

Expected<std::vector<Migration>> loadMigrations(const QString &folder, const Dialect &dialect)
{
    std::vector<Migration> migrations;
    for (const QString &part : {QStringLiteral("common"), dialect.name()}) {
        const QDir dir(folder % u'/' % part);
        for (const QString &fileName : dir.entryList({QStringLiteral("*.sql")}, QDir::Files, QDir::Name)) {
            QFile file(dir.filePath(fileName));
            if (!file.open(QIODevice::ReadOnly))
                return badFile(fileName, u"can't be read: " % file.errorString());
            auto migration = parseMigration(fileName, file.readAll(), dialect);
            if (!migration)
                return tl::unexpected(migration.error());
            migrations.push_back(std::move(*migration));
        }
    }
    if (migrations.empty())
        return failure(Error::Code::InvalidArgument, u"There are no migrations in '" % folder % u"'.");
    std::sort(migrations.begin(), migrations.end(),
              [](const Migration &a, const Migration &b) { return a.version < b.version; });
    const auto twice =
        std::adjacent_find(migrations.begin(), migrations.end(),
                           [](const Migration &a, const Migration &b) { return a.version == b.version; });
    if (twice != migrations.end()) {
        return failure(Error::Code::InvalidArgument,
                       u"Two migrations claim version " % QString::number(twice->version) % u'.');
    }
    return migrations;
}

Expected<std::vector<Migration>> builtInMigrations(const Dialect &dialect)
{
    initMigrationResources();
    return loadMigrations(QStringLiteral(":/nextchat/migrations"), dialect);
}

QVersionNumber programVersion()
{
    return QVersionNumber::fromString(QStringLiteral(NEXTCHAT_VERSION));
}

} // namespace nextchat::sqlmigrate
