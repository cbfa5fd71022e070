// SPDX-License-Identifier: MIT
#include "tests/support/httphub.h"
#include "tests/support/rawclient.h"
#include "tests/support/rawhub.h"
#include "tests/support/redisserver.h"
#include "tests/support/serverprocess.h"

#include <QRegularExpression>
#include <QTcpServer>
#include <QTcpSocket>
#include <QTest>

#include <csignal>

using namespace nextchat::test;
using namespace Qt::StringLiterals;

// What the person who runs a server looks at: health, readiness, metrics, the page, and the end (contract.md
// 3).
class OperationsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void healthAndReadinessAreGiven()
    {
        ServerProcess server;
        QVERIFY(server.start());
        const HttpAnswer health = get(server.port(), "/healthz");
        QCOMPARE(health.status, 200);
        QCOMPARE(health.json().value(u"status"_s), u"ok"_s);
        const HttpAnswer readiness = get(server.port(), "/readyz");
        QCOMPARE(readiness.status, 200);
        QCOMPARE(readiness.json().value(u"messaging"_s), u"ok"_s);
        QCOMPARE(readiness.json().value(u"history"_s), u"ok"_s);
        QCOMPARE(readiness.json().value(u"shutdown"_s), false);
    }

    void thePageSaysHowToConnect()
    {
        ServerProcess server;
        QVERIFY(server.start());
        const HttpAnswer page = get(server.port(), "/");
        QCOMPARE(page.status, 200);
        QVERIFY(page.header("content-type").startsWith("text/html"));
        QVERIFY(page.body.contains("/next-chat"));
        QCOMPARE(get(server.port(), "/nothing").status, 404);
        RawClient client(server.port());
        QCOMPARE(client.request(httpRequest("POST", "/healthz", {}, {}, "x")).status, 405);
    }

    void metricsAreWellFormedAndCount114()
    {
        ServerProcess server;
        QVERIFY(server.start());
        RawHub hub(server.port(), "ann");
        QVERIFY(hub.isOpen());
        const HttpAnswer metrics = get(server.port(), "/metrics");
        QCOMPARE(metrics.status, 200);
        QVERIFY(metrics.header("content-type").startsWith("text/plain; version=0.0.4"));
        static const QRegularExpression comment(
            u"^# (HELP nextchat_[a-z0-9_]+ \\S.*|TYPE nextchat_[a-z0-9_]+ "
            "(counter|gauge|histogram))$"_s);
        static const QRegularExpression sample(
            u"^nextchat_[a-z0-9_]+(\\{[a-z_]+=\"[^\"]*\"(,[a-z_]+=\"[^\"]*\")*\\})? "
            "[-+0-9.eInfNa]+$"_s);
        for (const QByteArray &line : metrics.body.trimmed().split('\n')) {
            const QString text = QString::fromUtf8(line);
            QVERIFY2((line.startsWith('#') ? comment : sample).match(text).hasMatch(), line.constData());
        }
        QVERIFY(metrics.body.contains("\nnextchat_build_info{"));
        QVERIFY(metrics.body.contains("\nnextchat_process_resident_memory_bytes "));
        QVERIFY(metrics.body.contains("nextchat_event_loop_delay_seconds{loop=\"io0\"}"));
    }

    void callsAreMeasuredByMethod()
    {
        ServerProcess server;
        QVERIFY(server.start());
        RawHub hub(server.port(), "ann");
        QCOMPARE(hub.errorOf(u"CreateGroup"_s, {u"g"_s}), QString());
        QVERIFY(!hub.errorOf(u"SendMessage"_s, {u"g"_s, u"secret words"_s}).isEmpty()); // not a member
        const QByteArray metrics = get(server.port(), "/metrics").body;
        const auto has = [&metrics](const char *line) {
            return metrics.contains(QByteArray('\n' + QByteArray(line)));
        };
        QVERIFY(has("nextchat_signalr_call_seconds_count{method=\"CreateGroup\",outcome=\"ok\"} 1\n"));
        QVERIFY(has("nextchat_signalr_call_seconds_count{method=\"SendMessage\",outcome=\"error\"} 1\n"));
        QVERIFY(has("nextchat_signalr_call_seconds_count{method=\"JoinGroup\",outcome=\"ok\"} 0\n"));
        QVERIFY(has("nextchat_signalr_messages_total{direction=\"in\"} 2\n"));
        QVERIFY(has("nextchat_signalr_pending_bytes 0\n"));
    }

    void connectionsAreCountedByTransport()
    {
        ServerProcess server;
        QVERIFY(server.start());
        const auto counts = [&server](int webSockets, int longPolling) {
            const QByteArray metrics = get(server.port(), "/metrics").body;
            const auto has = [&metrics](const QByteArray &transport, int count) {
                const QByteArray line = "\nnextchat_signalr_connections{transport=\"" + transport + "\"} "
                    + QByteArray::number(count) + '\n';
                return metrics.contains(line);
            };
            return has("websockets", webSockets) && has("long_polling", longPolling)
                && has("server_sent_events", 0);
        };
        QVERIFY(counts(0, 0));
        HttpHub polling(server.port(), "ann");
        QCOMPARE(polling.open(), QByteArray("{}\x1e"));
        {
            RawHub first(server.port(), "bob");
            RawHub second(server.port(), "cid");
            QVERIFY(first.isOpen() && second.isOpen());
            QVERIFY(counts(2, 1));
        }
        QCOMPARE(polling.remove().status, 202);
        QVERIFY(QTest::qWaitFor([&] { return counts(0, 0); }, 60'000));
    }

    void anAddressHasNoMoreConnectionsThanItMay()
    {
        ServerProcess server({u"--set"_s, u"limits.connectionsPerAddress=2"_s});
        QVERIFY(server.start());
        RawHub first(server.port(), "ann");
        auto second = std::make_unique<RawHub>(server.port(), "bob");
        QVERIFY(first.isOpen() && second->isOpen());
        RawClient client(server.port());
        QCOMPARE(client.request(upgradeRequest("/next-chat", "cid")).status, 429);
        QVERIFY(get(server.port(), "/metrics")
                    .body.contains("\nnextchat_signalr_refused_total{reason=\"address_full\"} 1\n"));
        second.reset();
        QVERIFY(QTest::qWaitFor([&] { return RawHub(server.port(), "cid").isOpen(); }, 60'000));
    }

    void resumesAreCountedByOutcome()
    {
        ServerProcess server({u"--set"_s, u"limits.groupMembers=1"_s});
        QVERIFY(server.start());
        RawHub ann(server.port(), "ann");
        QCOMPARE(ann.errorOf(u"CreateGroup"_s, {u"g"_s}), QString());
        QCOMPARE(ann.errorOf(u"JoinGroup"_s, {u"g"_s}), QString());
        const QJsonObject receipt =
            ann.invoke(u"PostMessage"_s, {u"g"_s, u"secret words"_s, u"1"_s}).value(u"result").toObject();
        const QJsonValue epoch = receipt.value(u"epoch");
        const QJsonValue seq = receipt.value(u"seq");
        QCOMPARE(ann.errorOf(u"ResumeGroup"_s, {u"g"_s, epoch, seq}), QString());
        QCOMPARE(ann.errorOf(u"ResumeGroup"_s, {u"g"_s, epoch, 0}), QString());
        QCOMPARE(ann.errorOf(u"ResumeGroup"_s, {u"g"_s, u"another"_s, seq}), QString());
        QVERIFY(!ann.errorOf(u"ResumeGroup"_s, {u"nothing"_s, epoch, seq}).isEmpty());
        RawHub bob(server.port(), "bob");
        QCOMPARE(bob.errorOf(u"ResumeGroup"_s, {u"g"_s, epoch, seq}), QString());
        const QByteArray metrics = get(server.port(), "/metrics").body;
        const auto has = [&metrics](const QByteArray &outcome, int count) {
            const QByteArray line = "\nnextchat_chat_resumes_total{outcome=\"" + outcome + "\"} "
                + QByteArray::number(count) + '\n';
            return metrics.contains(line);
        };
        QVERIFY2(has("recovered", 2), metrics.constData());
        QVERIFY(has("gap", 1));
        QVERIFY(has("incomplete", 0));
        QVERIFY(has("failed", 1));
        QVERIFY(has("full", 1));
    }

    void theWayToRedisAndBackIsMeasured()
    {
        RedisServer redis;
        QVERIFY(redis.start());
        ServerProcess server({u"--redis"_s, redis.url()});
        QVERIFY(server.start());
        const auto metric = [&server](const QByteArray &name) {
            const QByteArray metrics = get(server.port(), "/metrics").body;
            const qsizetype line = metrics.indexOf(QByteArray('\n' + name + ' '));
            const qsizetype begin = line + name.size() + 2;
            return line < 0 ? -1.0 : metrics.mid(begin, metrics.indexOf('\n', begin) - begin).toDouble();
        };
        const QByteArray lag = "nextchat_broker_tail_lag_seconds{index=\"0\"}";
        RawHub hub(server.port(), "ann");
        QVERIFY(QTest::qWaitFor([&] { return hub.errorOf(u"CreateGroup"_s, {u"g"_s}).isEmpty(); }, 60'000));
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"g"_s}), QString());
        for (int i = 0; i < 3; ++i)
            QCOMPARE(hub.errorOf(u"SendMessage"_s, {u"g"_s, u"secret words"_s}), QString());
        QCOMPARE(metric("nextchat_broker_publish_seconds_count"), 3.0);
        QVERIFY(metric("nextchat_broker_publish_seconds_sum") > 0);
        QVERIFY(metric(lag) >= 0);
        redis.pause();
        QVERIFY(QTest::qWaitFor([&] { return metric(lag) > 3; }, 60'000)); // nothing comes back
        redis.resume();
        QVERIFY(QTest::qWaitFor([&] { return metric(lag) < 3; }, 60'000));
    }

    void tracesAreInTheLog()
    {
        ServerProcess server({u"--set"_s, u"log.level=info,nextchat.signalr=debug,nextchat.broker=debug"_s});
        QVERIFY(server.start());
        const QByteArray ofConnection = "11111111111111111111111111111111";
        const QByteArray ofCall = "22222222222222222222222222222222";
        HttpHub hub(server.port(), "ann", "traceparent: 00-" + ofConnection + "-00f067aa0ba902b7-01\r\n");
        QCOMPARE(hub.open(), QByteArray("{}\x1e"));
        for (const char *method : {"CreateGroup", "JoinGroup"}) {
            QCOMPARE(hub.invoke(method, "[\"g\"]").status, 200);
            QCOMPARE(hub.poll().status, 200);
        }
        const QByteArray headers = "{\"traceparent\":\"00-" + ofCall + "-00f067aa0ba902b7-01\"}";
        const QByteArray call =
            "{\"type\":1,\"target\":\"SendMessage\",\"arguments\":[\"g\",\"secret words\"],"
            "\"headers\":"
            + headers + "}\x1e";
        QCOMPARE(hub.post(call).status, 200);
        const auto says = [&server](const QByteArray &what, const QByteArray &trace) {
            const QByteArrayList lines = server.standardError().split('\n');
            return std::ranges::any_of(lines, [&](const QByteArray &line) {
                return line.contains(what) && line.contains(QByteArray("trace=" + trace));
            });
        };
        QVERIFY(QTest::qWaitFor([&] { return says("method=SendMessage", ofCall); }, 60'000));
        QVERIFY(QTest::qWaitFor([&] { return says("message delivered", ofCall); }, 60'000));
        QVERIFY(says("method=CreateGroup", ofConnection));
        QVERIFY(!says("method=SendMessage", ofConnection));
        QVERIFY(!server.standardError().contains("secret words"));
    }

    void slowCallsAreLogged()
    {
        RedisServer redis;
        QVERIFY(redis.start());
        ServerProcess server({u"--redis"_s, redis.url(), u"--set"_s, u"log.slowCall=500ms"_s, u"--set"_s,
                              u"redis.commandTimeout=1s"_s});
        QVERIFY(server.start());
        RawHub hub(server.port(), "ann");
        QVERIFY(QTest::qWaitFor([&] { return hub.errorOf(u"CreateGroup"_s, {u"g"_s}).isEmpty(); }, 20000));
        QCOMPARE(hub.errorOf(u"JoinGroup"_s, {u"g"_s}), QString());
        redis.pause();
        const QString trace = u"4bf92f3577b34da6a3ce929d0e0e4736"_s;
        const QString traceParent = u"00-"_s % trace % u"-00f067aa0ba902b7-00"_s;
        QVERIFY(hub.sendRecord(QJsonObject{{u"type"_s, 1},
                                           {u"invocationId"_s, u"slow"_s},
                                           {u"headers"_s, QJsonObject{{u"traceparent"_s, traceParent}}},
                                           {u"target"_s, u"SendMessage"_s},
                                           {u"arguments"_s, QJsonArray{u"g"_s, u"secret words"_s}}}));
        QVERIFY(hub.nextWith(u"invocationId"_s, u"slow"_s).contains(u"error"_s));
        redis.resume();
        QVERIFY2(server.standardError().contains("slow call"), server.standardError().constData());
        QVERIFY(server.standardError().contains("method=SendMessage"));
        QVERIFY(server.standardError().contains(QByteArray("trace=" + trace.toLatin1())));
        QVERIFY(!server.standardError().contains("secret words"));
    }

    void levelsOfTheLogChangeAtRunTime()
    {
        QTemporaryDir folder;
        const QString file = folder.filePath(u"configuration.yaml"_s);
        const auto write = [&file](const QByteArray &yaml) {
            QFile target(file);
            QVERIFY(target.open(QIODevice::WriteOnly));
            target.write(yaml);
        };
        write("log.level: error\n");
        ServerProcess server({u"--config"_s, file});
        QVERIFY(server.start());
        const auto says = [&server](const char *words) {
            return QTest::qWaitFor([&] { return server.standardError().contains(words); }, 20000);
        };
        write("log: {level: info, format: json}\n");
        QCOMPARE(::kill(static_cast<pid_t>(server.processId()), SIGHUP), 0);
        QVERIFY(says("\"message\":\"reloading\""));
        write("log.level: loud\n");
        QCOMPARE(::kill(static_cast<pid_t>(server.processId()), SIGHUP), 0);
        QVERIFY(says("the configuration stays as it is: "));
        QVERIFY(says("configuration.yaml:1: 'log.level'"));
        QCOMPARE(server.terminate(), 0);
    }

    void operationsCanHaveAPortOfTheirOwn()
    {
        const quint16 port = freePort();
        ServerProcess server({u"--set"_s, QString(u"server.opsListen=127.0.0.1:"_s % QString::number(port))});
        QVERIFY(server.start());
        for (const char *path : {"/healthz", "/readyz", "/metrics"}) {
            QCOMPARE(get(port, path).status, 200);
            QCOMPARE(get(server.port(), path).status, 404);
        }
        QCOMPARE(get(server.port(), "/").status, 200);
        RawClient client(port);
        QCOMPARE(client.request(httpRequest("POST", "/next-chat/negotiate?negotiateVersion=1", "ann")).status,
                 404);
    }

    void localhostIsEitherAddress()
    {
        QTcpServer probe;
        if (!probe.listen(QHostAddress::LocalHostIPv6))
            QSKIP("no IPv6 here");
        ServerProcess server({u"--listen"_s, u"localhost:0"_s});
        QVERIFY(server.start());
        for (const auto address : {QHostAddress::LocalHost, QHostAddress::LocalHostIPv6}) {
            QTcpSocket socket;
            socket.connectToHost(QHostAddress(address), server.port());
            QVERIFY(socket.waitForConnected());
            socket.write("GET /healthz HTTP/1.0\r\n\r\n");
            QVERIFY(socket.waitForReadyRead());
            QVERIFY(socket.readAll().startsWith("HTTP/1.1 200 "));
        }
        QCOMPARE(server.terminate(), 0);
    }

    void terminationEndsWithZero()
    {
        ServerProcess server({u"--set"_s, u"server.drainTime=200ms"_s});
        QVERIFY(server.start());
        RawHub hub(server.port(), "ann");
        QVERIFY(hub.isOpen());
        QCOMPARE(server.terminate(), 0);
        QVERIFY(hub.wire().waitForEnd());
    }

private:
    static HttpAnswer get(quint16 port, const QByteArray &path)
    {
        RawClient client(port);
        return client.request(httpRequest("GET", path, {}));
    }

    static quint16 freePort()
    {
        QTcpServer server;
        return server.listen(QHostAddress::LocalHost) ? server.serverPort() : 0;
    }
};

QTEST_GUILESS_MAIN(OperationsTest)

#include "tst_operations.moc"
