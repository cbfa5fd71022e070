// SPDX-License-Identifier: MIT
#include "server/broker/redis/connection.h"

#include <hiredis/async.h>

namespace nextchat::broker::redis {

namespace {

using namespace Qt::StringLiterals;
using Clock = std::chrono::steady_clock;

constexpr std::chrono::milliseconds deadlineTick{50};
// Sent and not answered; a Redis that is this far behind gets no more.
constexpr qsizetype mostPendingBytes = 64 * 1024 * 1024;

QString textOf(const char *text)
{
    return QString::fromLocal8Bit(text);
}

} // namespace

Connection::Connection(const Endpoint &address, Login login, Encryption encryption,
                       std::chrono::milliseconds patience)
    : m_login(std::move(login))
    , m_encryption(std::move(encryption))
    , m_patience(patience)
{
    m_deadlines.callOnTimeout([this] { checkDeadlines(); });
    m_deadlines.start(deadlineTick);
    m_earliest = Clock::now() + patience;
    m_pending.push_back({[](const Result &) {}, m_earliest}); // the connecting itself
    m_context = redisAsyncConnect(address.host.toUtf8().constData(), address.port);
    if (!m_context || m_context->err != 0) {
        const QString reason = m_context ? textOf(m_context->errstr) : u"out of memory"_s;
        if (m_context)
            redisAsyncFree(std::exchange(m_context, nullptr));
        QMetaObject::invokeMethod(
            this, [this, reason] { end(reason); }, Qt::QueuedConnection);
        return;
    }
    redisEnableKeepAlive(&m_context->c);
    m_context->data = this;
    m_hooks = std::make_unique<EventHooks>(m_context);
    redisAsyncSetConnectCallback(m_context, [](const redisAsyncContext *context, int status) {
        if (Connection *self = ownerOf(context))
            self->connected(status);
    });
    redisAsyncSetDisconnectCallback(m_context, [](const redisAsyncContext *context, int) {
        if (Connection *self = ownerOf(context)) {
            const QString problem = self->m_ssl ? Tls::problem(self->m_ssl) : QString();
            const QString reason = context->err == 0 ? u"it was closed"_s : textOf(context->errstr);
            self->m_context = nullptr;
            self->end(problem.isEmpty() ? reason : problem);
        }
    });
}

Connection::~Connection()
{
    close();
}

Connection *Connection::ownerOf(const redisAsyncContext *context)
{
    return static_cast<Connection *>(context->data);
}

// hiredis 0.14 takes no commands inside this callback, and TLS may free the context.
void Connection::connected(int status)
{
    if (status != REDIS_OK) {
        const QString reason = textOf(m_context->errstr);
        m_context = nullptr; // hiredis frees it
        return end(reason);
    }
    m_hooks->connected();
    QMetaObject::invokeMethod(
        this, [this] { encrypt(); }, Qt::QueuedConnection);
}

void Connection::encrypt()
{
    if (m_isOver)
        return;
    if (m_encryption.tls) {
        const Expected<const ssl_st *> begun = m_encryption.tls->begin(m_context, m_encryption.host);
        if (!begun)
            return end(begun.error().message);
        m_ssl = *begun;
    }
    logIn();
}

void Connection::logIn()
{
    m_pending.pop_front(); // it is connected
    const auto check = [this](const Result &result) {
        if (result.kind == Result::Kind::Answered && result.reply.isError())
            end(QString::fromUtf8(result.reply.text().data(), qsizetype(result.reply.text().size())));
    };
    const auto view = [](const QByteArray &bytes) {
        return std::string_view(bytes.constData(), std::size_t(bytes.size()));
    };
    if (!m_login.user.isEmpty() || !m_login.password.isEmpty()) {
        std::vector<std::string_view> words{"AUTH"};
        if (!m_login.user.isEmpty())
            words.push_back(view(m_login.user));
        words.push_back(view(m_login.password));
        send(words, check);
    }
    if (m_login.database != 0) {
        const QByteArray database = QByteArray::number(m_login.database);
        const std::array<std::string_view, 2> words{"SELECT", view(database)};
        send(words, check);
    }
    const std::array<std::string_view, 1> ping{"PING"};
    send(ping, [this, check](const Result &result) {
        check(result);
        if (m_isOver || result.kind != Result::Kind::Answered)
            return;
        m_isOpen = true;
        Q_EMIT opened();
    });
}

void Connection::send(Words words, Callback callback)
{
    send(words, std::move(callback), m_patience);
}

void Connection::send(Words words, Callback callback, std::chrono::milliseconds patience)
{
    if (m_isOver || !m_context || m_pendingBytes > mostPendingBytes)
        return callback(Result());
    constexpr std::size_t usual = 32;
    std::array<const char *, usual> few; // NOLINT(cppcoreguidelines-pro-type-member-init): filled below
    std::array<std::size_t, usual> fewSizes;
    std::vector<const char *> many(words.size() > usual ? words.size() : 0);
    std::vector<std::size_t> manySizes(many.size());
    const char **const starts = many.empty() ? few.data() : many.data();
    std::size_t *const sizes = many.empty() ? fewSizes.data() : manySizes.data();
    Pending pending{std::move(callback), Clock::now() + patience};
    for (std::size_t i = 0; i < words.size(); ++i) {
        starts[i] = words[i].data();
        sizes[i] = words[i].size();
        pending.bytes += qsizetype(words[i].size());
    }
    const int sent = redisAsyncCommandArgv(
        m_context,
        [](redisAsyncContext *context, void *reply, void *) {
            Connection *self = ownerOf(context);
            if (self && reply)
                self->answered({Result::Kind::Answered, Reply(static_cast<const redisReply *>(reply))});
        },
        nullptr, int(words.size()), starts, sizes);
    if (sent != REDIS_OK)
        return pending.callback(Result());
    m_pendingBytes += pending.bytes;
    m_earliest = std::min(m_earliest, pending.deadline);
    m_pending.push_back(std::move(pending));
}

void Connection::answered(const Result &result)
{
    if (m_pending.empty())
        return;
    const Pending pending = std::move(m_pending.front());
    m_pending.pop_front();
    m_pendingBytes -= pending.bytes;
    pending.callback(result);
}

void Connection::checkDeadlines()
{
    // This process may have been stopped, and the answers wait in the socket: as long as they come, they are
    // waited for.
    for (std::size_t before = 0; isLate() && m_isOpen && m_pending.size() != before;) {
        before = m_pending.size();
        m_hooks->read();
    }
    if (!isLate() || m_isOver)
        return;
    const QString reason = m_isOpen ? u"it did not answer within "_s : u"it could not be reached within "_s;
    const bool isSilent = m_ssl && !Tls::isEstablished(m_ssl);
    end(reason % QString::number(m_patience.count()) % u" ms"_s
        % (isSilent ? u", as TLS was not answered"_s : QString()));
}

bool Connection::isLate()
{
    const auto now = Clock::now();
    if (m_earliest >= now)
        return false;
    // That one may have been answered meanwhile.
    m_earliest = Clock::time_point::max();
    for (const Pending &pending : m_pending)
        m_earliest = std::min(m_earliest, pending.deadline);
    return m_earliest < now;
}

void Connection::end(const QString &reason)
{
    if (m_isOver)
        return;
    close();
    Q_EMIT closed(reason);
}

void Connection::close()
{
    m_isOver = true;
    m_isOpen = false;
    m_deadlines.stop();
    m_channels.clear();
    if (redisAsyncContext *context = std::exchange(m_context, nullptr)) {
        context->data = nullptr; // it calls this object no more
        redisAsyncFree(context);
    }
    // Behind, because whoever is called may do as they like.
    for (const Pending &pending : std::exchange(m_pending, {}))
        pending.callback({Result::Kind::Lost, Reply()});
}

// --- channels ---

void Connection::subscribe(std::string_view channel, Heard heard)
{
    if (m_isOver || !m_context)
        return;
    m_channels.insert_or_assign(std::string(channel), std::move(heard));
    const std::array<const char *, 2> starts{"SUBSCRIBE", channel.data()};
    const std::array<std::size_t, 2> sizes{9, channel.size()};
    redisAsyncCommandArgv(
        m_context,
        [](redisAsyncContext *context, void *reply, void *) {
            Connection *self = ownerOf(context);
            if (self && reply)
                self->heard(Reply(static_cast<const redisReply *>(reply)));
        },
        nullptr, 2, const_cast<const char **>(starts.data()), sizes.data());
}

void Connection::unsubscribe(std::string_view channel)
{
    if (m_isOver || !m_context || m_channels.erase(std::string(channel)) == 0)
        return;
    const std::array<const char *, 2> starts{"UNSUBSCRIBE", channel.data()};
    const std::array<std::size_t, 2> sizes{11, channel.size()};
    redisAsyncCommandArgv(m_context, nullptr, nullptr, 2, const_cast<const char **>(starts.data()),
                          sizes.data());
}

void Connection::heard(const Reply &reply)
{
    const auto found = m_channels.find(std::string(reply[1].text()));
    if (found == m_channels.end())
        return;
    const Heard heard = found->second; // it may unsubscribe
    if (reply[0].text() == "message")
        heard(reply[2].text(), false);
    else if (reply[0].text() == "subscribe")
        heard({}, true);
}

} // namespace nextchat::broker::redis
