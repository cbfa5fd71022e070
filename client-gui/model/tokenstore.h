// SPDX-License-Identifier: MIT
#pragma once

#include "client-gui/model/keyring.h"
#include "client-gui/model/settings.h"

#include <QHash>

namespace nextchat::desktop {

// The access tokens of the saved servers: known until the program ends, and beyond that by the keyring, where
// there is one. They are written nowhere else. Main thread.
class TokenStore : public QObject
{
    Q_OBJECT

public:
    explicit TokenStore(std::unique_ptr<Keyring> keyring = nullptr, QObject *parent = nullptr);

    // Answers once; empty when there is none, or when the keyring takes longer than `patience`. At once where
    // the answer is known; never after the end of this object.
    void find(const SavedServer &server, std::function<void(QString)> answer);
    void keep(const SavedServer &server, const QString &token);
    void forget(const SavedServer &server);

    static constexpr auto patience = std::chrono::seconds(60); // a user may have to unlock the keyring

private:
    QHash<QString, QString> m_known; // by key
    std::unique_ptr<Keyring> m_keyring;
};

} // namespace nextchat::desktop
