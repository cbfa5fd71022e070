// SPDX-License-Identifier: MIT
#include "common/support/configuration.h"
#include "server/serveroptions.h"

#include <QTest>

using namespace nextchat;
using namespace Qt::StringLiterals;
using signalr::HubOptions;

namespace {

using Read = qint64 (*)(const HubOptions &);

struct Row
{
    const char *key;
    const char *value;
    qint64 result; // milliseconds, bytes, or how many
    Read read;
};

template <auto Member> qint64 read(const HubOptions &options)
{
    if constexpr (std::is_same_v<decltype(options.*Member), const std::chrono::milliseconds &>)
        return (options.*Member).count();
    else
        return static_cast<qint64>(options.*Member);
}

// Signalr-notes 1.10 and contract.md 1.4: each key with another value than any other.
constexpr Row rows[] = {
    {"signalr.keepAliveInterval", "101ms", 101, read<&HubOptions::keepAliveInterval>},
    {"signalr.clientTimeoutInterval", "102ms", 102, read<&HubOptions::clientTimeoutInterval>},
    {"signalr.handshakeTimeout", "103ms", 103, read<&HubOptions::handshakeTimeout>},
    {"signalr.closeTimeout", "104ms", 104, read<&HubOptions::closeTimeout>},
    {"signalr.pollTimeout", "105ms", 105, read<&HubOptions::pollTimeout>},
    {"signalr.disconnectTimeout", "106ms", 106, read<&HubOptions::disconnectTimeout>},
    {"signalr.maximumParallelInvocations", "107", 107, read<&HubOptions::maximumParallelInvocations>},
    {"signalr.streamBufferCapacity", "108", 108, read<&HubOptions::streamBufferCapacity>},
    {"signalr.statefulReconnect", "false", 0, read<&HubOptions::statefulReconnect>},
    {"signalr.statefulReconnectBufferSize", "109", 109, read<&HubOptions::statefulReconnectBytes>},
    {"signalr.detailedErrors", "true", 1, read<&HubOptions::detailedErrors>},
    {"limits.messageBytes", "20000", 20'000, read<&HubOptions::maximumMessageBytes>},
    {"limits.outboundBytes", "1111111", 1'111'111, read<&HubOptions::outboundBytes>},
    {"limits.outboundTime", "112ms", 112, read<&HubOptions::outboundTime>},
    {"limits.openStreams", "113", 113, read<&HubOptions::maximumOpenStreams>},
};

} // namespace

// What is configured is what the hub does.
class ServerOptionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theHubsDefaultsAreThoseOfTheConfiguration()
    {
        for (const Row &row : rows)
            QVERIFY2(row.read(hubOptions({})) == row.read(HubOptions{}), row.key);
    }

    void eachKeyReachesItsOption_data()
    {
        QTest::addColumn<int>("index");
        for (int i = 0; i < int(std::size(rows)); ++i)
            QTest::newRow(rows[i].key) << i;
    }
    void eachKeyReachesItsOption()
    {
        QFETCH(int, index);
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        Configuration configuration(schema);
        QVERIFY(configuration.add(QString::fromLatin1(rows[index].key),
                                  QString::fromLatin1(rows[index].value), u"test"_s));
        QVERIFY(configuration.apply());
        const HubOptions options = hubOptions(values);
        for (const Row &row : rows)
            QVERIFY2(row.read(options) == (row.key == rows[index].key ? row.result : row.read(HubOptions{})),
                     row.key);
    }

    void theTableAboveNamesEveryKey()
    {
        ServerConfiguration values;
        const ConfigurationSchema schema = serverSchema(values);
        for (const ConfigurationKey &key : schema.keys()) {
            QVERIFY2(!key.name.startsWith(u"signalr.") || key.name == u"signalr.transports"
                         || std::any_of(std::begin(rows), std::end(rows),
                                        [&](const Row &row) { return key.name == QLatin1String(row.key); }),
                     qPrintable(key.name));
        }
    }

    void transportsAreInTheirOrder()
    {
        using signalr::TransportKind;
        ServerConfiguration values;
        QCOMPARE(
            transports(values),
            (QList{TransportKind::WebSockets, TransportKind::ServerSentEvents, TransportKind::LongPolling}));
        values.signalr.transports = {u"LongPolling"_s, u"WebSockets"_s};
        QCOMPARE(transports(values), (QList{TransportKind::LongPolling, TransportKind::WebSockets}));
    }

    void httpHasItsTimes()
    {
        ServerConfiguration values;
        values.server.headTimeout = std::chrono::milliseconds(1);
        values.server.bodyTimeout = std::chrono::milliseconds(2);
        QCOMPARE(httpTimeouts(values).head.count(), 1);
        QCOMPARE(httpTimeouts(values).body.count(), 2);
    }
};

QTEST_GUILESS_MAIN(ServerOptionsTest)
#include "tst_serveroptions.moc"
