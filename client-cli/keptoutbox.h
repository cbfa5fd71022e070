// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonArray>
#include <QLockFile>
#include <QUrl>

#include <memory>

namespace nextchat::console {

// The messages of one user at one server that are not sent, kept over a restart of the program in a file that
// only its user can read. One program at a time has it. Any one thread.
class KeptOutbox
{
public:
    KeptOutbox(const QString &folder, const QUrl &server, const QString &user);

    // False: another program has it, or the folder cannot be written; nothing is kept here.
    [[nodiscard]] bool isOurs() const { return m_isOurs; }

    // As of Outbox::toJson. What cannot be read is nothing.
    [[nodiscard]] QJsonArray load();
    bool save(const QJsonArray &items); // false: they are not kept

private:
    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
    bool m_isOurs = false;
    QJsonArray m_saved; // what the file has
};

} // namespace nextchat::console
