// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QHash>
#include <QObject>
#include <qcorotask.h>

#include <functional>

namespace nextchat::chat {

// The groups that a client watches, over all its connections: on a new one each is watched again once it is
// resumed, and that is tried again while it fails for now. Lives in its client's thread; may be destroyed
// meanwhile.
class GroupWatches : public QObject
{
    Q_OBJECT

public:
    // Calls Watch(groupId, true). Errors as ChatClient's.
    using Watch = std::function<QCoro::Task<Expected<void>>(QString groupId)>;

    explicit GroupWatches(Watch watch, QObject *parent = nullptr);

    void began(const QString &groupId); // on this connection
    void ended(const QString &groupId);
    void connectionLost();
    void resumed(const QString &groupId);
    void clear();

private:
    QCoro::Task<> watchAgain(QString groupId);

    const Watch m_watch;
    QHash<QString, bool> m_watched; // whether on this connection, or being tried
    quint64 m_connection = 0; // counts, so that answers of old ones are ignored
};

} // namespace nextchat::chat
