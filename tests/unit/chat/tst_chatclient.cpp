// SPDX-License-Identifier: MIT
#include "tests/unit/chat/chatclientfixture.h"

#include <QPointer>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::chat;
using State = ChatClient::State;

// The chat client's methods, joining, and its end.
class ChatClientTest : public ChatClientFixture
{
    Q_OBJECT

private Q_SLOTS:
    void methodsHaveTheirTypes()
    {
        start();
        const auto check = [this](const QString &method, auto task, const QByteArray &arguments,
                                  const QByteArray &result, auto expected) {
            m_answers[method] = [result](QWebSocket *client, const QJsonObject &invocation) {
                const QJsonArray wrapped = QJsonDocument::fromJson("[" + result + "]").array();
                complete(client, invocation,
                         wrapped.isEmpty() ? QJsonValue(QJsonValue::Undefined) : wrapped.first());
            };
            const auto outcome = outcomeOf(std::move(task));
            QTRY_VERIFY(outcome->has_value());
            QVERIFY2(**outcome, qPrintable(method));
            QVERIFY2(expected(**outcome), qPrintable(method));
            QCOMPARE(QJsonDocument(callsOf(method).last()).toJson(QJsonDocument::Compact), arguments);
        };
        const auto nothing = [](const auto &) { return true; };
        const QByteArray one = compact(message(1, u"x"_qs));
        check(u"CreateGroup"_qs, m_client->createGroup(u"g"_qs), R"(["g"])", "", nothing);
        check(u"ListGroups"_qs, m_client->listGroups(), "[]", R"([{"groupId":"g"}])",
              [](const auto &groups) { return *groups == QList<Group>{{u"g"_qs}}; });
        check(u"FindGroups"_qs, m_client->findGroups(u"g"_qs, {}, 10), R"(["g",null,10])", "[]",
              [](const auto &groups) { return groups->isEmpty(); });
        check(u"LeaveGroup"_qs, m_client->leaveGroup(u"g"_qs), R"(["g"])", "null", nothing);
        check(u"SendMessage"_qs, m_client->sendMessage(u"g"_qs, u"t"_qs), R"(["g","t"])", "", nothing);
        check(u"PostMessage"_qs, m_client->postMessage(u"g"_qs, u"t"_qs, u"c"_qs), R"(["g","t","c"])",
              compact(receipt(5)), [](const auto &result) { return result->seq == 5; });
        check(u"GetHistory"_qs, m_client->getHistory(u"g"_qs, {}, 20), R"(["g",null,20])",
              "{\"messages\":[" + one + "],\"hasMore\":true,\"complete\":true}",
              [](const auto &page) { return page->messages.size() == 1 && page->hasMore; });
        check(u"SearchHistory"_qs, m_client->searchHistory(u"g"_qs, u"xx"_qs, 7, 20), R"(["g","xx",7,20])",
              R"({"messages":[],"hasMore":true,"nextBeforeSeq":3})",
              [](const auto &page) { return page->nextBeforeSeq == 3; });
        check(u"ListMembers"_qs, m_client->listMembers(u"g"_qs), R"(["g"])", R"(["a","b"])",
              [](const auto &members) {
                  return *members == QStringList({u"a"_qs, u"b"_qs});
              });
        check(u"Watch"_qs, m_client->watch(u"g"_qs, true), R"(["g",true])", "", nothing);
        check(u"Typing"_qs, m_client->typing(u"g"_qs), R"(["g"])", "", nothing);
        check(u"ResumeGroup"_qs, m_client->resumeGroup(u"g"_qs, u"e"_qs, 4), R"(["g","e",4])",
              compact(resumed({})), [](const auto &result) { return result->recovered; });
    }

