// SPDX-License-Identifier: MIT
#include "server/jwt/keyring.h"

#include "common/support/configurationfile.h"
#include "common/support/configurationvalue.h"

#include <QStringBuilder>

#include <algorithm>

namespace nextchat::jwt {

namespace {

constexpr qint64 largestKeyFile = 64 * 1024; // bytes

} // namespace

Expected<SigningKeys> readKeys(const QStringList &files)
{
    SigningKeys keys;
    for (const QString &file : files) {
        auto content = readTextFile(file, largestKeyFile);
        if (!content)
            return tl::unexpected(content.error());
        auto key = SigningKey::parse(std::move(*content));
        if (!key)
            return failure(key.error().code, quoted(file) % u' ' % key.error().message);
        keys.push_back(std::move(*key));
    }
    return keys;
}

Expected<void> checkKeys(const SigningKeys &keys, const std::vector<Algorithm> &algorithms)
{
    for (const Algorithm algorithm : algorithms) {
        if (std::ranges::none_of(keys, [&](const SigningKey &key) { return key.fits(algorithm); }))
            return failure(Error::Code::InvalidArgument,
                           u"there is no key for " % QString::fromLatin1(nameOf(algorithm)));
    }
    for (std::size_t i = 0; i < keys.size(); ++i) {
        if (std::ranges::none_of(algorithms, [&](Algorithm algorithm) { return keys[i].fits(algorithm); }))
            return failure(Error::Code::InvalidArgument,
                           u"key " % QString::number(i + 1) % u" is for none of the algorithms");
    }
    return {};
}

KeyRing::KeyRing(QStringList files, SigningKeys keys, std::vector<Algorithm> algorithms)
    : m_files(std::move(files))
    , m_algorithms(std::move(algorithms))
    , m_keys(std::make_shared<const SigningKeys>(std::move(keys)))
{ }

std::shared_ptr<const SigningKeys> KeyRing::keys() const
{
    const std::lock_guard lock(m_mutex);
    return m_keys;
}

Expected<bool> KeyRing::refresh()
{
    auto read = readKeys(m_files);
    if (!read)
        return tl::unexpected(read.error());
    if (const auto checked = checkKeys(*read, m_algorithms); !checked)
        return tl::unexpected(checked.error());
    auto fresh = std::make_shared<const SigningKeys>(std::move(*read));
    const std::lock_guard lock(m_mutex);
    if (*fresh == *m_keys)
        return false;
    m_keys = std::move(fresh);
    return true;
}

} // namespace nextchat::jwt
