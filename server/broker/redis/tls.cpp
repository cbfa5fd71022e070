// SPDX-License-Identifier: MIT
#include "server/broker/redis/tls.h"

#include <QHostAddress>
#include <QStringBuilder>
#include <QUrl>

#include <hiredis/async.h>
#include <hiredis/hiredis_ssl.h>
#include <openssl/err.h>
#include <openssl/ssl.h>
#include <openssl/x509v3.h>

namespace nextchat::broker::redis {

namespace {

using namespace Qt::StringLiterals;

// What OpenSSL says last; nothing is left of it, which would be taken for the fault of a later call.
QString lastError()
{
    const unsigned long code = ERR_peek_last_error();
    const char *const reason = ERR_reason_error_string(code);
    ERR_clear_error();
    return code == 0 ? QString() : reason ? QString::fromLatin1(reason) : u"error "_s % QString::number(code);
}

tl::unexpected<Error> unusable(const QString &file, const QString &what)
{
    const QString reason = lastError();
    return failure(Error::Code::InvalidArgument,
                   u'\'' % file % u"' "_s % what % (reason.isEmpty() ? QString() : QString(u": " % reason)));
}

// SNI is for names only (RFC 6066, 3).
bool expectHost(SSL *ssl, const QString &host)
{
    SSL_set_hostflags(ssl, X509_CHECK_FLAG_NO_PARTIAL_WILDCARDS);
    if (const QHostAddress address(host); !address.isNull())
        return X509_VERIFY_PARAM_set1_ip_asc(SSL_get0_param(ssl), address.toString().toLatin1().constData())
            == 1;
    const QByteArray name = QUrl::toAce(host);
    // As the macro SSL_set_tlsext_host_name() does, with an old-style cast.
    return !name.isEmpty() && SSL_set1_host(ssl, name.constData()) == 1
        && SSL_ctrl(ssl, SSL_CTRL_SET_TLSEXT_HOSTNAME, TLSEXT_NAMETYPE_host_name,
                    const_cast<char *>(name.constData()))
        == 1;
}

// A key with a passphrase is refused: nobody is there to be asked for it.
int noPassphrase(char * /*buffer*/, int /*size*/, int /*writing*/, void * /*data*/)
{
    return -1;
}

} // namespace

void Tls::Free::operator()(ssl_ctx_st *context) const
{
    SSL_CTX_free(context);
}

bool Tls::isAvailable()
{
    return true;
}

Expected<std::shared_ptr<const Tls>> Tls::load(const Options &options)
{
    ERR_clear_error();
    std::shared_ptr<Tls> tls(new Tls);
    tls->m_context.reset(SSL_CTX_new(TLS_client_method()));
    SSL_CTX *const context = tls->m_context.get();
    if (!context)
        return failure(Error::Code::Internal, u"TLS can't be set up: "_s % lastError());
    SSL_CTX_set_min_proto_version(context, TLS1_2_VERSION);
    SSL_CTX_set_verify(context, SSL_VERIFY_PEER, nullptr);
    SSL_CTX_set_default_passwd_cb(context, noPassphrase);
#ifdef SSL_OP_IGNORE_UNEXPECTED_EOF
    // A Redis that was killed says no good-bye. Its answers say themselves how long they are.
    SSL_CTX_set_options(context, SSL_OP_IGNORE_UNEXPECTED_EOF);
#endif
    const QByteArray authorities = options.authorities.toLocal8Bit();
    if (authorities.isEmpty())
        SSL_CTX_set_default_verify_paths(context);
    else if (SSL_CTX_load_verify_locations(context, authorities.constData(), nullptr) != 1)
        return unusable(options.authorities, u"holds no certificate that can be read"_s);
    if (!options.certificate.isEmpty()
        && SSL_CTX_use_certificate_chain_file(context, options.certificate.toLocal8Bit().constData()) != 1)
        return unusable(options.certificate, u"holds no certificate that can be read"_s);
    if (!options.key.isEmpty()
        && SSL_CTX_use_PrivateKey_file(context, options.key.toLocal8Bit().constData(), SSL_FILETYPE_PEM) != 1)
        return unusable(options.key, u"holds no key that can be read and belongs to the certificate"_s);
    return tls;
}

Expected<const ssl_st *> Tls::begin(redisAsyncContext *context, const QString &host) const
{
    ERR_clear_error();
    SSL *const ssl = SSL_new(m_context.get());
    if (ssl && expectHost(ssl, host) && redisInitiateSSL(&context->c, ssl) == REDIS_OK)
        return ssl; // the context's now
    const QString reason = problem(ssl);
    SSL_free(ssl);
    return failure(Error::Code::Unavailable, reason.isEmpty() ? u"TLS can't begin"_s : reason);
}

bool Tls::isEstablished(const ssl_st *connection)
{
    return SSL_is_init_finished(connection) == 1;
}

QString Tls::problem(const ssl_st *connection)
{
    const QString error = lastError();
    const long verified = connection ? SSL_get_verify_result(connection) : X509_V_OK;
    if (verified != X509_V_OK)
        return u"its certificate is not accepted: "_s
            % QString::fromLatin1(X509_verify_cert_error_string(verified));
    return error.isEmpty() ? QString() : QString(u"TLS failed: " % error);
}

} // namespace nextchat::broker::redis
