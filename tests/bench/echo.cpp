// SPDX-License-Identifier: MIT
#include "tests/bench/latencies.h"
#include "tests/bench/processusage.h"
#include "tests/bench/scenarios.h"
#include "tests/unit/serversignalr/hubserver.h"

#include <QCoreApplication>
#include <QDeadlineTimer>
#include <QThread>
#include <QWebSocket>
#include <QWebSocketServer>

namespace nextchat::bench {

namespace {

constexpr int callers = 20;
constexpr int textSize = 200;
constexpr double required = 2; // times the plain echo
constexpr auto patience = std::chrono::seconds(60);

// Turns the event loop until `done` holds, or for too long.
template <typename Done> bool turnUntil(Done done)
{
    const QDeadlineTimer deadline(patience);
    while (!done() && !deadline.hasExpired())
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 100);
    return done();
}

// What a WebSocket of Qt's costs that only sends back what it gets. Its server has a thread of its own.
class PlainEcho
{
public:
    PlainEcho()
    {
        m_server.moveToThread(&m_thread);
        QObject::connect(&m_server, &QWebSocketServer::newConnection, &m_server, [this] {
            while (QWebSocket *const socket = m_server.nextPendingConnection())
                QObject::connect(socket, &QWebSocket::textMessageReceived, socket,
                                 &QWebSocket::sendTextMessage);
        });
        m_thread.start();
        inThread([this] { m_server.listen(QHostAddress::LocalHost); });
    }
    ~PlainEcho()
    {
        inThread([this] {
            m_server.close();
            qDeleteAll(m_server.findChildren<QWebSocket *>());
            m_server.moveToThread(nullptr);
        });
        m_thread.quit();
        m_thread.wait();
    }
    PlainEcho(const PlainEcho &) = delete;
    PlainEcho &operator=(const PlainEcho &) = delete;

    void inThread(const std::function<void()> &work)
    {
        QMetaObject::invokeMethod(&m_server, work, Qt::BlockingQueuedConnection);
    }
    [[nodiscard]] QUrl url() const { return m_server.serverUrl(); }

private:
    QThread m_thread;
    QWebSocketServer m_server{QStringLiteral("echo"), QWebSocketServer::NonSecureMode};
};

// Each has one call under way all the time.
class Callers
{
public:
    Expected<void> open(const QUrl &url)
    {
        QNetworkRequest request(url);
        request.setRawHeader("Authorization", "caller");
        for (int i = 0; i < callers; ++i) {
            auto socket = std::make_unique<QWebSocket>();
            QObject::connect(socket.get(), &QWebSocket::connected, socket.get(), [s = socket.get()] {
                s->sendTextMessage(QStringLiteral("{\"protocol\":\"json\",\"version\":1}\x1e"));
            });
            QObject::connect(socket.get(), &QWebSocket::textMessageReceived, socket.get(),
                             [this, s = socket.get()](const QString &text) { answered(*s, text); });
            socket->open(request);
            m_sockets.push_back(std::move(socket));
        }
        if (!turnUntil([this] { return m_answers == callers; })) // of the handshake
            return failure(Error::Code::Unavailable, QStringLiteral("the echo could not be reached"));
        return {};
    }

    // How many calls were answered in that time; -1 when some never were.
    [[nodiscard]] qint64 run(double seconds)
    {
        m_answers = 0;
        m_underWay = callers;
        m_isRunning = true;
        for (const auto &socket : m_sockets)
            socket->sendTextMessage(m_call);
        const QDeadlineTimer deadline(std::chrono::milliseconds(qint64(seconds * 1000)));
        while (!deadline.hasExpired())
            QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents | QEventLoop::AllEvents, 100);
        m_isRunning = false;
        return turnUntil([this] { return m_underWay == 0; }) ? m_answers : -1;
    }

private:
    void answered(QWebSocket &socket, const QString &text)
    {
        if (text == u"{\"type\":6}\x1e")
            return; // a ping
        ++m_answers;
        if (m_isRunning)
            socket.sendTextMessage(m_call);
        else
            --m_underWay;
    }

    const QString m_call = u"{\"type\":1,\"invocationId\":\"1\",\"target\":\"Echo\",\"arguments\":[\""
        % QString(textSize, u'e') % u"\"]}\x1e";
    std::vector<std::unique_ptr<QWebSocket>> m_sockets;
    qint64 m_answers = 0;
    int m_underWay = 0;
    bool m_isRunning = false;
};

// Microseconds of CPU of the server's thread per call.
template <typename Server> Expected<double> cpuPerCall(Server &server, Callers &clients, double seconds)
{
    double before = 0;
    double after = 0;
    server.inThread([&before] { before = threadCpuSeconds(); });
    const qint64 calls = clients.run(seconds);
    server.inThread([&after] { after = threadCpuSeconds(); });
    if (calls <= 0)
        return failure(Error::Code::TimedOut, QStringLiteral("not every call was answered"));
    return (after - before) * 1e6 / double(calls);
}

} // namespace

// (n) The CPU of the engine's thread per call of a hub that gives back its argument, in turn with that of
// QWebSocket sending back the same bytes. Only the servers' threads count.
Expected<QList<Figure>> measureEcho(const BenchOptions &options)
{
    test::HubServer hub;
    PlainEcho plain;
    Callers ofHub;
    Callers ofPlain;
    const QUrl url(QStringLiteral("ws://127.0.0.1:%1/next-chat").arg(hub.port));
    if (const auto opened = ofHub.open(url).and_then([&] { return ofPlain.open(plain.url()); }); !opened)
        return tl::unexpected(opened.error());
    std::vector<double> hubs;
    std::vector<double> plains;
    for (int round = -1; round < options.rounds; ++round) { // the first warms up
        const auto ours = cpuPerCall(hub, ofHub, options.seconds);
        const auto theirs = cpuPerCall(plain, ofPlain, options.seconds);
        if (!ours || !theirs)
            return tl::unexpected(ours ? theirs.error() : ours.error());
        if (round < 0)
            continue;
        hubs.push_back(*ours);
        plains.push_back(*theirs);
    }
    const double ratio = median(hubs) / median(plains);
    return QList<Figure>{
        {QStringLiteral("hubCpu"), QStringLiteral("CPU per call, hub"), median(hubs), QStringLiteral("us")},
        {QStringLiteral("plainCpu"), QStringLiteral("CPU per message, plain QWebSocket echo"), median(plains),
         QStringLiteral("us")},
        {QStringLiteral("ratio"), QStringLiteral("hub / plain echo"), ratio, QStringLiteral("times"),
         QStringLiteral("at most 2"), ratio <= required},
    };
}

} // namespace nextchat::bench
