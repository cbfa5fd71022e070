// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"
#include "tests/integration/chatuser.h"
#include "tests/support/serverprocess.h"
#include "tests/unit/signalr/outcome.h"

#include <QTest>

#include <csignal>

using namespace nextchat;
using namespace nextchat::chat;
using namespace std::chrono_literals;
using nextchat::signalr::HubTransport;
using nextchat::signalr::outcomeOf;
using nextchat::test::ServerProcess;
using State = ChatClient::State;
using User = nextchat::test::ChatUser;

namespace {

// NOLINTBEGIN(bugprone-macro-parentheses): the argument is a name to be declared.
// Waits for a task in a test function and takes its Expected's value.
#define AWAIT(variable, task)                                                                                \
    const auto variable##Outcome = outcomeOf(task);                                                          \
    QTRY_VERIFY_WITH_TIMEOUT(variable##Outcome->has_value(), 20'000);                                        \
    const auto &variable = **variable##Outcome;                                                              \
    QVERIFY2(variable, variable ? "" : qPrintable(variable.error().message))
// NOLINTEND(bugprone-macro-parentheses)

const QString group = u"room"_qs;

bool growsDensely(const QList<Message> &messages)
{
    for (qsizetype i = 1; i < messages.size(); ++i) {
        const Message &before = messages.at(i - 1);
        const Message &message = messages.at(i);
        if (message.seq <= before.seq || (message.epoch == before.epoch && message.seq != before.seq + 1))
            return false;
    }
    return true;
}

} // namespace

// P1, P2, P3: the chat client against the real server, through the server's death.
class ChatReconnectTest : public QObject
{
    Q_OBJECT

private:
    std::unique_ptr<ServerProcess> m_server;

    void join(User &user)
    {
        AWAIT(started, user.client->start());
        AWAIT(created, user.client->createGroup(group));
        AWAIT(joined, user.client->joinGroup(group));
        QVERIFY(joined == GroupJoinResult::Ok);
    }

private Q_SLOTS:
    void init()
    {
        m_server = std::make_unique<ServerProcess>(QStringList{u"--set"_qs, u"limits.callsPerSecond=0"_qs,
                                                               u"--set"_qs, u"server.drainTime=100ms"_qs});
        QVERIFY2(m_server->start(), m_server->standardError().constData());
    }

