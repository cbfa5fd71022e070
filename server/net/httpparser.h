// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "server/net/httpmessage.h"

#include <QByteArrayView>

#include <memory>

namespace nextchat::net {

// How large a request may be; a larger one is refused with 431 or 413.
struct HttpLimits
{
    qsizetype headBytes = 16 * 1024;
    std::size_t headers = 100; // each costs more than its bytes
    qsizetype bodyBytes = 64 * 1024;
    std::size_t connections = 0; // of one front (HttpFront), from `allConnections` on; 0: any number
    std::size_t allConnections = 0; // of all fronts that share their metrics; at least `connections`
};

// Parses one request after the other from the bytes of a connection (Boost.Beast does the parsing).
class HttpParser
{
public:
    enum class State { Head, Body, Complete, Failed };

    explicit HttpParser(const HttpLimits &limits);
    ~HttpParser();

    // Makes feed() stop at the end of each head as well; beginBody() goes on then.
    void stopAtHeads() { m_stopsAtHeads = true; }

    // Takes bytes of the current request and gives how many it used; stops at the request's end. What it did
    // not use (all of an incomplete head) is to be kept and given again with more behind it.
    [[nodiscard]] qsizetype feed(QByteArrayView bytes);

    enum class Body {
        Whole, // is gathered, and refused when it is too large
        InPieces, // may have any size, and takeBody() takes it as it comes
        Dropped, // is forgotten as it comes, and refused when it is too large
    };
    // What is to become of the body of the request whose head has ended.
    void beginBody(Body body);
    // What came of the body since the last call.
    [[nodiscard]] QByteArray takeBody();
    // The request, from the end of its head on; without its body.
    [[nodiscard]] const HttpRequest &head() const { return m_request; }

    [[nodiscard]] State state() const { return m_state; }
    [[nodiscard]] int errorStatus() const { return m_errorStatus; } // for Failed: 400, 413, 431, 501 or 505

    // True once: the client waits for `100 Continue` before it sends the body.
    [[nodiscard]] bool takeExpectsContinue();

    // The complete request; the parser starts over with the next one.
    [[nodiscard]] HttpRequest take();

private:
    struct Beast;

    void restart();
    [[nodiscard]] qsizetype feedHead(QByteArrayView bytes);
    [[nodiscard]] qsizetype put(QByteArrayView bytes);
    void headEnded();
    void limitBody();
    void fail(int status);

    HttpLimits m_limits;
    std::unique_ptr<Beast> m_beast;
    State m_state = State::Head;
    HttpRequest m_request; // once its head has ended
    int m_errorStatus = 0;
    bool m_looked = false; // at the start of an incomplete head
    bool m_expectsContinue = false;
    bool m_stopsAtHeads = false;
    bool m_bodyBegun = false;
    Body m_body = Body::Whole;
    qsizetype m_dropped = 0; // bytes of the body
};

} // namespace nextchat::net
