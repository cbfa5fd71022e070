// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "server/net/tlshello.h"

#include <QString>

#include <memory>
#include <span>
#include <sys/types.h>

using SSL = struct ssl_st;
using SSL_CTX = struct ssl_ctx_st;
struct iovec;

namespace nextchat::net {

// A certificate with its key, and how TLS is spoken with it: 1.2 and later. Immutable; any thread.
class TlsCertificate
{
public:
    // PEM texts: the certificate, with those between it and the authority, and its private key without a
    // passphrase. The error is a complaint that goes on after "the certificate".
    [[nodiscard]] static Expected<std::shared_ptr<const TlsCertificate>> parse(const QByteArray &chain,
                                                                               const QByteArray &key);

private:
    friend class TlsChannel;
    struct Free
    {
        void operator()(SSL_CTX *context) const;
    };
    std::unique_ptr<SSL_CTX, Free> m_context;
};

// The server's side of TLS on a socket that does not block. In the place of recv() and sendmsg(), with their
// ways to answer: the handshake happens by reading. Lives in the thread of its socket, which outlives it.
class TlsChannel
{
public:
    static constexpr std::size_t recordSize = 16 * 1024; // at most (RFC 8446, 5.1)

    TlsChannel(const TlsCertificate &certificate, int descriptor);

    // What came, decrypted; 0 at its end; -1 with errno, EPROTO when the peer speaks no TLS or broke it.
    // `buffer` holds at least a whole TLS record, so that nothing that was read is left inside.
    [[nodiscard]] ssize_t read(std::span<char> buffer);
    // The last read() can go on only once the socket has room for more to be written.
    [[nodiscard]] bool readNeedsRoom() const { return m_readNeedsRoom; }

    // Sends a beginning of `parts`, up to one record. -1 with EAGAIN when the socket takes no more: then
    // begun() bytes are on their way all the same, and the next call must begin with the same.
    [[nodiscard]] ssize_t write(std::span<const iovec> parts);
    [[nodiscard]] qsizetype begun() const { return m_begun; }

    void finish(); // tells the peer that nothing follows

private:
    struct Free
    {
        void operator()(SSL *ssl) const;
    };
    [[nodiscard]] ssize_t failed(int result);
    void watchHello();

    std::unique_ptr<SSL, Free> m_ssl;
    std::unique_ptr<TlsHello> m_hello; // until the handshake is through
    qsizetype m_begun = 0;
    bool m_readNeedsRoom = false;
};

} // namespace nextchat::net
