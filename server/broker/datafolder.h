// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>

#include <memory>

class QLockFile;

namespace nextchat::broker {

// The folder in which a server keeps its data, held by one server at a time: a lock of the operating system,
// which ends with the process however that ends. Movable by pointer only; any one thread.
class DataFolder
{
public:
    // Creates the folder (mode 0700) if need be and takes the lock. Conflict when another server has it,
    // Unavailable when the folder can't be made or written to.
    [[nodiscard]] static Expected<std::unique_ptr<DataFolder>> open(const QString &path);
    ~DataFolder();
    DataFolder(const DataFolder &) = delete;
    DataFolder &operator=(const DataFolder &) = delete;

    // The path of a file in it, created empty (mode 0600) if it does not exist. Unavailable.
    [[nodiscard]] Expected<QString> privateFile(const QString &name) const;

private:
    explicit DataFolder(QString path);
    [[nodiscard]] Expected<void> lock();

    QString m_path;
#ifdef Q_OS_UNIX
    int m_lock = -1;
#else
    std::unique_ptr<QLockFile> m_lock;
#endif
};

} // namespace nextchat::broker
