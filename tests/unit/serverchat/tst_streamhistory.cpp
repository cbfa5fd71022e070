// SPDX-License-Identifier: MIT
#include "tests/unit/serverchat/chatserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

const QString away = u"History is temporarily unavailable; try again."_s; // contract.md 1.5

} // namespace

// StreamHistory: nobody may take what came for everything when it was not.
class StreamHistoryTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesAllThatFollows();
    void endsWithAnErrorWhereSomethingIsMissing();
    void endsWithAnErrorWhereTheNewestIsNotKnown();
    void whatIsForgottenIsNotMissing();

private:
    struct Stream
    {
        QList<int> seqs;
        QString error;
    };
    [[nodiscard]] static Stream streamAfter(RawHub &hub, int seq)
    {
        Stream stream;
        const QJsonObject invocation{{u"type"_s, 4},
                                     {u"invocationId"_s, u"s"_s},
                                     {u"target"_s, u"StreamHistory"_s},
                                     {u"arguments"_s, QJsonArray{u"g"_s, seq}}};
        if (!hub.sendRecord(invocation))
            return stream;
        for (;;) {
            const QJsonObject record = hub.nextWith(u"invocationId"_s, u"s"_s);
            if (record[u"type"_s] != 2) {
                stream.error = record.isEmpty() ? u"(no completion)"_s : record[u"error"_s].toString();
                return stream;
            }
            stream.seqs.append(record[u"item"_s][u"seq"_s].toInt());
        }
    }
    static void fill(ChatServer &server)
    {
        server.inThread([&] { server.history.messages = {message(1), message(2), message(3), message(4)}; });
    }
};

void StreamHistoryTest::givesAllThatFollows()
{
    ChatServer server;
    fill(server);
    const auto ann = joined(server, "ann");
    const Stream stream = streamAfter(*ann, 1);
    QCOMPARE(stream.seqs, (QList<int>{2, 3, 4}));
    QCOMPARE(stream.error, QString());
}

void StreamHistoryTest::endsWithAnErrorWhereSomethingIsMissing()
{
    ChatServer server;
    fill(server);
    const auto ann = joined(server, "ann");
    server.inThread([&] { server.history.missingAbove = 2; });
    const Stream stream = streamAfter(*ann, 1);
    QCOMPARE(stream.seqs, QList<int>{2});
    QVERIFY2(stream.error.endsWith(away), qPrintable(stream.error));
    server.inThread([&] { server.history.missingAbove = 4; });
    const Stream rest = streamAfter(*ann, 2);
    QCOMPARE(rest.seqs, (QList<int>{3, 4}));
    QCOMPARE(rest.error, QString());
}

void StreamHistoryTest::endsWithAnErrorWhereTheNewestIsNotKnown()
{
    ChatServer server;
    fill(server);
    const auto ann = joined(server, "ann");
    server.inThread([&] { server.history.isNewestComplete = false; });
    const Stream stream = streamAfter(*ann, 1);
    QCOMPARE(stream.seqs, (QList<int>{2, 3, 4}));
    QVERIFY2(stream.error.endsWith(away), qPrintable(stream.error));
}

void StreamHistoryTest::whatIsForgottenIsNotMissing()
{
    ChatServer server;
    fill(server);
    const auto ann = joined(server, "ann");
    server.inThread([&] {
        server.history.isForgetful = true;
        server.history.missingAbove = 2;
    });
    const Stream stream = streamAfter(*ann, 1);
    QCOMPARE(stream.seqs, (QList<int>{2, 3, 4}));
    QCOMPARE(stream.error, QString());
}

QTEST_GUILESS_MAIN(StreamHistoryTest)
#include "tst_streamhistory.moc"
