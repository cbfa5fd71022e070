// SPDX-License-Identifier: MIT
#include "server/net/httpconnection.h"

#include "server/net/iocontext.h"

namespace nextchat::net {

namespace {

constexpr qsizetype answerBacklog = 64 * 1024; // bytes waiting above which no further request is taken

} // namespace

HttpConnection::HttpConnection(std::unique_ptr<Stream> stream, QByteArray peerAddress, IoContext &context,
                               HttpHandler &handler, const HttpLimits &limits, const HttpTimeouts &timeouts,
                               Owner &owner)
    : m_stream(std::move(stream))
    , m_peerAddress(std::move(peerAddress))
    , m_context(context)
    , m_handler(handler)
    , m_timeouts(timeouts)
    , m_owner(&owner)
    , m_parser(limits)
    , m_since(Clock::now())
{
    m_stream->setHandler(this);
    m_context.heartbeat.add(this);
}

HttpConnection::~HttpConnection() = default;

void HttpConnection::bytesArrived(std::span<char> bytes)
{
    if (m_closing)
        return;
    if (!std::exchange(m_inRequest, true))
        m_since = Clock::now();
    m_input.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
    processInput();
}

void HttpConnection::processInput()
{
    while (m_stream && m_stream->isOpen() && !m_closing && !m_delayed && !m_input.isEmpty()) {
        if (m_stream->pendingBytes() > answerBacklog)
            m_stream->flush();
        if (m_stream->pendingBytes() > answerBacklog)
            return m_stream->setReading(false); // until drained()
        const auto before = m_parser.state();
        const qsizetype used = m_parser.feed(m_input);
        m_input.remove(0, used);
        switch (m_parser.state()) {
        case HttpParser::State::Failed:
            return fail(m_parser.errorStatus());
        case HttpParser::State::Complete:
            requestCompleted();
            break;
        case HttpParser::State::Body:
            if (before == HttpParser::State::Head)
                m_since = Clock::now();
            if (m_parser.takeExpectsContinue())
                m_stream->write(QByteArrayLiteral("HTTP/1.1 100 Continue\r\n\r\n"));
            [[fallthrough]];
        case HttpParser::State::Head:
            if (used == 0)
                return;
            break;
        }
    }
}

void HttpConnection::requestCompleted()
{
    HttpRequest request = m_parser.take();
    request.peerAddress = m_peerAddress;
    m_keepAlive = request.keepAlive;
    m_withBody = request.method != "HEAD";
    m_first = false;
    m_inRequest = !m_input.isEmpty();
    m_since = Clock::now();
    m_owner->requestCompleted(*this);
    m_handler.requestArrived(*this, request);
}

void HttpConnection::respond(const HttpResponse &response)
{
    m_stream->write(response.encoded(m_keepAlive, m_withBody, httpDate(std::chrono::system_clock::now())));
    if (m_keepAlive && !response.close)
        return;
    m_closing = true;
    m_input.clear();
    m_stream->closeWhenFlushed();
}

void HttpConnection::respondLater(HttpResponse response, std::chrono::milliseconds delay)
{
    m_delayed = std::make_unique<Delayed>(Delayed{std::move(response), Clock::now() + delay});
    m_stream->setReading(false);
}

void HttpConnection::answerDelayed()
{
    const auto delayed = std::move(m_delayed);
    m_stream->setReading(true);
    m_since = Clock::now();
    respond(delayed->response);
    processInput();
}

HttpConnection::Upgraded HttpConnection::upgrade(QByteArray head)
{
    m_stream->write(std::move(head));
    m_stream->setHandler(nullptr);
    Upgraded upgraded{std::move(m_stream), std::exchange(m_input, {})};
    finish();
    return upgraded;
}

void HttpConnection::fail(int status)
{
    m_keepAlive = false;
    m_withBody = true;
    respond(HttpResponse::text(status, QByteArray()));
}

void HttpConnection::drained()
{
    if (m_delayed)
        return;
    m_stream->setReading(true);
    m_since = Clock::now(); // the client could not go on before
    processInput();
}

void HttpConnection::streamEnded()
{
    finish();
}

void HttpConnection::finish()
{
    if (Owner *owner = std::exchange(m_owner, nullptr))
        owner->finished(*this);
}

void HttpConnection::drop()
{
    m_stream->abort();
    finish();
}

void HttpConnection::tick(Clock::time_point now)
{
    if (!m_stream)
        return;
    if (m_stream->isStuck(now, m_timeouts.close))
        return drop();
    if (m_closing)
        return;
    if (m_delayed)
        return now >= m_delayed->due ? answerDelayed() : void();
    const auto waited = now - m_since;
    if (m_parser.state() == HttpParser::State::Body) {
        if (waited > m_timeouts.body)
            fail(408);
    } else if (m_inRequest) {
        if (waited > m_timeouts.head)
            fail(408);
    } else if (waited > (m_first ? m_timeouts.head : m_timeouts.idle)) {
        drop();
    }
}

} // namespace nextchat::net
