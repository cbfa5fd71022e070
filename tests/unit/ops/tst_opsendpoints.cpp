// SPDX-License-Identifier: MIT
#include "server/net/eventloopthread.h"
#include "server/ops/opsendpoints.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QSemaphore>
#include <QTest>

#include <thread>

using namespace nextchat;
using namespace nextchat::ops;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;
using Scope = OpsEndpoints::Scope;

class OpsEndpointsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_messaging = true;
        m_history = true;
        m_metrics = std::make_unique<MetricsRegistry>();
        m_watchdog = std::make_unique<LoopWatchdog>(*m_metrics, LoopPatience{5ms, 200ms});
        m_endpoints = std::make_unique<OpsEndpoints>(
            *m_metrics, *m_watchdog,
            OpsEndpoints::Probes{[this] { return m_messaging.load(); }, [this] { return m_history.load(); }},
            "/next-chat");
        QTest::qWait(0);
    }
    void cleanup()
    {
        m_endpoints.reset();
        m_watchdog.reset();
    }

    void healthFollowsTheLoops()
    {
        QTRY_COMPARE(m_endpoints->health().status, 200);
        QCOMPARE(m_endpoints->health().body, QByteArray("{\"status\":\"ok\"}\n"));
        net::EventLoopThread thread(u"io0"_s);
        m_watchdog->watch("io0", thread.mailbox());
        QSemaphore release;
        thread.post([&release] { release.acquire(); });
        QTRY_COMPARE(m_endpoints->health().status, 503);
        QCOMPARE(m_endpoints->health().body, QByteArray("{\"stalled\":[\"io0\"],\"status\":\"failed\"}\n"));
        release.release();
        QTRY_COMPARE(m_endpoints->health().status, 200);
        m_watchdog->unwatch(thread.mailbox());
    }

    void readinessNamesEachPart_data()
    {
        QTest::addColumn<bool>("messaging");
        QTest::addColumn<bool>("history");
        QTest::addColumn<bool>("shutdown");
        QTest::addColumn<int>("status");
        QTest::newRow("ready") << true << true << false << 200;
        QTest::newRow("history down") << true << false << false << 200;
        QTest::newRow("messaging down") << false << true << false << 503;
        QTest::newRow("shutdown") << true << true << true << 503;
        QTest::newRow("all down") << false << false << true << 503;
    }
    void readinessNamesEachPart()
    {
        QFETCH(bool, messaging);
        QFETCH(bool, history);
        QFETCH(bool, shutdown);
        m_messaging = messaging;
        m_history = history;
        if (shutdown)
            m_endpoints->beginShutdown();
        const net::HttpResponse response = m_endpoints->readiness();
        QTEST(response.status, "status");
        QCOMPARE(response.contentType, QByteArray("application/json"));
        const QJsonObject body = QJsonDocument::fromJson(response.body).object();
        QCOMPARE(body.value(u"status"_s), response.status == 200 ? u"ready"_s : u"not ready"_s);
        QCOMPARE(body.value(u"messaging"_s), messaging ? u"ok"_s : u"failed"_s);
        QCOMPARE(body.value(u"history"_s), history ? u"ok"_s : u"degraded"_s);
        QCOMPARE(body.value(u"shutdown"_s), shutdown);
    }

    void metricsAreThoseOfTheRegistry()
    {
        m_metrics->counter("nextchat_x_total", "X.").add(2);
        const net::HttpResponse response = m_endpoints->metrics();
        QCOMPARE(response.status, 200);
        QCOMPARE(response.contentType, QByteArray("text/plain; version=0.0.4; charset=utf-8"));
        QVERIFY(response.body.contains("\nnextchat_x_total 2\n"));
    }

    void everyPathAndMethodHasItsAnswer_data()
    {
        QTest::addColumn<QByteArray>("method");
        QTest::addColumn<QByteArray>("path");
        QTest::addColumn<Scope>("scope");
        QTest::addColumn<int>("status"); // 0: not ours
        const auto row = [](const char *method, const char *path, Scope scope, int status) {
            QTest::addRow("%s %s %d", method, path, static_cast<int>(scope))
                << QByteArray(method) << QByteArray(path) << scope << status;
        };
        for (const char *path : {"/", "/healthz", "/readyz", "/metrics"}) {
            const bool isPage = qstrlen(path) == 1;
            row("GET", path, Scope::Everything, 200);
            row("HEAD", path, Scope::Everything, 200);
            row("POST", path, Scope::Everything, 405);
            row("DELETE", path, Scope::Everything, 405);
            row("GET", path, Scope::PublicPage, isPage ? 200 : 0);
            row("GET", path, Scope::Operations, isPage ? 0 : 200);
            row("POST", path, Scope::Operations, isPage ? 0 : 405);
        }
        for (const char *path : {"/next-chat", "/healthz/", "/HEALTHZ", "/metrics/x", "//", ""})
            row("GET", path, Scope::Everything, 0);
    }
    void everyPathAndMethodHasItsAnswer()
    {
        QFETCH(QByteArray, method);
        QFETCH(QByteArray, path);
        QFETCH(Scope, scope);
        const auto response = m_endpoints->answer(request(method, path), scope);
        QTEST(response ? response->status : 0, "status");
        if (response && response->status == 405)
            QVERIFY(
                std::ranges::count(response->headers, std::pair<QByteArray, QByteArray>{"Allow", "GET, HEAD"})
                == 1);
    }

    void thePageSaysHowToConnect_data()
    {
        QTest::addColumn<QByteArray>("host");
        QTest::addColumn<QByteArray>("shown");
        QTest::newRow("a host") << QByteArray("chat.example:5000")
                                << QByteArray("http://chat.example:5000/next-chat");
        QTest::newRow("an address") << QByteArray("[::1]:5000") << QByteArray("http://[::1]:5000/next-chat");
        QTest::newRow("none") << QByteArray() << QByteArray("http://localhost:5000/next-chat");
        QTest::newRow("markup") << QByteArray("<script>alert(1)</script>")
                                << QByteArray("http://localhost:5000/next-chat");
        QTest::newRow("a quote") << QByteArray("a\"b") << QByteArray("http://localhost:5000/next-chat");
        QTest::newRow("long") << QByteArray(300, 'a') << QByteArray("http://localhost:5000/next-chat");
    }
    void thePageSaysHowToConnect()
    {
        QFETCH(QByteArray, host);
        QFETCH(QByteArray, shown);
        const net::HttpResponse response = m_endpoints->page(host);
        QCOMPARE(response.status, 200);
        QCOMPARE(response.contentType, QByteArray("text/html; charset=utf-8"));
        QVERIFY(response.body.contains(QByteArray("nextchat --url " + shown + " --user")));
        QVERIFY(!response.body.contains('@') && !response.body.contains("<script"));
    }

    void anyThreadMayAsk()
    {
        std::vector<std::thread> threads;
        std::atomic<int> answered = 0;
        for (int i = 0; i < 3; ++i) {
            threads.emplace_back([this, &answered] {
                for (int round = 0; round < 200; ++round) {
                    for (const char *path : {"/", "/healthz", "/readyz", "/metrics"})
                        answered += m_endpoints->answer(request("GET", path)) ? 1 : 0;
                }
            });
        }
        m_messaging = false;
        m_endpoints->beginShutdown();
        for (std::thread &thread : threads)
            thread.join();
        QCOMPARE(answered.load(), 2400);
    }

private:
    static net::HttpRequest request(const QByteArray &method, const QByteArray &path)
    {
        net::HttpRequest request;
        request.method = method;
        request.path = path;
        return request;
    }

    std::atomic<bool> m_messaging = true;
    std::atomic<bool> m_history = true;
    std::unique_ptr<MetricsRegistry> m_metrics;
    std::unique_ptr<LoopWatchdog> m_watchdog;
    std::unique_ptr<OpsEndpoints> m_endpoints;
};

QTEST_GUILESS_MAIN(OpsEndpointsTest)

#include "tst_opsendpoints.moc"
