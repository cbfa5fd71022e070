// SPDX-License-Identifier: MIT
#include "client-cli/keptoutbox.h"

#include "client-cli/statefolder.h"

#include <QCryptographicHash>
#include <QFile>
#include <QJsonDocument>
#include <QSaveFile>

namespace nextchat::console {

namespace {

QString fileNameOf(const QUrl &server, const QString &user)
{
    const QString account = server.toString(QUrl::RemoveUserInfo | QUrl::RemoveQuery) % u'\n' % user;
    const QByteArray hash = QCryptographicHash::hash(account.toUtf8(), QCryptographicHash::Sha256);
    return QString::fromLatin1(hash.toHex().left(32));
}

} // namespace

KeptOutbox::KeptOutbox(const QString &folder, const QUrl &server, const QString &user)
    : m_path(folder % u'/' % fileNameOf(server, user))
{
    if (!makePrivateFolder(folder))
        return;
    m_lock = std::make_unique<QLockFile>(QString(m_path % u".lock"));
    m_lock->setStaleLockTime(0); // stale is what belongs to a process that is gone
    m_isOurs = m_lock->tryLock();
}

QJsonArray KeptOutbox::load()
{
    QFile file(m_path % u".json");
    if (!m_isOurs || !file.open(QIODevice::ReadOnly))
        return {};
    m_saved = QJsonDocument::fromJson(file.readAll()).array();
    return m_saved;
}

bool KeptOutbox::save(const QJsonArray &items)
{
    if (!m_isOurs)
        return false;
    if (items == m_saved)
        return true;
    QSaveFile file(m_path % u".json");
    if (!file.open(QIODevice::WriteOnly))
        return false;
    file.setPermissions(QFile::ReadOwner | QFile::WriteOwner);
    file.write(QJsonDocument(items).toJson(QJsonDocument::Compact));
    if (!file.commit())
        return false;
    m_saved = items;
    return true;
}

} // namespace nextchat::console
