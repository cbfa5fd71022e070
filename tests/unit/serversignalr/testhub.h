// SPDX-License-Identifier: MIT
#pragma once

#include "server/signalr/hub.h"
#include "server/signalr/hubconnectioncontext.h"
#include "server/signalr/hubmethods.h"

#include <QStringList>

#include <atomic>
#include <map>
#include <set>
#include <vector>

namespace nextchat::test {

// What the hubs of one server do and see. The counts may be read in any thread, the rest in the server's
// only.
struct TestHubJournal
{
    std::atomic<int> connected = 0;
    std::atomic<int> endedInOrder = 0; // disconnected(), by reason
    std::atomic<int> lost = 0;
    std::atomic<int> runningStreams = 0;
    std::atomic<int> runningCalls = 0; // of Slow
    std::atomic<int> mostCalls = 0; // that ran at once on one connection
    std::atomic<int> streamed = 0; // items that were sent
    std::atomic<int> failedUploads = 0; // streams of clients that ended with an error
    std::vector<class TestHub *> hubs; // connected ones
    std::map<QString, std::set<class TestHub *>> groups;

    [[nodiscard]] int disconnected() const { return endedInOrder + lost; }
};

// A hub with one method for each thing that the engine does. The user's name decides how connected() behaves:
// `slow` takes its time, `greeted` sends first, `unwelcome` and `thrower` fail.
class TestHub final : public signalr::Hub
{
public:
    TestHub(TestHubJournal &journal, signalr::HubConnectionContext &connection);
    ~TestHub() override;

    static void registerMethods(signalr::HubMethods &methods);

    QCoro::Task<Expected<void>> connected() override;
    void disconnected(signalr::DisconnectReason reason) override;
    Expected<void> admit(const QString &method) override;

private:
    template <typename T> using Result = QCoro::Task<Expected<T>>;

    Result<signalr::Value> echo(signalr::Value value);
    Result<qint64> add(qint64 a, qint64 b);
    Result<void> nothing();
    Result<signalr::Value> null();
    Result<void> throws();
    Result<void> refuse(QString text);
    Result<double> notANumber();
    Result<void> forbidden();
    Result<qint64> slow(qint64 milliseconds, qint64 answer);
    Result<QStringList> log(); // what happened on this connection, in order
    Result<void> note(QString text); // comes back as OnNote before the call completes
    Result<void> abort();
    Result<void> closeWith(QString error, bool allowReconnect);
    Result<void> flood(qint64 messages, qint64 size); // OnFlood to this connection
    Result<void> toAll(qint64 size); // OnAll to every connection, in one loop
    Result<void> join(QString group);
    Result<void> leave(QString group);
    Result<void> toGroup(QString group, signalr::Value value); // OnGroup(group, value) to its members

    Result<void> counter(signalr::StreamWriter<qint64> stream, qint64 count, qint64 delayMilliseconds);
    Result<void> endless(signalr::StreamWriter<QString> stream, qint64 size);
    Result<void> failing(signalr::StreamWriter<qint64> stream, qint64 after);
    Result<void> throwing(signalr::StreamWriter<qint64> stream, qint64 after);
    Result<void> quotients(signalr::StreamWriter<double> stream, double dividend);

    Result<qint64> sum(signalr::StreamReader<qint64> numbers);
    Result<QStringList> merge(signalr::StreamReader<QString> first, qint64 times,
                              signalr::StreamReader<QString> second);
    Result<void> streamEcho(signalr::StreamWriter<signalr::Value> out,
                            signalr::StreamReader<signalr::Value> in);
    Result<qint64> countLate(qint64 milliseconds, signalr::StreamReader<signalr::Value> in);
    Result<void> firstOnly(signalr::StreamReader<signalr::Value> in);

    Result<signalr::Value> ask(QString target, signalr::Value argument, qint64 patienceMilliseconds);

    void sendInvocation(const QString &target, const signalr::Value &argument);

    TestHubJournal &m_journal;
    signalr::HubConnectionContext &m_connection;
    QStringList m_log;
    int m_running = 0;
};

} // namespace nextchat::test
