// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <functional>
#include <memory>

namespace nextchat::desktop {

// Where secrets outlive the program. Lives in one thread; answers come from its event loop, as late as the
// user takes to unlock it, or never.
class Keyring
{
public:
    virtual ~Keyring() = default;

    // Empty: there is none, or it is not given out.
    virtual void read(const QString &key, std::function<void(QString)> answer) = 0;
    virtual void write(const QString &key, const QString &secret) = 0;
    virtual void remove(const QString &key) = 0;
};

// The desktop's. Null when the program was built without QtKeychain.
[[nodiscard]] std::unique_ptr<Keyring> systemKeyring();

} // namespace nextchat::desktop
