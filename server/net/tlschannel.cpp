// SPDX-License-Identifier: MIT
#include "server/net/tlschannel.h"

#include "server/net/netlog.h"

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <sys/uio.h>

namespace nextchat::net {

namespace {

using namespace Qt::StringLiterals;

using Bio = std::unique_ptr<BIO, decltype([](BIO *bio) { BIO_free(bio); })>;
using Certificate = std::unique_ptr<X509, decltype([](X509 *certificate) { X509_free(certificate); })>;
using Key = std::unique_ptr<EVP_PKEY, decltype([](EVP_PKEY *key) { EVP_PKEY_free(key); })>;

Bio readerOf(const QByteArray &pem)
{
    return Bio(BIO_new_mem_buf(pem.constData(), static_cast<int>(pem.size())));
}

// A key with a passphrase is refused: nobody is there to be asked for it.
int noPassphrase(char * /*buffer*/, int /*size*/, int /*writing*/, void * /*data*/)
{
    return -1;
}

bool useChain(SSL_CTX *context, const QByteArray &pem)
{
    const Bio bio = readerOf(pem);
    const Certificate own(PEM_read_bio_X509(bio.get(), nullptr, noPassphrase, nullptr));
    if (!own || SSL_CTX_use_certificate(context, own.get()) != 1)
        return false;
    while (Certificate next{PEM_read_bio_X509(bio.get(), nullptr, noPassphrase, nullptr)}) {
        if (SSL_CTX_add1_chain_cert(context, next.get()) != 1)
            return false;
    }
    return true;
}

// Of the beginning of `parts`, what fits into a record.
std::size_t gather(std::span<const iovec> parts, std::span<char> record)
{
    std::size_t size = 0;
    for (const iovec &part : parts) {
        const std::size_t taken = std::min(part.iov_len, record.size() - size);
        std::memcpy(record.data() + size, part.iov_base, taken);
        size += taken;
    }
    return size;
}

} // namespace

void TlsCertificate::Free::operator()(SSL_CTX *context) const
{
    SSL_CTX_free(context);
}

Expected<std::shared_ptr<const TlsCertificate>> TlsCertificate::parse(const QByteArray &chain,
                                                                      const QByteArray &key)
{
    const auto unusable = [](const QString &complaint) {
        ERR_clear_error();
        return failure(Error::Code::InvalidArgument, complaint);
    };
    std::shared_ptr<TlsCertificate> certificate(new TlsCertificate);
    certificate->m_context.reset(SSL_CTX_new(TLS_server_method()));
    SSL_CTX *const context = certificate->m_context.get();
    if (!context)
        return failure(Error::Code::Internal, u"can't be used: TLS can't be set up"_s);
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    // What is in a connection says itself where it ends.
    SSL_CTX_set_options(
        context, SSL_OP_NO_RENEGOTIATION | SSL_OP_IGNORE_UNEXPECTED_EOF | SSL_OP_CIPHER_SERVER_PREFERENCE);
    SSL_CTX_set_mode(context,
                     SSL_MODE_ENABLE_PARTIAL_WRITE | SSL_MODE_ACCEPT_MOVING_WRITE_BUFFER
                         | SSL_MODE_RELEASE_BUFFERS);
    SSL_CTX_set_session_cache_mode(context, SSL_SESS_CACHE_OFF);
    if (!useChain(context, chain))
        return unusable(u"can't be read"_s);
    const Key own(PEM_read_bio_PrivateKey(readerOf(key).get(), nullptr, noPassphrase, nullptr));
    if (!own)
        return unusable(u"has no key that can be read without a passphrase"_s);
    if (SSL_CTX_use_PrivateKey(context, own.get()) != 1 || SSL_CTX_check_private_key(context) != 1)
        return unusable(u"and the key do not belong together"_s);
    return certificate;
}

void TlsChannel::Free::operator()(SSL *ssl) const
{
    SSL_free(ssl);
}

TlsChannel::TlsChannel(const TlsCertificate &certificate, int descriptor)
    : m_ssl(SSL_new(certificate.m_context.get()))
{
    if (!m_ssl || SSL_set_fd(m_ssl.get(), descriptor) != 1)
        qFatal("OpenSSL is out of memory");
    SSL_set_accept_state(m_ssl.get());
    watchHello();
}

void TlsChannel::watchHello()
{
    m_hello = std::make_unique<TlsHello>();
    BIO *const socket = SSL_get_rbio(m_ssl.get());
    BIO_set_callback_arg(socket, reinterpret_cast<char *>(m_hello.get()));
    BIO_set_callback_ex(socket,
                        [](BIO *bio, int operation, const char *bytes, std::size_t, int, long, int result,
                           std::size_t *taken) -> long {
                            if (operation != (BIO_CB_READ | BIO_CB_RETURN) || result <= 0)
                                return result;
                            auto *hello = reinterpret_cast<TlsHello *>(BIO_get_callback_arg(bio));
                            if (hello->take({reinterpret_cast<const unsigned char *>(bytes), *taken}))
                                return result;
                            BIO_clear_retry_flags(bio);
                            errno = EPROTO;
                            return -1;
                        });
}

ssize_t TlsChannel::read(std::span<char> buffer)
{
    m_readNeedsRoom = false;
    ERR_clear_error();
    const int got = SSL_read(m_ssl.get(), buffer.data(), static_cast<int>(buffer.size()));
    if (m_hello && (m_hello->isOver() || SSL_is_init_finished(m_ssl.get()))) {
        BIO_set_callback_ex(SSL_get_rbio(m_ssl.get()), nullptr);
        m_hello.reset();
    }
    if (got > 0)
        return got;
    m_readNeedsRoom = SSL_get_error(m_ssl.get(), got) == SSL_ERROR_WANT_WRITE;
    return failed(got);
}

ssize_t TlsChannel::write(std::span<const iovec> parts)
{
    thread_local std::array<char, recordSize> record;
    const std::size_t size = gather(parts, record);
    ERR_clear_error();
    const int sent = SSL_write(m_ssl.get(), record.data(), static_cast<int>(size));
    if (sent > 0) {
        m_begun = 0;
        return sent;
    }
    const ssize_t result = failed(sent);
    if (result < 0 && errno == EAGAIN)
        m_begun = std::max(m_begun, static_cast<qsizetype>(size));
    return result < 0 ? result : (errno = EPIPE, -1); // the peer's end is no success of ours
}

ssize_t TlsChannel::failed(int result)
{
    const int saved = errno;
    switch (SSL_get_error(m_ssl.get(), result)) {
    case SSL_ERROR_ZERO_RETURN:
        return 0;
    case SSL_ERROR_WANT_READ:
    case SSL_ERROR_WANT_WRITE:
        errno = EAGAIN;
        return -1;
    case SSL_ERROR_SYSCALL:
        errno = saved;
        return saved == 0 ? 0 : -1;
    default:
        qCDebug(netLog, "TLS failed: %s", ERR_reason_error_string(ERR_peek_last_error()));
        ERR_clear_error();
        errno = EPROTO;
        return -1;
    }
}

void TlsChannel::finish()
{
    ERR_clear_error();
    if (SSL_is_init_finished(m_ssl.get()))
        SSL_shutdown(m_ssl.get()); // what the socket does not take now is not worth waiting for
    ERR_clear_error();
}

} // namespace nextchat::net
