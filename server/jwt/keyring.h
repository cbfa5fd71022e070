// SPDX-License-Identifier: MIT
#pragma once

#include "server/jwt/signingkey.h"

#include <QStringList>

#include <memory>
#include <mutex>
#include <vector>

namespace nextchat::jwt {

using SigningKeys = std::vector<SigningKey>;

// Reads one key from each file. The error names the file.
[[nodiscard]] Expected<SigningKeys> readKeys(const QStringList &files);

// A complaint when an algorithm has no key, or a key no algorithm, that it could be used with.
[[nodiscard]] Expected<void> checkKeys(const SigningKeys &keys, const std::vector<Algorithm> &algorithms);

// The keys in force. They change when their files do: whoever rotates them writes the file anew, or what a
// symbolic link stands for, as Kubernetes does. keys() in any thread, the rest in one.
class KeyRing
{
public:
    // `algorithms`: for which keys must always be there.
    KeyRing(QStringList files, SigningKeys keys, std::vector<Algorithm> algorithms);

    [[nodiscard]] std::shared_ptr<const SigningKeys> keys() const;

    // Reads the files again. Whether there are other keys now; on an error those before stay in force.
    [[nodiscard]] Expected<bool> refresh();

private:
    const QStringList m_files;
    const std::vector<Algorithm> m_algorithms;
    mutable std::mutex m_mutex; // asked once per request of a new connection
    std::shared_ptr<const SigningKeys> m_keys;
};

} // namespace nextchat::jwt
