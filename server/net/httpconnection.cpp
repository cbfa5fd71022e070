// SPDX-License-Identifier: MIT
#include "server/net/httpconnection.h"

#include "server/net/iocontext.h"

namespace nextchat::net {

namespace {

constexpr qsizetype answerBacklog = 4 * 1024; // bytes waiting above which no further request is taken

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
    , m_mostInput(limits.headBytes)
    , m_since(Clock::now())
{
    m_stream->setHandler(this);
    m_stream->limitReads(m_mostInput);
    m_parser.stopAtHeads();
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

void HttpConnection::goOn(QByteArray unsent, QByteArray input)
{
    m_stream->write(std::move(unsent));
    m_input = std::move(input);
    m_inRequest = true;
    processInput();
}

void HttpConnection::processInput()
{
    if (std::exchange(m_processing, true))
        return;
    while (m_stream && m_stream->isOpen() && !m_closing && !m_awaitsAnswer && m_bodyFlowing
           && !m_input.isEmpty()) {
        if (m_stream->pendingBytes() > answerBacklog)
            m_stream->flush();
        if (m_stream->pendingBytes() > answerBacklog) {
            stopReading(); // until drained()
            break;
        }
        if (!takeInput())
            break;
    }
    m_processing = false;
    limitInput();
}

// Whoever is on the other side, no more than a head's worth waits. While an answer is awaited only the
// connection's end is of interest, which hides behind much input.
void HttpConnection::limitInput()
{
    if (m_input.isEmpty())
        m_input = {}; // an idle connection holds no buffer
    else if (m_input.capacity() > 2 * m_input.size() + 1024)
        m_input.squeeze(); // what is left of much
    if (!m_stream || !m_stream->isOpen())
        return;
    m_stream->limitReads(std::max<qsizetype>(m_mostInput - m_input.size(), 1));
    if ((m_awaitsAnswer || !m_bodyFlowing) && m_input.size() >= m_mostInput)
        stopReading();
}

void HttpConnection::stopReading()
{
    m_input.squeeze(); // it grew by doubling
    m_stream->setReading(false);
}

// False when there is nothing more to do with what is there.
bool HttpConnection::takeInput()
{
    const auto before = m_parser.state();
    const qsizetype used = m_parser.feed(m_input);
    const bool headEnded = before == HttpParser::State::Head
        && (m_parser.state() == HttpParser::State::Body || m_parser.state() == HttpParser::State::Complete);
    if (headEnded && !beginRequest())
        return false;
    m_input.remove(0, used);
    switch (m_parser.state()) {
    case HttpParser::State::Failed:
        fail(m_parser.errorStatus());
        return false;
    case HttpParser::State::Complete:
        handOutBody();
        requestCompleted();
        return true;
    case HttpParser::State::Body:
        if (m_parser.takeExpectsContinue())
            m_stream->write(QByteArrayLiteral("HTTP/1.1 100 Continue\r\n\r\n"));
        handOutBody();
        return used > 0;
    case HttpParser::State::Head:
        return used > 0;
    }
    return false;
}

// False when the connection was given away.
bool HttpConnection::beginRequest()
{
    m_since = Clock::now();
    m_body = HttpParser::Body::Whole;
    m_owner->used(*this);
    m_handler.headArrived(*this, m_parser.head());
    if (!m_stream)
        return false;
    m_parser.beginBody(m_body);
    return true;
}

void HttpConnection::handOutBody()
{
    if (m_body != HttpParser::Body::InPieces)
        return;
    QByteArray piece = m_parser.takeBody();
    const std::chrono::microseconds earned(piece.size() * 1'000'000 / leastRate);
    m_since = std::min(Clock::now(), m_since + earned);
    if (m_responder && !piece.isEmpty())
        m_responder->bodyArrived(*this, std::move(piece));
}

void HttpConnection::readBody(HttpResponder *responder)
{
    m_body = HttpParser::Body::InPieces;
    m_responder = responder;
    if (!responder)
        setBodyFlowing(true);
}

void HttpConnection::setBodyFlowing(bool on)
{
    if (std::exchange(m_bodyFlowing, on) == on)
        return;
    if (!on) {
        m_heldSince = Clock::now();
        return;
    }
    m_since += Clock::now() - m_heldSince; // the client could not go on
    m_stream->setReading(true);
    processInput();
}

MovedConnection HttpConnection::move()
{
    auto [descriptor, tls, unsent] = m_stream->release();
    m_context.turn.retire(std::move(m_stream)); // this may be its own call
    MovedConnection moved{AcceptedSocket(descriptor, m_peerAddress), std::move(tls), std::move(unsent),
                          std::exchange(m_input, {})};
    finish();
    return moved;
}

void HttpConnection::requestCompleted()
{
    HttpRequest request = m_parser.take();
    request.peerAddress = m_peerAddress;
    m_keepAlive = request.keepAlive;
    m_withBody = request.method != "HEAD";
    m_first = false;
    m_bodyFlowing = true; // its last piece may still wait to be taken
    m_inRequest = !m_input.isEmpty();
    m_since = Clock::now();
    m_owner->used(*this);
    m_handler.requestArrived(*this, request);
}

void HttpConnection::answerLater(HttpResponder *responder, HttpHeaders headers)
{
    m_awaitsAnswer = true;
    m_responder = responder;
    m_answerHeaders = std::move(headers);
    m_parked = responder && responder->isLimited();
    if (m_parked)
        m_owner->parked(*this);
}

void HttpConnection::respond(const HttpResponse &response)
{
    const bool wasAwaited = std::exchange(m_awaitsAnswer, false);
    const bool wouldRest = std::exchange(m_responder, nullptr) != nullptr;
    if (!std::exchange(m_parked, false) && m_owner->isCrowded(wouldRest))
        m_keepAlive = false;
    else if (wouldRest)
        m_owner->rested(*this);
    const QByteArray date = httpDate(std::chrono::system_clock::now());
    if (wasAwaited) {
        HttpResponse whole = response;
        for (auto &header : std::exchange(m_answerHeaders, {}))
            whole.headers.push_back(std::move(header));
        m_stream->write(whole.encoded(m_keepAlive, m_withBody, date));
    } else {
        m_stream->write(response.encoded(m_keepAlive, m_withBody, date));
    }
    m_since = Clock::now();
    if (!m_keepAlive || response.close)
        return close();
    if (wasAwaited) {
        m_stream->setReading(true);
        processInput();
    }
}

void HttpConnection::respondLater(HttpResponse response, std::chrono::milliseconds delay)
{
    answerLater(nullptr, {});
    m_delayed = std::make_unique<Delayed>(Delayed{std::move(response), Clock::now() + delay});
}

HttpConnection::Upgraded HttpConnection::upgrade(QByteArray head)
{
    m_stream->write(std::move(head));
    m_stream->setHandler(nullptr);
    m_stream->limitReads(Stream::mostRead);
    Upgraded upgraded{std::move(m_stream), std::exchange(m_input, {})};
    finish();
    return upgraded;
}

void HttpConnection::fail(int status)
{
    if (HttpResponder *responder = std::exchange(m_responder, nullptr))
        responder->requesterGone(*this);
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
    if (HttpResponder *responder = std::exchange(m_responder, nullptr))
        responder->requesterGone(*this);
    if (Owner *owner = std::exchange(m_owner, nullptr))
        owner->finished(*this);
}

// Only this side: whoever has a request on its way is not answered by a reset, which would also take from it
// the answer before.
void HttpConnection::close()
{
    m_closing = true;
    m_input.clear();
    m_stream->closeWhenFlushed();
    m_owner->closing(*this);
}

void HttpConnection::drop()
{
    m_stream->abort();
    finish();
}

void HttpConnection::makeWay()
{
    if (m_delayed) {
        m_keepAlive = false;
        respond(std::exchange(m_delayed, {})->response);
    } else if (m_awaitsAnswer || m_inRequest || m_parser.state() == HttpParser::State::Body) {
        fail(503);
    } else {
        close();
    }
}

bool HttpConnection::isAboutToBeUsed() const
{
    return !m_inRequest && !m_awaitsAnswer && m_stream->pendingBytes() == 0 && m_stream->hasUnread();
}

void HttpConnection::tick(Clock::time_point now)
{
    if (!m_stream)
        return;
    if (m_stream->isStuck(now, m_timeouts.close))
        return drop();
    if (m_delayed && now >= m_delayed->due)
        return respond(std::exchange(m_delayed, {})->response);
    if (m_closing || m_awaitsAnswer || !m_bodyFlowing)
        return;
    const auto waited = now - m_since;
    if (m_parser.state() == HttpParser::State::Body) {
        if (waited > m_timeouts.body)
            fail(408);
    } else if (m_inRequest) {
        if (waited > m_timeouts.head)
            fail(408);
    } else if (waited > (m_first ? m_timeouts.head : m_timeouts.idle) && !isAboutToBeUsed()) {
        close();
    }
}

} // namespace nextchat::net
