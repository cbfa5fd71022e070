// SPDX-License-Identifier: MIT
#include "server/broker/redis/link.h"

#include "server/broker/redis/redislog.h"
#include "server/broker/redis/words.h"

#include <QHostAddress>
#include <QHostInfo>
#include <QPointer>
#include <QRandomGenerator>

namespace nextchat::broker::redis {

namespace {

using namespace Qt::StringLiterals;

constexpr std::chrono::milliseconds firstPause{50};
constexpr std::chrono::milliseconds longestPause{2000};

// Grows, and differs between servers that lost the same Redis.
std::chrono::milliseconds pauseAfter(int failures)
{
    const auto most = std::min(longestPause, firstPause * (1 << std::min(failures, 10)));
    const qint64 half = most.count() / 2;
    return std::chrono::milliseconds(half + QRandomGenerator::global()->bounded(half + 1));
}

// By what hiredis, Redis or this class says.
Trouble troubleOf(const QString &problem)
{
    const auto has = [&problem](QLatin1StringView word) { return problem.contains(word); };
    if (has("TLS failed"_L1) || has("its certificate"_L1) || has("asks for TLS"_L1))
        return Trouble::Tls;
    if (has("LOADING"_L1))
        return Trouble::Loading;
    if (has("WRONGPASS"_L1) || has("NOAUTH"_L1) || has("NOPERM"_L1) || has("invalid password"_L1)
        || has("ERR AUTH"_L1))
        return Trouble::Password;
    if (has("READONLY"_L1) || has("MASTERDOWN"_L1) || has("is a replica"_L1))
        return Trouble::ReadOnly;
    if (has("is a Redis Cluster"_L1) || has("is version"_L1))
        return Trouble::Unfit;
    if (has("did not answer"_L1) || has("could not be reached"_L1) || has("is silent"_L1))
        return Trouble::Slow;
    return has("is away"_L1) || has("host name"_L1) || has("Sentinels"_L1) ? Trouble::Away : Trouble::Other;
}

} // namespace

Link::Link(Options options)
    : m_options(std::move(options))
{
    m_retry.setSingleShot(true);
    m_retry.callOnTimeout([this] { attempt(); });
}

Link::~Link()
{
    close();
}

QString Link::name() const
{
    return m_options.url.display();
}

void Link::open()
{
    m_isClosed = false;
    attempt();
}

void Link::close()
{
    m_isClosed = true;
    m_isReady = false;
    m_retry.stop();
    drop();
}

void Link::reconnect(const QString &reason)
{
    if (!m_isClosed && m_connection)
        failed(reason);
}

// --- finding and connecting ---

void Link::attempt()
{
    ++m_attempts;
    if (m_options.url.usesTls && !m_options.tls)
        return failed(u"asks for TLS, which this build's hiredis does not have"_s, true);
    if (m_options.url.masterName.isEmpty())
        reach(m_options.url.endpoints.front());
    else
        askSentinel(0);
}

// `asked`: how many were asked in vain, the last one for that `reason`. Each attempt begins with another: one
// that was cut off from the others still tells of the master before.
void Link::askSentinel(std::size_t asked, const QString &reason)
{
    const auto &sentinels = m_options.url.endpoints;
    if (asked >= sentinels.size())
        return failed(u"is not known to any of its Sentinels (the last: "_s % reason % u')');
    drop();
    const Endpoint &sentinel = sentinels[(m_firstSentinel + asked) % sentinels.size()];
    resolve(sentinel, [this, asked, host = sentinel.host](const std::optional<Endpoint> &address) {
        if (address)
            askSentinelAt(*address, host, asked);
        else
            askSentinel(asked + 1, u"unknown host name"_s);
    });
}

void Link::askSentinelAt(const Endpoint &address, const QString &host, std::size_t asked)
{
    m_connection = std::make_unique<Connection>(address, Login(), encryptionFor(host), m_options.patience);
    Connection *sentinel = m_connection.get();
    connect(sentinel, &Connection::closed, this,
            [this, asked](const QString &reason) { askSentinel(asked + 1, reason); });
    connect(sentinel, &Connection::opened, this, [this, sentinel, asked] {
        const std::array<std::string_view, 3> words{"SENTINEL", "GET-MASTER-ADDR-BY-NAME",
                                                    view(m_options.url.masterName)};
        sentinel->send(words, [this, asked](const Result &result) {
            if (m_isClosed || result.kind != Result::Kind::Answered)
                return; // closed() follows
            const std::string_view master = result.reply[0].text();
            const int port =
                QByteArray(result.reply[1].text().data(), qsizetype(result.reply[1].text().size())).toInt();
            if (master.empty())
                return askSentinel(asked + 1, u"it knows no master of that name"_s);
            reach({QString::fromUtf8(master.data(), qsizetype(master.size())), quint16(port)});
        });
    });
}

void Link::reach(const Endpoint &redis)
{
    resolve(redis, [this, host = redis.host](const std::optional<Endpoint> &address) {
        if (address)
            connectTo(*address, host);
        else
            failed(u"has an unknown host name"_s);
    });
}

// hiredis would block while it asks for the address.
void Link::resolve(const Endpoint &endpoint, Resolved resolved)
{
    if (!QHostAddress(endpoint.host).isNull())
        return resolved(endpoint);
    QHostInfo::lookupHost(endpoint.host, this,
                          [this, attempt = m_attempts, port = endpoint.port,
                           resolved = std::move(resolved)](const QHostInfo &found) {
                              if (m_isClosed || attempt != m_attempts)
                                  return;
                              const QList<QHostAddress> addresses = found.addresses();
                              if (addresses.isEmpty())
                                  return resolved(std::nullopt);
                              // Redis need not be at all of them, e.g. at both of localhost's.
                              resolved(Endpoint{addresses[m_failures % addresses.size()].toString(), port});
                          });
}

Encryption Link::encryptionFor(const QString &host) const
{
    return m_options.url.usesTls ? Encryption{m_options.tls, host} : Encryption();
}

void Link::connectTo(const Endpoint &address, const QString &host)
{
    drop();
    const Login login{m_options.url.user, m_options.url.password, m_options.url.database};
    m_connection = std::make_unique<Connection>(address, login, encryptionFor(host), m_options.patience);
    connect(m_connection.get(), &Connection::closed, this,
            [this](const QString &reason) { failed(u"is away: "_s % reason); });
    connect(m_connection.get(), &Connection::opened, this, &Link::check);
}

// It may be on the call stack.
void Link::drop()
{
    if (!m_connection)
        return;
    m_connection->disconnect(this);
    Connection *old = m_connection.release();
    old->deleteLater();
    old->close();
}

void Link::check()
{
    const std::array<std::string_view, 1> words{"INFO"};
    m_connection->send(words, [this](const Result &result) {
        if (m_isClosed || result.kind != Result::Kind::Answered)
            return; // closed() follows
        if (result.reply.isError())
            return failed(
                u"does not tell about itself: "_s
                % QString::fromUtf8(result.reply.text().data(), qsizetype(result.reply.text().size())));
        m_info = ServerInfo::parse(result.reply.text());
        if (const auto checked = m_info.check(); !checked)
            return failed(checked.error().message, checked.error().code == Error::Code::Conflict);
        loadScripts();
    });
}

void Link::loadScripts()
{
    for (const Script *script : m_options.scripts) {
        const std::array<std::string_view, 3> words{"SCRIPT", "LOAD",
                                                    view(script->text(m_info.readsScriptFlags()))};
        m_connection->send(words, [](const Result &) {});
    }
    const std::array<std::string_view, 1> ping{"PING"};
    m_connection->send(ping, [this](const Result &result) {
        if (!m_isClosed && result.kind == Result::Kind::Answered)
            becomeReady();
    });
}

void Link::becomeReady()
{
    m_isReady = true;
    m_isRefused = false;
    m_failures = 0;
    m_problem.clear();
    if (m_options.warns)
        qCInfo(redisLog).noquote() << "Connected to Redis at" << name();
    if (m_options.warns) {
        for (const QString &warning : m_info.warnings())
            qCWarning(redisLog).noquote() << name() << u':' << warning;
    }
    Q_EMIT ready();
}

void Link::failed(const QString &problem, bool isFinal)
{
    const bool wasReady = std::exchange(m_isReady, false);
    m_isRefused = isFinal;
    if (std::exchange(m_problem, problem) != problem) {
        // One of a server's connections warns; the others tell much the same.
        const QString line = u"Redis at " % name() % u' ' % problem % u" (" % m_options.purpose % u')';
        if (m_options.warns)
            qCWarning(redisLog).noquote() << line;
        else
            qCInfo(redisLog).noquote() << line;
    }
    drop();
    ++m_firstSentinel;
    Q_EMIT troubled(troubleOf(problem));
    if (!m_isClosed)
        m_retry.start(isFinal ? longestPause : pauseAfter(m_failures++));
    if (wasReady)
        Q_EMIT lost();
}

// --- commands ---

void Link::send(Connection::Words words, Connection::Callback callback)
{
    send(words, std::move(callback), m_options.patience);
}

void Link::send(Connection::Words words, Connection::Callback callback, std::chrono::milliseconds patience)
{
    if (m_isReady)
        m_connection->send(words, std::move(callback), patience);
    else
        callback(Result());
}

void Link::subscribe(std::string_view channel, Connection::Heard heard)
{
    if (m_isReady)
        m_connection->subscribe(channel, std::move(heard));
}

void Link::unsubscribe(std::string_view channel)
{
    if (m_isReady)
        m_connection->unsubscribe(channel);
}

void Link::run(const Script &script, Connection::Words keys, Connection::Words arguments,
               Connection::Callback callback)
{
    const QByteArray count = QByteArray::number(qsizetype(keys.size()));
    std::vector<std::string_view> words;
    words.reserve(keys.size() + arguments.size() + 3);
    words.insert(words.end(), {"EVALSHA", view(script.sha(m_info.readsScriptFlags())), view(count)});
    words.insert(words.end(), keys.begin(), keys.end());
    words.insert(words.end(), arguments.begin(), arguments.end());
    send(words, [this, callback = std::move(callback)](const Result &result) {
        if (result.reply.errorCode() == "NOSCRIPT")
            reloadScripts();
        callback(result);
    });
}

// SCRIPT FLUSH, by whoever.
void Link::reloadScripts()
{
    if (!m_isReady || std::exchange(m_isReloading, true))
        return;
    for (const Script *script : m_options.scripts) {
        const std::array<std::string_view, 3> words{"SCRIPT", "LOAD",
                                                    view(script->text(m_info.readsScriptFlags()))};
        m_connection->send(words, [this](const Result &) { m_isReloading = false; });
    }
}

} // namespace nextchat::broker::redis
