// SPDX-License-Identifier: MIT
#include "tests/unit/serverchat/chatserver.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

// P3: whoever asks to join, or to resume, where he is already, and is told that it can't be done now, is in
// the group as before.
class JoinAgainTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void thatFailsLeavesItIn_data();
    void thatFailsLeavesItIn();
    void whoWasNotInIsNotInAfterwards();
};

void JoinAgainTest::thatFailsLeavesItIn_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<QJsonArray>("arguments");
    QTest::newRow("JoinGroup") << u"JoinGroup"_s << QJsonArray{u"g"_s};
    QTest::newRow("ResumeGroup") << u"ResumeGroup"_s << QJsonArray{u"g"_s, u"e1"_s, 0};
}

void JoinAgainTest::thatFailsLeavesItIn()
{
    QFETCH(QString, method);
    QFETCH(QJsonArray, arguments);
    ChatServer server;
    const auto ann = joined(server, "ann");
    const auto arrive = [&server](qint64 seq) {
        const broker::MessageBatch batch{message(seq)};
        server.broker.listener->messagesArrived(std::make_shared<const broker::MessageBatch>(batch));
    };
    server.inThread([&] { arrive(1); });
    server.inThread([&] { server.history.isAway = true; });
    QVERIFY(ann->errorOf(method, arguments).contains(u"History is temporarily unavailable; try again."_s));
    server.inThread([&] { arrive(2); });
    QCOMPARE(callsUntilNow(*ann), (QStringList{u"OnMessage 1"_s, u"OnMessage 2"_s}));
    QCOMPARE(ann->errorOf(u"ListMembers"_s, {u"g"_s}), QString());
}

void JoinAgainTest::whoWasNotInIsNotInAfterwards()
{
    ChatServer server;
    const auto ann = joined(server, "ann");
    server.inThread([&] {
        server.broker.groupIds = QStringList{u"g"_s, u"h"_s};
        server.history.isAway = true;
    });
    QVERIFY(!ann->errorOf(u"JoinGroup"_s, {u"h"_s}).isEmpty());
    QCOMPARE(server.read([&] { return server.broker.left; }), QStringList{u"h/ann"_s});
    QVERIFY(ann->errorOf(u"ListMembers"_s, {u"h"_s}).contains(u"You are not a member of group 'h'."_s));
}

QTEST_GUILESS_MAIN(JoinAgainTest)
#include "tst_joinagain.moc"
