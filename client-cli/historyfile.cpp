// SPDX-License-Identifier: MIT
#include "client-cli/historyfile.h"

#include "client-cli/statefolder.h"

#include <QFile>
#include <QFileInfo>
#include <QSaveFile>

namespace nextchat::console {

namespace {

constexpr auto ownerOnly = QFileDevice::ReadOwner | QFileDevice::WriteOwner;

} // namespace

HistoryFile::HistoryFile(QString path)
    : m_path(std::move(path))
{ }

QString HistoryFile::usualPath(const QProcessEnvironment &environment)
{
    return stateFolder(environment) % u"/history";
}

QStringList HistoryFile::load() const
{
    QFile file(m_path);
    if (!makePrivateFolder(QFileInfo(m_path).path()) || !file.open(QIODevice::ReadWrite, ownerOnly))
        return {};
    file.setPermissions(ownerOnly); // one that others could read stays so no longer
    QStringList lines = QString::fromUtf8(file.readAll()).split(u'\n', Qt::SkipEmptyParts);
    if (lines.size() <= mostLines)
        return lines;
    lines = lines.mid(lines.size() - mostLines);
    QSaveFile shorter(m_path);
    if (shorter.open(QIODevice::WriteOnly)) {
        shorter.setPermissions(ownerOnly);
        shorter.write((lines.join(u'\n') % u'\n').toUtf8());
        shorter.commit();
    }
    return lines;
}

void HistoryFile::append(const QString &line) const
{
    QFile file(m_path);
    if (line.contains(u'\n') || !file.open(QIODevice::Append, ownerOnly))
        return;
    file.write((line % u'\n').toUtf8());
}

} // namespace nextchat::console
