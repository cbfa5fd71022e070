// SPDX-License-Identifier: MIT
#include "tests/unit/chat/chatclientfixture.h"

#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::chat;
using State = ChatClient::State;

// Watching who comes, goes and types, over all connections.
class ChatClientWatchTest : public ChatClientFixture
{
    Q_OBJECT

private:
    // What the client asked for, "+g" or "-g".
    QStringList watches() const
    {
        QStringList list;
        const auto calls = callsOf(u"Watch"_qs);
        for (const QJsonArray &arguments : calls)
            list.append((arguments.at(1).toBool() ? u'+' : u'-') + arguments.at(0).toString());
        return list;
    }

    void watch(bool on)
    {
        const auto watched = outcomeOf(m_client->watch(u"g"_qs, on));
        QTRY_VERIFY(watched->has_value());
        QVERIFY(**watched);
    }

    // The client has nothing more to say about what has happened so far.
    void settle()
    {
        m_answers[u"ListGroups"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, QJsonArray());
        };
        const auto groups = outcomeOf(m_client->listGroups());
        QTRY_VERIFY(groups->has_value());
    }

    void reconnect()
    {
        const int before = m_hub->handshakes;
        m_hub->client()->abort();
        QTRY_COMPARE(m_hub->handshakes, before + 1);
        QTRY_COMPARE(m_client->state(), State::Connected);
    }

    void begin()
    {
        m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            if (invocation.contains(u"invocationId"))
                complete(client, invocation, QJsonValue::Undefined);
        };
        start();
        join();
        settle();
        m_hub->messages.clear();
    }

private Q_SLOTS:
    void tellsWhoComesGoesAndTypes()
    {
        begin();
        watch(true);
        QSignalSpy joined(m_client.get(), &ChatClient::memberJoined);
        QSignalSpy left(m_client.get(), &ChatClient::memberLeft);
        QSignalSpy typing(m_client.get(), &ChatClient::memberTyping);
        for (const QString &target : {u"OnMemberJoined"_qs, u"OnTyping"_qs, u"OnMemberLeft"_qs})
            call(m_hub->client(), target, {u"g"_qs, u"bob"_qs});
        const QList<QVariantList> bob{{u"g"_qs, u"bob"_qs}};
        QTRY_COMPARE(left, bob);
        QCOMPARE(joined, bob);
        QCOMPARE(typing, bob);
    }

    void goesOnAfterAReconnect()
    {
        begin();
        watch(true);
        reconnect();
        QTRY_COMPARE(watches(), QStringList({u"+g"_qs, u"+g"_qs}));
        // The group is resumed first: watching needs membership.
        QCOMPARE(m_hub->messages.at(m_hub->messages.size() - 2).value(u"target").toString(),
                 u"ResumeGroup"_qs);
        reconnect();
        QTRY_COMPARE(watches().size(), 3);
    }

    void isNotAskedForAgainOnTheSameConnection()
    {
        begin();
        watch(true);
        call(m_hub->client(), u"OnEpoch"_qs, {u"g"_qs, u"f"_qs});
        QTRY_VERIFY(m_events.contains(u"caught up"_qs));
        settle();
        QCOMPARE(watches(), QStringList({u"+g"_qs}));
    }

    void isTriedAgainWhileItFailsForNow()
    {
        begin();
        watch(true);
        m_answers[u"Watch"_qs] = [this](QWebSocket *client, const QJsonObject &invocation) {
            if (watches().size() < 4)
                refuse(client, invocation, u"Too many requests; slow down."_qs);
            else
                complete(client, invocation, QJsonValue::Undefined);
        };
        reconnect();
        QTRY_COMPARE(watches().size(), 4);
        reconnect();
        QTRY_COMPARE(watches().size(), 5);
    }

    void isGivenUpWhereItCannotBe()
    {
        begin();
        watch(true);
        m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            refuse(client, invocation, u"You are not a member of group 'g'."_qs);
        };
        reconnect();
        QTRY_COMPARE(watches().size(), 2);
        settle();
        reconnect();
        QTRY_COMPARE(m_events.count(u"caught up"_qs), 2);
        settle();
        QCOMPARE(watches().size(), 2);
    }

    void whatWasEndedDoesNotBeginAgain_data()
    {
        QTest::addColumn<std::function<void(ChatClientWatchTest &)>>("end");
        using End = std::function<void(ChatClientWatchTest &)>;
        QTest::newRow("off") << End([](auto &test) { test.watch(false); });
        QTest::newRow("refused") << End([](auto &test) {
            test.m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
                refuse(client, invocation, u"You are not a member of group 'g'."_qs);
            };
            const auto ended = outcomeOf(test.m_client->watch(u"g"_qs, false));
            QTRY_VERIFY(ended->has_value());
            QCOMPARE((*ended)->error().code, Error::Code::NotMember);
        });
        QTest::newRow("off while reconnecting") << End([](auto &test) {
            connect(test.m_client.get(), &ChatClient::stateChanged, &test, [&test](State state) {
                if (state == State::Reconnecting)
                    outcomeOf(test.m_client->watch(u"g"_qs, false));
            });
        });
        QTest::newRow("off, and no answer") << End([](auto &test) {
            test.m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &) { client->abort(); };
            const auto ended = outcomeOf(test.m_client->watch(u"g"_qs, false));
            QTRY_VERIFY(ended->has_value());
            QCOMPARE((*ended)->error().code, Error::Code::UnknownOutcome);
            QTRY_COMPARE(test.m_events.count(u"caught up"_qs), 1);
        });
        QTest::newRow("left") << End([](auto &test) {
            test.m_answers[u"LeaveGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
                complete(client, invocation, QJsonValue::Undefined);
            };
            const auto left = outcomeOf(test.m_client->leaveGroup(u"g"_qs));
            QTRY_VERIFY(left->has_value());
            test.join();
        });
        QTest::newRow("stopped") << End([](auto &test) {
            const auto stopped = signalr::endOf(test.m_client->stop());
            QTRY_VERIFY(stopped->has_value());
            test.start();
            test.join();
        });
    }

    void whatWasEndedDoesNotBeginAgain()
    {
        QFETCH(std::function<void(ChatClientWatchTest &)>, end);
        begin();
        watch(true);
        end(*this);
        m_events.clear();
        m_answers[u"Watch"_qs] = {};
        const qsizetype on = watches().count(u"+g"_qs);
        reconnect();
        QTRY_VERIFY(m_events.contains(u"caught up"_qs));
        settle();
        QCOMPARE(watches().count(u"+g"_qs), on);
    }

    void aRefusedOneIsNotKept()
    {
        begin();
        m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            refuse(client, invocation, u"Messaging is temporarily unavailable; try again."_qs);
        };
        const auto watched = outcomeOf(m_client->watch(u"g"_qs, true));
        QTRY_VERIFY(watched->has_value());
        QCOMPARE((*watched)->error().code, Error::Code::Unavailable);
        reconnect();
        QTRY_VERIFY(m_events.contains(u"caught up"_qs));
        settle();
        QCOMPARE(watches().size(), 1);
    }

    void mayBeDestroyedBetweenTwoTries()
    {
        begin();
        watch(true);
        m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            refuse(client, invocation, u"Too many requests; slow down."_qs);
        };
        reconnect();
        QTRY_COMPARE(watches().size(), 2);
        settle();
        m_client.reset();
        QTRY_VERIFY(!m_hub->client());
    }
};

QTEST_GUILESS_MAIN(ChatClientWatchTest)

#include "tst_chatclientwatch.moc"
