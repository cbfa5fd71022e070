// SPDX-License-Identifier: MIT
#include "tests/unit/chat/chatclientfixture.h"

#include <QPointer>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::chat;
using State = ChatClient::State;

// What becomes of groups when the connection is lost or messages are missing.
class ChatClientResumeTest : public ChatClientFixture
{
    Q_OBJECT

private Q_SLOTS:
    void resumesAfterAReconnect()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            call(client, u"OnMessage"_qs, {message(5, u"x"_qs)}); // live, before the answer
            complete(client, invocation, resumed({message(3, u"c"_qs), message(4, u"d"_qs)}));
            call(client, u"OnMessage"_qs, {message(6, u"x"_qs)});
        };
        m_hub->client()->abort();
        QTRY_COMPARE(m_events,
                     QStringList({u"history g 1 2"_qs, u"3"_qs, u"4"_qs, u"5"_qs, u"caught up"_qs, u"6"_qs}));
        QCOMPARE(callsOf(u"ResumeGroup"_qs), QList<QJsonArray>({QJsonArray{u"g"_qs, u"e"_qs, 2}}));
    }

    void saysWhatMayBeMissing()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, resumed({message(1000, u"c"_qs)}, false));
        };
        m_hub->client()->abort();
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"missed"_qs, u"1000"_qs, u"caught up"_qs}));
    }

    void aGapIsResumed()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, resumed({message(3, u"c"_qs), message(4, u"d"_qs)}));
        };
        call(m_hub->client(), u"OnMessage"_qs, {message(4, u"d"_qs)});
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"3"_qs, u"4"_qs, u"caught up"_qs}));
    }

    void aNewEpochIsResumedAndTold()
    {
        start();
        join();
        QSignalSpy epochs(m_client.get(), &ChatClient::epochBegan);
        m_answers[u"ResumeGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, resumed({message(3, u"c"_qs)}, true, u"f"_qs));
        };
        call(m_hub->client(), u"OnEpoch"_qs, {u"g"_qs, u"f"_qs});
        // The jump that comes with it is no gap.
        call(m_hub->client(), u"OnMessage"_qs, {message(1'000'004, u"x"_qs, {}, u"f"_qs)});
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"3"_qs, u"1000004"_qs, u"caught up"_qs}));
        QCOMPARE(callsOf(u"ResumeGroup"_qs), QList<QJsonArray>({QJsonArray{u"g"_qs, u"e"_qs, 2}}));
        QCOMPARE(epochs, QList<QVariantList>({{u"g"_qs, u"f"_qs}}));
    }

    void anEpochThatBeginsWhileResumingIsResumedToo()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [this](QWebSocket *client, const QJsonObject &invocation) {
            if (callsOf(u"ResumeGroup"_qs).size() > 1)
                return complete(client, invocation, resumed({message(4, u"d"_qs)}, true, u"h"_qs));
            call(client, u"OnEpoch"_qs, {u"g"_qs, u"h"_qs});
            complete(client, invocation, resumed({message(3, u"c"_qs)}, true, u"f"_qs));
        };
        call(m_hub->client(), u"OnEpoch"_qs, {u"g"_qs, u"f"_qs});
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"3"_qs, u"4"_qs, u"caught up"_qs}));
        QCOMPARE(callsOf(u"ResumeGroup"_qs),
                 QList<QJsonArray>({QJsonArray{u"g"_qs, u"e"_qs, 2}, QJsonArray{u"g"_qs, u"e"_qs, 3}}));
    }

    void whatANewEpochLostIsTold()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, resumed({message(1, u"a"_qs)}, false, u"f"_qs));
        };
        call(m_hub->client(), u"OnEpoch"_qs, {u"g"_qs, u"f"_qs});
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"missed"_qs, u"caught up"_qs}));
        call(m_hub->client(), u"OnMessage"_qs, {message(1'000'002, u"x"_qs, {}, u"f"_qs)});
        QTRY_COMPARE(m_events.last(), u"1000002"_qs);
    }

    // A connection that has called nothing of contract.md 1.2 would not hear of epochs.
    void asksForEpochsOncePerConnection()
    {
        start();
        const QStringList groups{u"g"_qs, u"h"_qs};
        for (const QString &group : groups) {
            const auto joined = outcomeOf(m_client->joinGroup(group));
            QTRY_VERIFY(joined->has_value());
        }
        QTRY_COMPARE(callsOf(u"Watch"_qs), QList<QJsonArray>({QJsonArray{u"g"_qs, false}}));
        m_hub->client()->abort();
        QTRY_COMPARE(m_events.count(u"caught up"_qs), 2); // which does the same
        QCOMPARE(callsOf(u"Watch"_qs).size(), 1);
    }

    void resumingIsTriedAgain()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [this](QWebSocket *client, const QJsonObject &invocation) {
            if (callsOf(u"ResumeGroup"_qs).size() < 3)
                refuse(client, invocation, u"Too many requests; slow down."_qs);
            else
                complete(client, invocation, resumed({}));
        };
        m_hub->client()->abort();
        QTRY_VERIFY(m_events.contains(u"caught up"_qs));
    }

    void aLossWhileResumingStartsItAgain()
    {
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [this](QWebSocket *client, const QJsonObject &invocation) {
            if (m_hub->handshakes < 4)
                client->abort();
            else
                complete(client, invocation, resumed({message(3, u"c"_qs)}));
        };
        m_hub->client()->abort();
        QTRY_COMPARE(m_events, QStringList({u"history g 1 2"_qs, u"3"_qs, u"caught up"_qs}));
    }

    void aGroupThatCannotBeResumedIsLost_data()
    {
        QTest::addColumn<QString>("refusal");
        QTest::newRow("gone") << u"Group 'g' does not exist."_qs;
        QTest::newRow("no room") << QString();
    }

    void aGroupThatCannotBeResumedIsLost()
    {
        QFETCH(QString, refusal);
        start();
        join();
        m_answers[u"ResumeGroup"_qs] = [refusal](QWebSocket *client, const QJsonObject &invocation) {
            if (!refusal.isNull())
                return refuse(client, invocation, refusal);
            QJsonObject result = resumed({});
            result.insert(u"result"_qs, 1);
            complete(client, invocation, result);
        };
        m_hub->client()->abort();
        QTRY_COMPARE(m_events.size(), 2);
        QVERIFY(m_client->joinedGroups().isEmpty());
    }

    void groupsLeftWhileReconnectingAreNotResumed()
    {
        start();
        join();
        connect(m_client.get(), &ChatClient::stateChanged, this, [this](State state) {
            if (state == State::Reconnecting)
                outcomeOf(m_client->leaveGroup(u"g"_qs));
        });
        m_hub->client()->abort();
        QTRY_COMPARE(m_hub->handshakes, 2);
        QTRY_COMPARE(m_client->state(), State::Connected);
        m_answers[u"ListGroups"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, QJsonArray());
        };
        const auto later = outcomeOf(m_client->listGroups());
        QTRY_VERIFY(later->has_value());
        QVERIFY(callsOf(u"ResumeGroup"_qs).isEmpty());
    }
};

QTEST_GUILESS_MAIN(ChatClientResumeTest)

#include "tst_chatclientresume.moc"
