// SPDX-License-Identifier: MIT
#include "server/broker/datafolder.h"

#include <QDir>
#include <QFile>
#include <QLockFile>

#ifdef Q_OS_UNIX
#include <cerrno>
#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>
#endif

namespace nextchat::broker {

namespace {

constexpr QFileDevice::Permissions ownerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;

Expected<void> makeFolder(const QString &path)
{
    const QFileInfo info(path);
    if (info.isDir())
        return {};
    if (!QDir().mkpath(info.absolutePath()) || !QDir().mkdir(path, ownerOnly | QFileDevice::ExeOwner))
        return failure(Error::Code::Unavailable, u"The data folder '" % path % u"' can't be created.");
    return {};
}

} // namespace

DataFolder::DataFolder(QString path)
    : m_path(std::move(path))
{ }

Expected<std::unique_ptr<DataFolder>> DataFolder::open(const QString &path)
{
    const QString clean = QDir::cleanPath(QDir(path).absolutePath());
    if (const auto made = makeFolder(clean); !made)
        return tl::unexpected(made.error());
    std::unique_ptr<DataFolder> folder(new DataFolder(clean));
    if (const auto locked = folder->lock(); !locked)
        return tl::unexpected(locked.error());
    return folder;
}

Expected<QString> DataFolder::privateFile(const QString &name) const
{
    const QString path = m_path % u'/' % name;
    if (QFile::exists(path))
        return path;
    QFile file(path);
    if (!file.open(QIODevice::WriteOnly | QIODevice::NewOnly, ownerOnly)) {
        return failure(Error::Code::Unavailable,
                       u"The file '" % path % u"' can't be created: " % file.errorString());
    }
    return path;
}

#ifdef Q_OS_UNIX

// Not QLockFile: it recognises a dead owner by its process id, and in containers all servers have the same.
Expected<void> DataFolder::lock()
{
    const auto file = privateFile(QStringLiteral("next-chat.lock"));
    if (!file)
        return tl::unexpected(file.error());
    m_lock = ::open(QFile::encodeName(*file).constData(), O_RDWR | O_CLOEXEC);
    if (m_lock < 0) {
        return failure(Error::Code::Unavailable,
                       u"The file '" % *file % u"' can't be opened: " % qt_error_string(errno));
    }
    if (::flock(m_lock, LOCK_EX | LOCK_NB) == 0)
        return {};
    if (errno == EWOULDBLOCK)
        return failure(Error::Code::Conflict, u"Another server is using the data folder '" % m_path % u"'.");
    return failure(Error::Code::Unavailable,
                   u"The data folder '" % m_path % u"' can't be locked: " % qt_error_string(errno));
}

DataFolder::~DataFolder()
{
    if (m_lock >= 0)
        ::close(m_lock);
}

#else

Expected<void> DataFolder::lock()
{
    m_lock = std::make_unique<QLockFile>(m_path % u"/next-chat.lock");
    m_lock->setStaleLockTime(0);
    if (m_lock->tryLock(0))
        return {};
    return failure(Error::Code::Conflict, u"Another server is using the data folder '" % m_path % u"'.");
}

DataFolder::~DataFolder() = default;

#endif

} // namespace nextchat::broker
