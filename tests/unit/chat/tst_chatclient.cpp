// SPDX-License-Identifier: MIT
#include "common/chat/chatclient.h"
#include "tests/unit/signalr/fakehub.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::chat;
using namespace std::chrono_literals;
using signalr::FakeHub;
using State = ChatClient::State;

namespace {

template <typename T> std::shared_ptr<std::optional<T>> outcomeOf(QCoro::Task<T> task)
{
    auto outcome = std::make_shared<std::optional<T>>();
    [](QCoro::Task<T> waited, std::shared_ptr<std::optional<T>> into) -> QCoro::Task<> {
        *into = co_await std::move(waited);
    }(std::move(task), outcome);
    return outcome;
}

QByteArray compact(const QJsonObject &object)
{
    return QJsonDocument(object).toJson(QJsonDocument::Compact);
}

QJsonObject message(qint64 seq, const QString &text, const QString &clientMessageId = {})
{
    return {{u"groupId"_qs, u"g"_qs},
            {u"authorId"_qs, u"anna"_qs},
            {u"text"_qs, text},
            {u"sendTime"_qs, u"2024-01-01T00:00:00.000000+00:00"_qs},
            {u"seq"_qs, seq},
            {u"epoch"_qs, u"e"_qs},
            {u"clientMessageId"_qs, clientMessageId.isNull() ? QJsonValue() : QJsonValue(clientMessageId)}};
}

QJsonObject receipt(qint64 seq)
{
    return {{u"groupId"_qs, u"g"_qs},
            {u"seq"_qs, seq},
            {u"epoch"_qs, u"e"_qs},
            {u"sendTime"_qs, u"2024-01-01T00:00:00.000000+00:00"_qs}};
}

QJsonObject resumed(const QJsonArray &messages, bool recovered = true)
{
    return {{u"result"_qs, 0},           {u"recovered"_qs, recovered}, {u"complete"_qs, true},
            {u"hasMore"_qs, !recovered}, {u"epoch"_qs, u"e"_qs},       {u"messages"_qs, messages}};
}

void call(QWebSocket *client, const QString &target, const QJsonArray &arguments)
{
    FakeHub::send(client, compact({{u"type"_qs, 1}, {u"target"_qs, target}, {u"arguments"_qs, arguments}}));
}

// QJsonArray { array } would be a copy, not an array in an array.
void giveHistory(QWebSocket *client, const QJsonArray &messages)
{
    QJsonArray arguments;
    arguments.append(messages);
    call(client, u"OnHistory"_qs, arguments);
}

void complete(QWebSocket *client, const QJsonObject &invocation, const QJsonValue &result)
{
    QJsonObject completion{{u"type"_qs, 3}, {u"invocationId"_qs, invocation.value(u"invocationId")}};
    if (!result.isUndefined())
        completion.insert(u"result"_qs, result);
    FakeHub::send(client, compact(completion));
}

void refuse(QWebSocket *client, const QJsonObject &invocation, const QString &text)
{
    FakeHub::send(client,
                  compact({{u"type"_qs, 3},
                           {u"invocationId"_qs, invocation.value(u"invocationId")},
                           {u"error"_qs,
                            QString(u"An unexpected error occurred invoking 'X' on the server. HubException: "
                                    % text)}}));
}

} // namespace

// The chat client against a scripted server on a real socket.
class ChatClientTest : public QObject
{
    Q_OBJECT

private:
    using Answer = std::function<void(QWebSocket *, const QJsonObject &)>;

    std::unique_ptr<FakeHub> m_hub;
    std::unique_ptr<ChatClient> m_client;
    QHash<QString, Answer> m_answers; // by method
    QStringList m_events;

    QList<QJsonArray> callsOf(const QString &method) const
    {
        QList<QJsonArray> calls;
        for (const QJsonObject &message : std::as_const(m_hub->messages)) {
            if (message.value(u"target") == method)
                calls.append(message.value(u"arguments").toArray());
        }
        return calls;
    }

    void record()
    {
        connect(m_client.get(), &ChatClient::historyReceived, this,
                [this](const QString &group, const QList<Message> &list) {
                    QString event = u"history " % group;
                    for (const Message &message : list)
                        event += u' ' % QString::number(message.seq);
                    m_events.append(event);
                });
        connect(m_client.get(), &ChatClient::messageReceived, this,
                [this](const Message &message) { m_events.append(QString::number(message.seq)); });
        connect(m_client.get(), &ChatClient::mayHaveMissed, this, [this] { m_events.append(u"missed"_qs); });
        connect(m_client.get(), &ChatClient::caughtUp, this, [this] { m_events.append(u"caught up"_qs); });
        connect(m_client.get(), &ChatClient::groupLost, this,
                [this](const QString &, const Error &error) { m_events.append(error.message); });
        connect(m_client.get(), &ChatClient::outboxChanged, this, [this](const OutboxItem &item) {
            if (item.state == OutboxItem::State::Sent)
                m_events.append(u"sent " % item.text);
        });
    }

    void start()
    {
        const auto started = outcomeOf(m_client->start());
        QTRY_VERIFY(started->has_value());
        QVERIFY(**started);
    }

    void join()
    {
        const auto joined = outcomeOf(m_client->joinGroup(u"g"_qs));
        QTRY_VERIFY(joined->has_value());
        QVERIFY(**joined == GroupJoinResult::Ok);
    }

private Q_SLOTS:
    void init()
    {
        m_hub = std::make_unique<FakeHub>();
        m_events.clear();
        m_answers = {
            {u"JoinGroup"_qs,
             [](QWebSocket *client, const QJsonObject &invocation) {
                 giveHistory(client, {message(1, u"a"_qs), message(2, u"b"_qs)});
                 complete(client, invocation, 0);
             }},
            {u"ResumeGroup"_qs,
             [](QWebSocket *client, const QJsonObject &invocation) {
                 complete(client, invocation, resumed({}));
             }},
        };
        m_hub->onMessage = [this](QWebSocket *client, const QJsonObject &message) {
            if (const Answer answer = m_answers.value(message.value(u"target").toString()))
                answer(client, message);
        };
        ChatClientOptions options;
        options.url = m_hub->url();
        options.reconnect = {.delays = {0ms}, .forever = true};
        m_client = std::make_unique<ChatClient>(options);
        record();
    }

    void cleanup()
    {
        m_client.reset();
        m_hub.reset();
        QCoreApplication::sendPostedEvents(nullptr, QEvent::DeferredDelete);
    }

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
        call(m_hub->client(), u"OnEpoch"_qs, {u"g"_qs, u"f"_qs});
        QTRY_COMPARE(callsOf(u"ResumeGroup"_qs).size(), 1);
        QCOMPARE(epochs, QList<QVariantList>({{u"g"_qs, u"f"_qs}}));
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

    void watchingGoesOn()
    {
        start();
        join();
        m_answers[u"Watch"_qs] = [](QWebSocket *client, const QJsonObject &invocation) {
            if (invocation.contains(u"invocationId"))
                complete(client, invocation, QJsonValue::Undefined);
        };
        const auto watched = outcomeOf(m_client->watch(u"g"_qs, true));
        QTRY_VERIFY(watched->has_value());
        QSignalSpy typing(m_client.get(), &ChatClient::memberTyping);
        call(m_hub->client(), u"OnTyping"_qs, {u"g"_qs, u"bob"_qs});
        QTRY_COMPARE(typing, QList<QVariantList>({{u"g"_qs, u"bob"_qs}}));
        m_hub->client()->abort();
        QTRY_COMPARE(callsOf(u"Watch"_qs).size(), 2);
    }

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