    void cleanup()
    {
        m_server.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

    void everyMethodAnswers()
    {
        User anna(m_server->url(), u"anna"_qs);
        join(anna);
        ChatClient &client = *anna.client;
        AWAIT(groups, client.listGroups());
        QCOMPARE(*groups, QList<Group>({{group}}));
        AWAIT(found, client.findGroups(u"ro"_qs, {}, 10));
        QCOMPARE(found->size(), 1);
        AWAIT(sent, client.sendMessage(group, u"one"_qs));
        AWAIT(receipt, client.postMessage(group, u"two"_qs, u"id-2"_qs));
        AWAIT(again, client.postMessage(group, u"two"_qs, u"id-2"_qs));
        QVERIFY(*receipt == *again);
        QTRY_COMPARE(anna.texts(), QStringList({u"one"_qs, u"two"_qs}));
        QCOMPARE(anna.received.last().authorId, u"anna"_qs);
        AWAIT(page, client.getHistory(group, {}, 1));
        QCOMPARE(page->messages.size(), 1);
        QVERIFY(page->hasMore && page->complete);
        AWAIT(members, client.listMembers(group));
        QCOMPARE(*members, QStringList({u"anna"_qs}));
        AWAIT(resumed, client.resumeGroup(group, receipt->epoch, receipt->seq - 1));
        QVERIFY(resumed->recovered);
        QCOMPARE(resumed->messages.size(), 1);
        QStringList streamed;
        AWAIT(stream, client.streamHistory(group, 0, [&streamed](const Message &message) {
            streamed.append(message.text);
            return true;
        }));
        QCOMPARE(streamed, QStringList({u"one"_qs, u"two"_qs}));
        AWAIT(left, client.leaveGroup(group));
        const auto refused = outcomeOf(client.getHistory(group, {}, 1));
        QTRY_VERIFY(refused->has_value());
        QCOMPARE((*refused)->error(), (Error{Error::Code::NotMember, texts::notMember(group)}));
    }

    void nobodyGetsInWithoutAName()
    {
        ChatClientOptions options;
        options.url = m_server->url();
        ChatClient client(options);
        const auto started = outcomeOf(client.start());
        QTRY_VERIFY(started->has_value());
        QCOMPARE((*started)->error().code, Error::Code::Unauthorized);
    }

    void anotherPathIsNoEndpoint()
    {
        ChatClientOptions options;
        options.url = m_server->url().resolved(QUrl(u"/elsewhere"_qs));
        options.accessToken = [] { return u"anna"_qs; };
        ChatClient client(options);
        const auto started = outcomeOf(client.start());
        QTRY_VERIFY(started->has_value());
        QCOMPARE((*started)->error().code, Error::Code::Protocol);
    }

    void nothingIsLostDoubledOrOutOfOrder_data()
    {
        QTest::addColumn<bool>("killed");
        QTest::addColumn<HubTransport>("transport");
        QTest::newRow("kill -9") << true << HubTransport::WebSockets;
        QTest::newRow("terminate") << false << HubTransport::WebSockets;
        QTest::newRow("kill -9, events") << true << HubTransport::ServerSentEvents;
        QTest::newRow("kill -9, polls") << true << HubTransport::LongPolling;
        QTest::newRow("terminate, polls") << false << HubTransport::LongPolling;
    }

    // Two users post while the server dies and comes back, again and again.
    void nothingIsLostDoubledOrOutOfOrder()
    {
        QFETCH(bool, killed);
        QFETCH(HubTransport, transport);
        User anna(m_server->url(), u"anna"_qs, {transport});
        User bob(m_server->url(), u"bob"_qs, {transport});
        join(anna);
        join(bob);
        constexpr int rounds = 4;
        constexpr int perRound = 40;
        for (int round = 0; round < rounds; ++round) {
            for (int i = 0; i < perRound; ++i) {
                for (User *user : {&anna, &bob})
                    QVERIFY(user->client->post(group, QString::number(round * perRound + i)));
            }
            // In the middle of sending.
            const qsizetype wanted = anna.received.size() + 10;
            QTRY_VERIFY_WITH_TIMEOUT(anna.received.size() >= wanted, 20'000);
            if (killed) {
                m_server->kill9();
            } else {
                // Not terminate(), which blocks: the clients take part in an orderly end.
                ::kill(static_cast<pid_t>(m_server->processId()), SIGTERM);
                QTRY_VERIFY_WITH_TIMEOUT(!m_server->isRunning(), 30'000);
            }
            QVERIFY2(m_server->restart(), m_server->standardError().constData());
        }
        constexpr qsizetype all = 2 * rounds * perRound;
        for (User *user : {&anna, &bob}) {
            QTRY_VERIFY_WITH_TIMEOUT(user->client->outbox().items().isEmpty(), 60'000);
            QTRY_COMPARE_WITH_TIMEOUT(user->received.size(), all, 20'000);
            QVERIFY(growsDensely(user->received));
            QCOMPARE(user->missed, 0);
            QCOMPARE(user->lost, 0);
            QVERIFY(user->reconnects >= 1); // a whole life of the server may pass between two attempts
            QCOMPARE(user->ended.size(), all / 2);
            for (int i = 0; i < user->ended.size(); ++i) {
                QCOMPARE(user->ended.at(i).state, OutboxItem::State::Sent);
                QCOMPARE(user->ended.at(i).text, QString::number(i));
            }
        }
        QVERIFY(anna.reconnects >= rounds); // each round waited for messages of hers
        QCOMPARE(anna.texts(), bob.texts());
        for (const QString &author : {u"anna"_qs, u"bob"_qs}) {
            int next = 0;
            for (const Message &message : std::as_const(anna.received)) {
                if (message.authorId == author)
                    QCOMPARE(message.text, QString::number(next++));
            }
            QCOMPARE(next, rounds * perRound);
        }
        QList<Message> stored;
        AWAIT(stream, anna.client->streamHistory(group, 0, [&stored](const Message &message) {
            stored.append(message);
            return true;
        }));
        QCOMPARE(stored, anna.received);
    }

    void missedMessagesComeInOrderAfterwards()
    {
        User anna(m_server->url(), u"anna"_qs);
        join(anna);
        for (int i = 0; i < 5; ++i) {
            AWAIT(sent, anna.client->sendMessage(group, QString::number(i)));
        }
        m_server->kill9();
        QTRY_COMPARE(anna.client->state(), State::Reconnecting);
        QVERIFY(anna.client->post(group, u"5"_qs)); // waits in the outbox
        QVERIFY(m_server->restart());
        QTRY_COMPARE_WITH_TIMEOUT(anna.texts().size(), 6, 20'000);
        QVERIFY(growsDensely(anna.received));
        // Who joins now sees the same.
        User bob(m_server->url(), u"bob"_qs);
        join(bob);
        QTRY_COMPARE(bob.texts(), anna.texts());
    }

    void anOutboxOutlivesItsProgram()
    {
        QJsonArray kept;
        {
            User anna(m_server->url(), u"anna"_qs);
            join(anna);
            m_server->kill9();
            QTRY_COMPARE(anna.client->state(), State::Reconnecting);
            QVERIFY(anna.client->post(group, u"kept"_qs));
            kept = anna.client->outbox().toJson();
        }
        QVERIFY(m_server->restart());
        User anna(m_server->url(), u"anna"_qs);
        anna.client->outbox().restore(kept);
        join(anna);
        QTRY_COMPARE(anna.texts(), QStringList({u"kept"_qs}));
        QTRY_VERIFY(anna.client->outbox().items().isEmpty());
    }
};

QTEST_GUILESS_MAIN(ChatReconnectTest)

#include "tst_chatreconnect.moc"
