// SPDX-License-Identifier: MIT
#include "client-gui/model/localcache.h"

#include "client-gui/model/desktoplog.h"

#include <QCryptographicHash>
#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QUrl>

namespace nextchat::desktop {

namespace {

// Readable as far as names of files allow, and never the same for two accounts.
QString fileNameOf(const QUrl &server, const QString &user)
{
    const QString account = server.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery) % u'\n' % user;
    const QByteArray hash = QCryptographicHash::hash(account.toUtf8(), QCryptographicHash::Sha256).toHex();
    QString readable;
    for (const QChar c : QString(user % u'@' % server.host()).left(40))
        readable += (c.unicode() < 128 && (c.isLetterOrNumber() || c == u'@' || c == u'-')) ? c : QChar(u'_');
    return readable % u'-' % QString::fromLatin1(hash.left(16));
}

} // namespace

LocalCache::LocalCache(const QString &folder, const QUrl &server, const QString &user)
    : m_path(folder % u'/' % fileNameOf(server, user))
    , m_thread(QStringLiteral("cache"))
{
    QDir().mkpath(folder);
    m_lock = std::make_unique<QLockFile>(QString(m_path % u".lock"));
    m_lock->setStaleLockTime(0); // stale is what belongs to a process that is gone
    m_isOurs = m_lock->tryLock();
    if (!m_isOurs)
        return;
    m_thread.post([this] {
        m_database = std::make_unique<CacheDatabase>(QString(m_path % u".sqlite"));
        if (const auto opened = m_database->open(); !opened) {
            qCWarning(desktopLog) << opened.error().message;
            m_database.reset();
        }
    });
}

LocalCache::~LocalCache()
{
    *m_alive = false;
    m_thread.post([this] { m_database.reset(); });
    m_thread.stop();
}

bool LocalCache::erase(const QString &folder, const QUrl &server, const QString &user)
{
    const QString path = folder % u'/' % fileNameOf(server, user);
    QLockFile lock(QString(path % u".lock"));
    lock.setStaleLockTime(0);
    if (!QFileInfo::exists(folder))
        return true;
    if (!lock.tryLock())
        return false;
    bool erased = true;
    for (const auto *ending : {u".sqlite", u".sqlite-wal", u".sqlite-shm", u".sqlite.unreadable"}) {
        const QString file = path + QStringView(ending);
        erased = (!QFile::exists(file) || QFile::remove(file)) && erased;
    }
    return erased;
}

template <typename Work> void LocalCache::post(Work work)
{
    m_thread.post([this, work = std::move(work)]() mutable {
        if (m_database)
            work(*m_database);
    });
}

void LocalCache::load(std::function<void(AccountState)> answer)
{
    m_thread.post([this, answer = std::move(answer)]() mutable {
        AccountState state = m_database ? m_database->load() : AccountState();
        m_home.post([alive = m_alive, answer = std::move(answer), state = std::move(state)]() mutable {
            if (*alive)
                answer(std::move(state));
        });
    });
}

void LocalCache::older(const QString &groupId, qint64 beforeSeq, int limit,
                       std::function<void(QList<chat::Message>)> answer)
{
    m_thread.post([this, groupId, beforeSeq, limit, answer = std::move(answer)]() mutable {
        QList<chat::Message> messages;
        if (m_database)
            messages = m_database->older(groupId, beforeSeq, limit);
        m_home.post([alive = m_alive, answer = std::move(answer), messages = std::move(messages)]() mutable {
            if (*alive)
                answer(std::move(messages));
        });
    });
}

void LocalCache::saveGroup(const GroupRecord &record)
{
    post([record](CacheDatabase &database) { database.saveGroup(record); });
}

void LocalCache::removeGroup(const QString &groupId)
{
    post([groupId](CacheDatabase &database) { database.removeGroup(groupId); });
}

void LocalCache::addMessages(const QString &groupId, const QList<chat::Message> &messages, bool anew)
{
    post([groupId, messages, anew](CacheDatabase &database) {
        database.addMessages(groupId, messages, anew);
    });
}

void LocalCache::saveOutbox(const QJsonArray &outbox)
{
    post([outbox](CacheDatabase &database) { database.saveOutbox(outbox); });
}

} // namespace nextchat::desktop
