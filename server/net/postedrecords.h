// SPDX-License-Identifier: MIT
#pragma once

#include "server/net/httpconnection.h"
#include "server/net/transport.h"

#include <deque>

namespace nextchat::net {

// Hub records that a client sends by POST, where its way in is not the one out. Bodies are taken one after
// the other, as far as they have come, and a request is answered when all of its body was taken: a hub that
// is behind makes the client wait. Lives in one I/O thread.
class PostedRecords final : public HttpResponder
{
public:
    ~PostedRecords() override;

    void begin(TransportHandler *handler) { m_handler = handler; }
    void setReading(bool on);
    // Nothing more is wanted: what comes is dropped.
    void end();

    static constexpr std::size_t most = 64; // requests at once; clients send one after the other

    // At the head of a POST request; false when there are as many as may be.
    [[nodiscard]] bool add(HttpConnection &connection);
    // All of its body has come; the answer gets these headers.
    void complete(HttpConnection &connection, HttpHeaders headers);

    void bodyArrived(HttpConnection &connection, QByteArray piece) override;
    void requesterGone(HttpConnection &connection) override;

private:
    struct Post
    {
        HttpConnection *connection;
        QByteArray waiting = {}; // what came and was not taken
        bool isComplete = false;
    };

    [[nodiscard]] Post *find(const HttpConnection &connection);
    void take();

    TransportHandler *m_handler = nullptr;
    std::deque<Post> m_posts;
    bool m_reading = true;
    bool m_ended = false;
    bool m_taking = false;
};

} // namespace nextchat::net
