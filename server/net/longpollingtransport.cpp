// SPDX-License-Identifier: MIT
#include "server/net/longpollingtransport.h"

#include "server/net/iocontext.h"

namespace nextchat::net {

namespace {

HttpResponse pollAnswer(int status, const QByteArray &contentType, QByteArray body)
{
    return {.status = status,
            .contentType = contentType,
            .body = std::move(body),
            .headers = {{"Cache-Control", "no-cache,no-store"},
                        {"Pragma", "no-cache"},
                        {"Expires", "Thu, 01 Jan 1970 00:00:00 GMT"}}};
}

HttpResponse records(QByteArray bytes)
{
    return pollAnswer(200, "application/octet-stream", std::move(bytes));
}

HttpResponse nothingMore()
{
    return pollAnswer(204, {}, {});
}

} // namespace

LongPollingTransport::LongPollingTransport(IoContext &context, const Timeouts &timeouts)
    : m_context(context)
    , m_timeouts(timeouts)
    , m_pollChanged(Clock::now())
{ }

LongPollingTransport::~LongPollingTransport()
{
    answer(nothingMore());
}

void LongPollingTransport::begin(TransportHandler *handler)
{
    m_handler = handler;
    m_context.heartbeat.add(this);
    posts().begin(handler);
}

void LongPollingTransport::answerFirst(HttpConnection &connection, const HttpHeaders &headers)
{
    HttpResponse response = records({});
    response.headers.insert(response.headers.end(), headers.begin(), headers.end());
    connection.respond(response);
}

void LongPollingTransport::poll(HttpConnection &connection, HttpHeaders headers)
{
    connection.answerLater(this, std::move(headers));
    HttpConnection *before = std::exchange(m_poll, &connection);
    m_pollChanged = Clock::now();
    if (before) // whose answer may bring another poll, which then takes the place of this one
        before->respond(nothingMore());
    if (m_pending > 0 || m_closing)
        m_context.turn.callLater(this); // what else comes in this turn goes along
}

void LongPollingTransport::send(const Payload &payload)
{
    if (m_closing || m_ended || payload.records().isEmpty())
        return;
    if (m_pending == 0)
        m_waitingSince = Clock::now();
    m_pending += payload.records().size();
    m_queue.push_back(payload.records());
    m_context.turn.callLater(this);
}

void LongPollingTransport::turnEnds()
{
    flush();
    if (m_handler && m_pending == 0 && !m_closing)
        m_handler->transportDrained();
}

void LongPollingTransport::flush()
{
    if (!m_poll)
        return;
    if (m_pending > 0) {
        QByteArray body;
        body.reserve(m_pending);
        for (const QByteArray &part : m_queue)
            body += part;
        dropQueued();
        answer(records(std::move(body)));
    } else if (m_closing) {
        answer(nothingMore());
        end(false);
    }
}

void LongPollingTransport::answer(const HttpResponse &response)
{
    m_pollChanged = Clock::now();
    if (HttpConnection *connection = std::exchange(m_poll, nullptr))
        connection->respond(response);
}

void LongPollingTransport::dropQueued()
{
    m_queue.clear();
    m_queue.shrink_to_fit();
    m_pending = 0;
}

bool LongPollingTransport::isStuck(Clock::time_point now, std::chrono::milliseconds patience)
{
    if (m_closing)
        return now - m_closeBegan > patience;
    return m_pending > 0 && now - m_waitingSince > patience;
}

void LongPollingTransport::close(WebSocketCloseCode)
{
    if (m_ended || std::exchange(m_closing, true))
        return;
    m_closeBegan = Clock::now();
    posts().end();
    m_context.turn.callLater(this);
}

void LongPollingTransport::endByClient()
{
    dropQueued();
    answer(nothingMore());
    end(true);
}

void LongPollingTransport::abort()
{
    m_handler = nullptr;
    m_ended = true;
    posts().end();
    answer(nothingMore());
}

void LongPollingTransport::end(bool orderly)
{
    if (std::exchange(m_ended, true))
        return;
    posts().end();
    if (TransportHandler *handler = std::exchange(m_handler, nullptr))
        handler->transportEnded(orderly);
}

void LongPollingTransport::requesterGone(HttpConnection &connection)
{
    if (m_poll != &connection)
        return;
    m_poll = nullptr;
    m_pollChanged = Clock::now();
}

void LongPollingTransport::tick(Clock::time_point now)
{
    const auto waited = now - m_pollChanged;
    if (m_poll && waited > m_timeouts.poll)
        answer(pollAnswer(200, "text/plain", {}));
    else if (!m_poll && waited > m_timeouts.disconnect)
        end(false);
}

} // namespace nextchat::net
