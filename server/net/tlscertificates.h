// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/tlschannel.h"

#include <mutex>

namespace nextchat::net {

// The certificate in force. It changes when its files do. current() in any thread, the rest in one.
class TlsCertificates
{
public:
    // Reads both files. The error names what is wrong with which.
    [[nodiscard]] static Expected<std::unique_ptr<TlsCertificates>> open(const QString &certificateFile,
                                                                         const QString &keyFile);

    // For new connections.
    [[nodiscard]] std::shared_ptr<const TlsCertificate> current() const;

    // Reads the files again. Whether there is another certificate now; on an error the one before stays in
    // force.
    [[nodiscard]] Expected<bool> refresh();

private:
    TlsCertificates(QString certificateFile, QString keyFile)
        : m_certificateFile(std::move(certificateFile))
        , m_keyFile(std::move(keyFile))
    { }

    const QString m_certificateFile;
    const QString m_keyFile;
    QByteArray m_digest; // of what the files held
    mutable std::mutex m_mutex; // asked once per connection
    std::shared_ptr<const TlsCertificate> m_current;
};

} // namespace nextchat::net
