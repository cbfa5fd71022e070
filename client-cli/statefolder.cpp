// SPDX-License-Identifier: MIT
#include "client-cli/statefolder.h"

#include <QDir>
#include <QFileInfo>

namespace nextchat::console {

QString stateFolder(const QProcessEnvironment &environment)
{
    const QString set = environment.value(QStringLiteral("XDG_STATE_HOME"));
    const QString folder = QDir::isAbsolutePath(set) ? set : QDir::homePath() % u"/.local/state";
    return folder % u"/nextchat";
}

bool makePrivateFolder(const QString &path)
{
    if (QFileInfo(path).isDir())
        return true;
    return QDir().mkpath(path)
        && QFile::setPermissions(path, QFile::ReadOwner | QFile::WriteOwner | QFile::ExeOwner);
}

} // namespace nextchat::console
