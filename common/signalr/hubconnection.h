// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubconnectionoptions.h"
#include "common/signalr/hubmessage.h"
#include "common/signalr/hubstream.h"
#include "common/signalr/hubupload.h"

#include <QElapsedTimer>
#include <QHash>
#include <QObject>
#include <QPointer>
#include <QTimer>
#include <qcorotask.h>

#include <memory>

class QNetworkAccessManager;
class QNetworkCookieJar;

namespace nextchat::signalr {

class HubLink;
class HubProtocol;
class Negotiator;
class PendingCalls;
struct HubAddress;
class TransportChoice;

// A client's connection to a hub: negotiates, opens the first transport that comes about of those that the
// server offers, keeps it alive, calls methods and is called, and connects again after a loss.
//
// Lives in one thread with an event loop. May be destroyed at any time, also in its own signals and handlers;
// calls in flight then fail from the event loop.
class HubConnection : public QObject
{
    Q_OBJECT

public:
    enum class State { Disconnected, Connecting, Connected, Reconnecting };
    Q_ENUM(State)

    using Uploads = QList<HubUpload *>; // looked at during the call only

    using Handler = std::function<void(const Value::Array &arguments)>;
    // Gives the result of a call from the server, or the error that it fails with there.
    using Answerer = std::function<QCoro::Task<Expected<Value>>(Value::Array arguments)>;

    explicit HubConnection(HubConnectionOptions options, QObject *parent = nullptr);
    ~HubConnection() override;

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] QString connectionId() const
    {
        return m_connectionId;
    } // null while not connected or without negotiate

    // That in use; nothing while not connected.
    [[nodiscard]] std::optional<HubTransport> transport() const;

    // Connects once. Errors: Conflict (not Disconnected), Unauthorized, Unavailable (nobody there, refused,
    // 5xx), TimedOut, Protocol (not a SignalR endpoint), Cancelled (by stop), InvalidArgument (no negotiation
    // without WebSockets). Where several transports were tried, the sentence names each with its reason.
    [[nodiscard]] QCoro::Task<Expected<void>> start();

    // Says goodbye, waits at most closeTimeout for the answer, and is Disconnected. Ends reconnecting too.
    QCoro::Task<> stop();

    // Makes the next attempt to reconnect now; nothing where none is being waited for.
    void retryNow();

    // Calls a method. Errors: Unavailable (not connected: certainly not called), LimitReached,
    // InvalidArgument (cannot be encoded), UnknownOutcome (connection lost, or no answer in callTimeout);
    // Internal with the server's text when the call failed there.
    [[nodiscard]] QCoro::Task<Expected<Value>> invoke(QString method, Value::Array arguments,
                                                      Uploads uploads = {});

    // Calls without wanting an answer. Success: it was queued.
    Expected<void> send(const QString &method, Value::Array arguments);

    // Calls a streaming method. Errors as invoke().
    [[nodiscard]] Expected<HubStream> stream(const QString &method, Value::Array arguments,
                                             const Uploads &uploads = {});

    // Adds a handler for calls from the server; the name counts without regard to case. A call that wants a
    // result, and has no answerer, is answered with the error `Client didn't provide a result.`
    void on(const QString &method, Handler handler);
    // Sets who answers the calls that want a result; others of that name go to the handlers alone.
    void answer(const QString &method, Answerer answerer);

Q_SIGNALS:
    void stateChanged(nextchat::signalr::HubConnection::State state);
    // A connection was lost, or an attempt to get it back failed; the next attempt comes after `delay`.
    void reconnecting(const nextchat::Error &error, std::chrono::milliseconds delay);
    void reconnected(const QString &connectionId);
    // The end after a start that had succeeded; nothing when stop() or the server ended it in good order.
    void closed(const std::optional<nextchat::Error> &error);

private:
    void beginAttempt();
    void negotiate();
    void negotiated(const Expected<HubAddress> &address);
    void openTransport(HubTransport transport, const HubAddress &address);
    void opened();
    void received(HubMessage &&message);
    void lost(const std::optional<Error> &error, bool mayReconnect);
    void openingFailed(const Error &error);
    void attemptFailed(const Error &error);
    void retry(const Error &error);
    void finish(const std::optional<Error> &error);
    void invoked(const Invocation &invocation);
    static QCoro::Task<> answerCall(QPointer<HubConnection> self, Answerer answerer, Invocation invocation);
    void complete(const Completion &completion);
    void setState(State state);
    void dropLink();
    [[nodiscard]] Expected<void> mayCall() const;
    [[nodiscard]] Expected<void> sendCall(Invocation &&invocation);
    void cancel(const QString &invocationId);
    [[nodiscard]] QStringList nextStreamIds(qsizetype count);
    void openUploads(const Uploads &uploads, const QStringList &streamIds);

    const HubConnectionOptions m_options;
    const HubProtocol *m_protocol = nullptr;
    State m_state = State::Disconnected;
    QString m_connectionId;
    QHash<QString, QList<Handler>> m_handlers; // by name in lower case
    QHash<QString, Answerer> m_answerers; // likewise

    std::unique_ptr<PendingCalls> m_calls;
    const std::shared_ptr<QNetworkCookieJar> m_cookies;
    std::shared_ptr<QNetworkAccessManager> m_network; // of the current attempt, as the next
    std::unique_ptr<TransportChoice> m_choice;
    Negotiator *m_negotiator = nullptr; // while negotiating; child
    HubLink *m_link = nullptr; // from the transport's start to its end; child
    std::optional<Deferred<Expected<void>>> m_starting;
    QList<Deferred<bool>> m_stopping;
    bool m_stopRequested = false;

    QTimer m_retryTimer;
    QElapsedTimer m_connectedSince;
    int m_attempt = 0; // of reconnecting
    qint64 m_lastStreamId = 0;
};

} // namespace nextchat::signalr
