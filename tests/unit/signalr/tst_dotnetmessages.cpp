// SPDX-License-Identifier: MIT
#include "common/signalr/hubprotocol.h"

#include <QFile>
#include <QTest>

using namespace nextchat::signalr;

// What the .NET client writes (tests/dotnet/clientmessages.tsv, which its own suite keeps true) is read,
// means the same in both encodings, and is what we write.
class DotNetMessagesTest : public QObject
{
    Q_OBJECT

private:
    static std::optional<HubMessage> decoded(const HubProtocol &protocol, const QByteArray &bytes)
    {
        const auto result = protocol.decode(bytes, 32 * 1024);
        return result && result->consumed == bytes.size() ? result->message : std::nullopt;
    }

private Q_SLOTS:
    void areReadAndWritten_data()
    {
        QTest::addColumn<QByteArray>("json");
        QTest::addColumn<QByteArray>("messagePack");
        QFile file(QFINDTESTDATA("../../dotnet/clientmessages.tsv"));
        QVERIFY2(file.open(QIODevice::ReadOnly), qPrintable(file.errorString()));
        const QByteArrayList lines = file.readAll().split('\n');
        for (const QByteArray &line : lines) {
            const QByteArrayList fields = line.split('\t');
            if (fields.size() == 3 && !line.startsWith('#'))
                QTest::newRow(fields[0].constData())
                    << QByteArray::fromHex(fields[1]) << QByteArray::fromHex(fields[2]);
        }
    }

    void areReadAndWritten()
    {
        QFETCH(QByteArray, json);
        QFETCH(QByteArray, messagePack);
        const HubProtocol &text = *HubProtocol::byName("json");
        const HubProtocol &packed = *HubProtocol::byName("messagepack");
        const auto message = decoded(packed, messagePack);
        QVERIFY(message);
        QVERIFY(decoded(text, json) == message);
        QCOMPARE(packed.encode(*message)->toHex(), messagePack.toHex());
        if (!json.contains("\\u")) // .NET escapes what is beyond 16 bits
            QCOMPARE(*text.encode(*message), json);
    }
};

QTEST_GUILESS_MAIN(DotNetMessagesTest)
#include "tst_dotnetmessages.moc"
