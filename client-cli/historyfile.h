// SPDX-License-Identifier: MIT
#pragma once

#include <QProcessEnvironment>
#include <QString>
#include <QStringList>

namespace nextchat::console {

// The lines typed earlier, one a line, in a file that only its user can read. Any one thread.
class HistoryFile
{
public:
    static constexpr qsizetype mostLines = 1000;

    explicit HistoryFile(QString path);

    // Within stateFolder().
    [[nodiscard]] static QString usualPath(const QProcessEnvironment &environment);

    // The newest lines, oldest first; makes the file when it is missing and shortens it when it has grown too
    // long. A file that cannot be read is no history: a console goes on without.
    [[nodiscard]] QStringList load() const;
    // Lines with a line break in them are not kept.
    void append(const QString &line) const;

private:
    QString m_path;
};

} // namespace nextchat::console
