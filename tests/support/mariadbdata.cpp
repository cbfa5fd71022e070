// SPDX-License-Identifier: MIT
#include "tests/support/mariadbdata.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFileInfo>
#include <QLockFile>
#include <QProcess>
#include <QStandardPaths>
#include <QTemporaryDir>

#include <filesystem>
#include <unistd.h>

namespace nextchat::test {

namespace {

constexpr int patience = 120'000; // ms; takes 2 s on an idle machine

bool copyFolder(const QString &from, const QString &to)
{
    std::error_code failed;
    std::filesystem::copy(from.toStdString(), to.toStdString(), std::filesystem::copy_options::recursive,
                          failed);
    if (failed)
        qWarning("Can't copy %s to %s: %s", qPrintable(from), qPrintable(to), failed.message().c_str());
    return !failed;
}

bool makeData(const QString &folder)
{
    QStringList arguments{QStringLiteral("--no-defaults"), u"--datadir=" % folder,
                          QStringLiteral("--auth-root-authentication-method=normal"),
                          QStringLiteral("--skip-test-db"), QStringLiteral("--debug-no-sync")};
    arguments += mariaDbDataOptions();
    if (::geteuid() == 0)
        arguments += QStringLiteral("--user=root");
    QProcess process;
    process.setProcessChannelMode(QProcess::MergedChannels);
    process.start(findMariaDbProgram(QStringLiteral("mariadb-install-db")), arguments);
    const bool ended = process.waitForFinished(patience);
    if (ended && process.exitStatus() == QProcess::NormalExit && process.exitCode() == 0)
        return true;
    qWarning("mariadb-install-db failed:\n%s", process.readAll().right(4096).constData());
    return false;
}

// Data of another version would have to be upgraded.
QString nameOfVersion()
{
    QProcess process;
    process.start(findMariaDbProgram(QStringLiteral("mariadbd")),
                  {QStringLiteral("--no-defaults"), QStringLiteral("--version")});
    if (!process.waitForFinished(patience))
        return {};
    const QByteArray version = process.readAllStandardOutput() + mariaDbDataOptions().join(u' ').toUtf8();
    return u"mariadb-"
        % QString::fromLatin1(QCryptographicHash::hash(version, QCryptographicHash::Sha256).toHex().left(16));
}

} // namespace

QString findMariaDbProgram(const QString &name)
{
    const QString found = QStandardPaths::findExecutable(name);
    return found.isEmpty() ? QStandardPaths::findExecutable(name, {QStringLiteral("/usr/sbin")}) : found;
}

QStringList mariaDbDataOptions()
{
    return {QStringLiteral("--innodb-data-file-path=ibdata1:12M:autoextend"),
            QStringLiteral("--innodb-log-file-size=32M")};
}

bool copyFreshMariaDbData(const QString &folder)
{
    const QDir cache(QStringLiteral(NEXTCHAT_TEST_CACHE_DIR));
    const QString kept = cache.filePath(nameOfVersion());
    if (!cache.mkpath(QStringLiteral(".")) || !QFileInfo(cache.path()).isWritable())
        return makeData(folder); // the build is another user's
    QLockFile lock(kept % u".lock");
    lock.setStaleLockTime(0); // held for as long as its process lives
    if (!lock.lock())
        return makeData(folder);
    if (!QFileInfo::exists(kept)) {
        const QTemporaryDir making(kept % u"-XXXXXX");
        const QString made = making.filePath(QStringLiteral("data"));
        if (!makeData(made) || !QDir().rename(made, kept))
            return false;
    }
    lock.unlock();
    return copyFolder(kept, folder);
}

} // namespace nextchat::test
