// SPDX-License-Identifier: MIT
#pragma once

#include "server/chat/chatmetrics.h"
#include "server/chat/chatoptions.h"
#include "tests/support/rawhub.h"
#include "tests/unit/serverchat/fakebroker.h"
#include "tests/unit/serversignalr/hubhost.h"

#include <memory>

namespace nextchat::test {

// A host of chat hubs on a broker that the test plays.
class ChatServer : public HubHost
{
public:
    explicit ChatServer(const signalr::HubOptions &options = {}, const chat::ChatOptions &chatOptions = {});
    ~ChatServer();

    // The value of an expression about the broker or the history, read in the server's thread.
    template <typename Read> auto read(Read reading)
    {
        decltype(reading()) value{};
        inThread([&] { value = reading(); });
        return value;
    }
    // What `broker.watches` is now.
    [[nodiscard]] QStringList watches()
    {
        return read([this] { return broker.watches; });
    }

    FakeBroker broker; // both belong to the server's thread
    FakeHistory history;

private:
    struct Chat;

    chat::ChatMetrics m_chatMetrics{m_registry};
    std::unique_ptr<Chat> m_chat; // the server's thread's
};

// A client's connection that is in group "g". Fails the test when it can't.
[[nodiscard]] std::unique_ptr<RawHub> joined(ChatServer &server, const QByteArray &user);

// The calls that came, up to an answer that is asked for now: "OnTyping g ann" and so on, with the seq of
// messages and the count of histories.
[[nodiscard]] QStringList callsUntilNow(RawHub &hub);

[[nodiscard]] chat::Message message(qint64 seq, const QString &epoch = QStringLiteral("e1"));

} // namespace nextchat::test