    void answersOfAnotherShapeAreErrors()
    {
        start();
        m_answers[u"ListGroups"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, 5);
        };
        const auto groups = outcomeOf(m_client->listGroups());
        QTRY_VERIFY(groups->has_value());
        QCOMPARE((*groups)->error().code, Error::Code::Protocol);
    }

    void errorsAreTheServersOwnWords()
    {
        start();
        m_answers[u"SendMessage"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            refuse(client, invocation, u"You are not a member of group 'g'."_qs);
        };
        const auto sent = outcomeOf(m_client->sendMessage(u"g"_qs, u"t"_qs));
        QTRY_VERIFY(sent->has_value());
        QCOMPARE((*sent)->error(), (Error{Error::Code::NotMember, u"You are not a member of group 'g'."_qs}));
    }

    void streamsHistory()
    {
        start();
        m_answers[u"StreamHistory"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            for (int seq = 1; seq <= 3; ++seq)
                FakeHub::send(client,
                              compact({{u"type"_qs, 2},
                                       {u"invocationId"_qs, invocation.value(u"invocationId")},
                                       {u"item"_qs, message(seq, u"x"_qs)}}));
            complete(client, invocation, QJsonValue::Undefined);
        };
        QList<qint64> seqs;
        const auto all = outcomeOf(m_client->streamHistory(u"g"_qs, 0, [&seqs](const Message &message) {
            seqs.append(message.seq);
            return true;
        }));
        QTRY_VERIFY(all->has_value());
        QVERIFY(**all);
        QCOMPARE(seqs, QList<qint64>({1, 2, 3}));
        const auto two = outcomeOf(m_client->streamHistory(u"g"_qs, 0, [&seqs](const Message &message) {
            seqs.append(message.seq);
            return message.seq < 2;
        }));
        QTRY_VERIFY(two->has_value());
        QVERIFY(**two);
        QCOMPARE(seqs, QList<qint64>({1, 2, 3, 1, 2}));
    }

    void joinsWithHistoryThenMessages()
    {
        start();
        join();
        QCOMPARE(m_client->joinedGroups(), QStringList({u"g"_qs}));
        call(m_hub->client(), u"OnMessage"_qs, {message(2, u"b"_qs)});
        call(m_hub->client(), u"OnMessage"_qs, {message(3, u"c"_qs)});
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"3"_qs}));
    }

    void anEmptyHistoryIsOfTheGroupBeingJoined()
    {
        start();
        m_answers[u"JoinGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            if (invocation.value(u"arguments").toArray().first() == u"full"_qs)
                return complete(client, invocation, 1);
            giveHistory(client, {});
            complete(client, invocation, 0);
        };
        const auto full = outcomeOf(m_client->joinGroup(u"full"_qs));
        const auto a = outcomeOf(m_client->joinGroup(u"a"_qs));
        const auto b = outcomeOf(m_client->joinGroup(u"b"_qs));
        QTRY_VERIFY(b->has_value());
        QVERIFY(**full == GroupJoinResult::NoRoom);
        QCOMPARE(m_events, QStringList({u"history a"_qs, u"history b"_qs}));
        QCOMPARE(m_client->joinedGroups(), QStringList({u"a"_qs, u"b"_qs}));
    }

    void mayBeDestroyedInItsSignals_data()
    {
        QTest::addColumn<int>("where");
        QTest::newRow("history") << 0;
        QTest::newRow("message") << 1;
        QTest::newRow("outbox") << 2;
        QTest::newRow("reconnecting") << 3;
        QTest::newRow("reconnected") << 4;
        QTest::newRow("caught up") << 5;
        QTest::newRow("missed") << 6;
        QTest::newRow("resumed message") << 7;
        QTest::newRow("epoch") << 8;
        QTest::newRow("calls in flight") << 9;
    }

    void mayBeDestroyedInItsSignals()
    {
        QFETCH(int, where);
        start();
        const QPointer<ChatClient> alive(m_client.get());
        const auto drop = [this] { m_client.reset(); };
        if (where == 0)
            connect(m_client.get(), &ChatClient::historyReceived, this, drop);
        const auto joined = outcomeOf(m_client->joinGroup(u"g"_qs));
        QTRY_VERIFY(joined->has_value());
        if (where == 1 || where == 7)
            connect(m_client.get(), &ChatClient::messageReceived, this, drop);
        if (where == 2)
            connect(m_client.get(), &ChatClient::outboxChanged, this, drop, Qt::QueuedConnection);
        if (where == 3)
            connect(m_client.get(), &ChatClient::reconnecting, this, drop);
        if (where == 4)
            connect(m_client.get(), &ChatClient::reconnected, this, drop);
        if (where == 5)
            connect(m_client.get(), &ChatClient::caughtUp, this, drop);
        if (where == 6)
            connect(m_client.get(), &ChatClient::mayHaveMissed, this, drop);
        if (where == 8)
            connect(m_client.get(), &ChatClient::epochBegan, this, drop);
        m_answers[u"ResumeGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, resumed({message(7, u"c"_qs), message(8, u"d"_qs)}, false));
        };
        if (where == 1 || where == 2) {
            if (where == 2)
                QVERIFY(m_client->post(u"g"_qs, u"x"_qs));
            call(m_hub->client(), u"OnMessage"_qs, {message(3, u"b"_qs)});
            call(m_hub->client(), u"OnMessage"_qs, {message(4, u"b"_qs)});
        }
        if (where == 8)
            call(m_hub->client(), u"OnEpoch"_qs, {u"g"_qs, u"f"_qs});
        if (where >= 3 && where <= 7)
            m_hub->client()->abort();
        if (where == 9) {
            m_answers.clear();
            const auto groups = outcomeOf(m_client->listGroups());
            const auto again = outcomeOf(m_client->joinGroup(u"h"_qs));
            drop();
            QTRY_VERIFY(groups->has_value() && again->has_value());
            QCOMPARE((*groups)->error().code, Error::Code::UnknownOutcome);
        }
        QTRY_VERIFY(!alive);
        QTRY_VERIFY(!m_hub->client());
    }
};

QTEST_GUILESS_MAIN(ChatClientTest)

#include "tst_chatclient.moc"
