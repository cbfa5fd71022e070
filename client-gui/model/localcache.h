// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/cachedatabase.h"
#include "common/support/workerthread.h"

#include <QLockFile>

#include <functional>
#include <memory>

namespace nextchat::desktop {

// An account's CacheDatabase in a thread of its own, so that no disk makes the window wait. Answers come in
// the thread that made it, from its event loop; none comes after its end. What was saved before its end is
// written.
class LocalCache
{
public:
    // `folder`: of all accounts. Each has a file of its own, named by server and user.
    LocalCache(const QString &folder, const QUrl &server, const QString &user);
    ~LocalCache();
    LocalCache(const LocalCache &) = delete;
    LocalCache &operator=(const LocalCache &) = delete;

    // Deletes what an account has on the disk. False: a window has it open, or it can't be deleted.
    [[nodiscard]] static bool erase(const QString &folder, const QUrl &server, const QString &user);

    // False: another window has this account open, and nothing may be done here.
    [[nodiscard]] bool isOurs() const { return m_isOurs; }

    void load(std::function<void(AccountState)> answer);
    void older(const QString &groupId, qint64 beforeSeq, int limit,
               std::function<void(QList<chat::Message>)> answer);
    void saveGroup(const GroupRecord &record);
    void removeGroup(const QString &groupId);
    void addMessages(const QString &groupId, const QList<chat::Message> &messages, bool anew);
    void saveOutbox(const QJsonArray &outbox);

private:
    template <typename Work> void post(Work work);

    QString m_path;
    std::unique_ptr<QLockFile> m_lock;
    bool m_isOurs = false;
    std::shared_ptr<bool> m_alive = std::make_shared<bool>(true); // own thread only
    Mailbox m_home;
    std::unique_ptr<CacheDatabase> m_database; // in the thread, where it begins and ends
    WorkerThread m_thread;
};

} // namespace nextchat::desktop
