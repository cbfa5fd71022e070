// SPDX-License-Identifier: MIT
#pragma once

#include "server/jwt/keyring.h"

#include <QTimer>

namespace nextchat {

// Looks every few seconds whether the files of the keys have changed; contents are compared, as no
// notification covers network folders and the symbolic links of Kubernetes alike. What can't be used leaves
// the keys before in force, and is logged once. Lives in the main thread.
class KeyRotation : public QObject
{
    Q_OBJECT

public:
    static constexpr std::chrono::seconds interval{2};

    explicit KeyRotation(std::shared_ptr<jwt::KeyRing> ring, QObject *parent = nullptr);

    void refresh(); // now

private:
    std::shared_ptr<jwt::KeyRing> m_ring;
    QTimer m_timer;
    QString m_complaint; // the last one; null while all is well
};

} // namespace nextchat
