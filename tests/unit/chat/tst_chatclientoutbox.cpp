// SPDX-License-Identifier: MIT
#include "tests/unit/chat/chatclientfixture.h"

#include <QPointer>
#include <QSignalSpy>

using namespace nextchat;
using namespace nextchat::chat;
using State = ChatClient::State;

// The outbox at work over a connection that breaks.
class ChatClientOutboxTest : public ChatClientFixture
{
    Q_OBJECT

private Q_SLOTS:
    void postsInOrder()
    {
        start();
        QCOMPARE(m_client->post(u"g"_qs, u"x"_qs).error().code, Error::Code::NotMember);
        join();
        QCOMPARE(m_client->post(u"g"_qs, u" "_qs).error().code, Error::Code::InvalidArgument);
        QCOMPARE(m_client->post(u""_qs, u"x"_qs).error().code, Error::Code::InvalidArgument);
        m_answers[u"PostMessage"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, receipt(3));
        };
        QStringList ids;
        for (const QString &text : {u"1"_qs, u"2"_qs, u"3"_qs})
            ids.append(*m_client->post(u"g"_qs, text));
        QTRY_VERIFY(m_client->outbox().items().isEmpty());
        const auto calls = callsOf(u"PostMessage"_qs);
        QCOMPARE(calls.size(), 3);
        for (int i = 0; i < 3; ++i)
            QCOMPARE(calls.at(i), QJsonArray({u"g"_qs, QString::number(i + 1), ids.at(i)}));
    }

    void whatCameBackIsNotSentAgain()
    {
        start();
        join();
        m_answers[u"PostMessage"_qs] = [](QWebSocket *client, const QJsonObject &) { client->abort(); };
        m_answers[u"ResumeGroup"_qs] = [this](QWebSocket *client, const QJsonObject &invocation) {
            const QString id = callsOf(u"PostMessage"_qs).first().at(2).toString();
            complete(client, invocation, resumed({message(3, u"hello"_qs, id)}));
        };
        QVERIFY(m_client->post(u"g"_qs, u"hello"_qs));
        QTRY_COMPARE(m_events,
                     QStringList({u"history g 1 2"_qs, u"sent hello"_qs, u"3"_qs, u"caught up"_qs}));
        QCOMPARE(callsOf(u"PostMessage"_qs).size(), 1);
        QVERIFY(m_client->outbox().items().isEmpty());
    }

    void whatDidNotComeBackIsSentAgainUnderItsId()
    {
        start();
        join();
        m_answers[u"PostMessage"_qs] = [this](QWebSocket *client, const QJsonObject &invocation) {
            if (m_hub->handshakes < 3)
                return client->abort();
            complete(client, invocation, receipt(3));
        };
        QVERIFY(m_client->post(u"g"_qs, u"hello"_qs));
        QVERIFY(m_client->post(u"g"_qs, u"world"_qs));
        QTRY_VERIFY(m_client->outbox().items().isEmpty());
        const auto calls = callsOf(u"PostMessage"_qs);
        QCOMPARE(calls.size(), 4);
        QCOMPARE(calls.at(0), calls.at(1));
        QCOMPARE(calls.at(0), calls.at(2));
        QCOMPARE(calls.at(3).at(1), u"world"_qs);
        // Nothing goes out before the group is resumed.
        QStringList order;
        for (const QJsonObject &message : std::as_const(m_hub->messages)) {
            if (message.contains(u"target"))
                order.append(message.value(u"target").toString());
        }
        order.removeAll(u"Watch"_qs); // asks for epochs
        QCOMPARE(order,
                 QStringList({u"JoinGroup"_qs, u"PostMessage"_qs, u"ResumeGroup"_qs, u"PostMessage"_qs,
                              u"ResumeGroup"_qs, u"PostMessage"_qs, u"PostMessage"_qs}));
    }

    void postsWhileReconnecting()
    {
        start();
        join();
        connect(m_client.get(), &ChatClient::stateChanged, this, [this](State state) {
            if (state == State::Reconnecting)
                QVERIFY(m_client->post(u"g"_qs, u"offline"_qs));
        });
        m_answers[u"PostMessage"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            complete(client, invocation, receipt(3));
        };
        m_hub->client()->abort();
        QTRY_VERIFY(m_events.contains(u"sent offline"_qs));
    }
};

QTEST_GUILESS_MAIN(ChatClientOutboxTest)

#include "tst_chatclientoutbox.moc"
