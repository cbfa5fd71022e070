// SPDX-License-Identifier: MIT
#include "tests/support/redisserver.h"

#include <QDir>
#include <QFile>
#include <QTest>

namespace nextchat::test {

RedisServer::RedisServer(QByteArrayList options)
    : m_options(std::move(options))
{ }

// Here, while arguments() is still this class's.
RedisServer::~RedisServer()
{
    kill();
}

std::unique_ptr<RedisServer> RedisServer::replicaOf(const RedisServer &master, const QByteArrayList &options)
{
    const QByteArrayList following{"--replicaof", "127.0.0.1", QByteArray::number(master.port())};
    auto replica = std::make_unique<RedisServer>(following + options);
    if (!replica->start())
        return nullptr;
    const bool up =
        QTest::qWaitFor([&replica] { return replica->info("master_link_status") == "up"; }, 30'000);
    return up ? std::move(replica) : nullptr;
}

bool RedisServer::restartEmpty()
{
    kill();
    for (const QFileInfo &entry : QDir(folder()).entryInfoList(QDir::AllEntries | QDir::NoDotAndDotDot)) {
        if (entry.isDir())
            QDir(entry.filePath()).removeRecursively();
        else if (entry.fileName() != u"log")
            QFile::remove(entry.filePath());
    }
    return start();
}

bool RedisServer::cutAppendOnlyFile(qint64 bytes) const
{
    const QDir files(folder() % u"/appendonlydir");
    const QStringList names = files.entryList({QStringLiteral("*.incr.aof")}, QDir::Files, QDir::Time);
    if (isRunning() || names.isEmpty())
        return false;
    QFile file(files.filePath(names.first()));
    return file.size() >= bytes && file.resize(file.size() - bytes);
}

QString RedisServer::url() const
{
    return u"redis://127.0.0.1:" % QString::number(port());
}

QStringList RedisServer::arguments() const
{
    QStringList list{
        QStringLiteral("--port"),
        QString::number(port()),
        QStringLiteral("--bind"),
        QStringLiteral("127.0.0.1"),
        QStringLiteral("--dir"),
        folder(),
        QStringLiteral("--save"),
        QString(),
        QStringLiteral("--enable-debug-command"),
        QStringLiteral("yes"),
        QStringLiteral("--repl-diskless-sync-delay"),
        QStringLiteral("0"),
    };
    for (const QByteArray &option : m_options)
        list << QString::fromUtf8(option);
    return list;
}

} // namespace nextchat::test
