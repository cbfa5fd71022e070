// SPDX-License-Identifier: MIT
#include "server/net/httpparser.h"

#include <boost/beast/http/parser.hpp>
#include <iterator>
#include <limits>

namespace nextchat::net {

namespace http = boost::beast::http;

namespace {

// Any chunked body that has not ended goes on for as long: `0`, two line ends. Beast's parser asserts that it
// gets no less when it is called again within the last chunk.
constexpr qsizetype leastChunks = 5;

// A body as Beast fills it. Unlike Beast's own it believes no Content-Length, and may be emptied on the way.
struct GatheredBody
{
    using value_type = QByteArray;

    class reader
    {
    public:
        template <bool isRequest, typename Fields>
        reader(http::header<isRequest, Fields> &, QByteArray &body)
            : m_body(body)
        { }
        void init(const boost::optional<std::uint64_t> &, boost::beast::error_code &error) { error = {}; }
        template <typename Buffers> std::size_t put(const Buffers &buffers, boost::beast::error_code &error)
        {
            error = {};
            std::size_t size = 0;
            for (auto it = boost::asio::buffer_sequence_begin(buffers);
                 it != boost::asio::buffer_sequence_end(buffers); ++it) {
                const boost::asio::const_buffer piece = *it;
                m_body.append(static_cast<const char *>(piece.data()), static_cast<qsizetype>(piece.size()));
                size += piece.size();
            }
            return size;
        }
        void finish(boost::beast::error_code &error) { error = {}; }

    private:
        QByteArray &m_body;
    };
};

constexpr QByteArrayView lineEnd = "\r\n";
constexpr QByteArrayView headEnd = "\r\n\r\n";

QByteArray toByteArray(boost::beast::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
}

// A request's target, taken apart (RFC 9112 3.2).
struct Target
{
    QByteArray authority; // of the form that proxies are sent, `http://host/path`; else empty
    QByteArray path;
    QByteArray query;
};

// Nothing when it is of another form.
std::optional<Target> targetOf(const http::request_header<> &head)
{
    QByteArray rest = toByteArray(head.target());
    Target target;
    const QByteArray scheme = rest.left(rest.indexOf("://") + 3).toLower();
    if (scheme == "http://" || scheme == "https://") {
        rest.remove(0, scheme.size());
        const auto end =
            std::find_if(rest.cbegin(), rest.cend(), [](char c) { return c == '/' || c == '?'; });
        target.authority = rest.first(end - rest.cbegin());
        rest.remove(0, target.authority.size());
        if (target.authority.isEmpty())
            return std::nullopt;
        if (!rest.startsWith('/'))
            rest.prepend('/');
    }
    const bool isAsterisk = rest == "*" && head.method() == http::verb::options;
    if (!rest.startsWith('/') && !isAsterisk)
        return std::nullopt;
    const qsizetype question = rest.indexOf('?');
    target.path = question < 0 ? rest : rest.first(question);
    target.query = question < 0 ? QByteArray() : rest.sliced(question + 1);
    return target;
}

// What RFC 9112 asks for beyond Beast's own checks; 0 when the head is acceptable.
int refusalOf(const http::request_header<> &head)
{
    const auto encodings = head.equal_range(http::field::transfer_encoding);
    if (encodings.first != encodings.second) {
        // Anything but a single `chunked` leaves the body's end to guesses, which a proxy may make
        // differently.
        if (!boost::beast::iequals(encodings.first->value(), "chunked")
            || std::next(encodings.first) != encodings.second)
            return 501;
        if (head.version() < 11)
            return 400;
    }
    // A proxy might look at the other one (RFC 9110 5.3, RFC 6455 11.3).
    for (const http::field single : {http::field::host, http::field::authorization, http::field::origin,
                                     http::field::sec_websocket_key, http::field::sec_websocket_version}) {
        if (head.count(single) > 1)
            return 400;
    }
    return head.count(http::field::host) == 0 && head.version() >= 11 ? 400 : 0;
}

int statusOf(const boost::beast::error_code &error)
{
    if (error == http::error::header_limit || error == http::error::buffer_overflow)
        return 431;
    if (error == http::error::body_limit)
        return 413;
    if (error == http::error::bad_version)
        return 505;
    return 400;
}

// To be called at the end of the head: Beast puts the trailers of a body among the headers, where they must
// not count (RFC 9110 6.5.1).
HttpRequest requestOf(const http::request<GatheredBody> &message, const Target &target)
{
    HttpRequest request;
    request.method = toByteArray(message.method_string());
    request.path = QByteArray::fromPercentEncoding(target.path);
    request.query = target.query;
    const bool isCurrent = message.version() >= 11;
    // A client of HTTP/1.0 would have to be told that the connection goes on, and gains little by it.
    request.keepAlive = isCurrent && message.keep_alive();
    for (const auto &field : message) {
        if (field.name() == http::field::upgrade && !isCurrent)
            continue; // to be ignored (RFC 9110 7.8)
        const bool isReplaced = field.name() == http::field::host && !target.authority.isEmpty();
        request.headers.emplace_back(toByteArray(field.name_string()).toLower(),
                                     isReplaced ? target.authority : toByteArray(field.value()));
    }
    return request;
}

} // namespace

struct HttpParser::Beast
{
    http::request_parser<GatheredBody> parser;
};

HttpParser::HttpParser(const HttpLimits &limits)
    : m_limits(limits)
{
    restart();
}

HttpParser::~HttpParser() = default;

void HttpParser::restart()
{
    m_beast = std::make_unique<Beast>();
    m_beast->parser.header_limit(static_cast<std::uint32_t>(m_limits.headBytes));
    m_beast->parser.body_limit(std::numeric_limits<std::uint64_t>::max()); // limitBody() does it
    m_beast->parser.eager(true);
    m_state = State::Head;
    m_request = {};
    m_looked = false;
    m_expectsContinue = false;
    m_bodyBegun = false;
    m_body = Body::Whole;
    m_dropped = 0;
}

void HttpParser::fail(int status)
{
    m_state = State::Failed;
    m_errorStatus = status;
    m_request = {};
    m_beast->parser.get().clear(); // the answer may take the peer a while
}

qsizetype HttpParser::feed(QByteArrayView bytes)
{
    qsizetype used = 0;
    if (m_state == State::Head) {
        // Empty lines before a request are to be ignored (RFC 9112 2.2).
        while (!m_looked && bytes.sliced(used).startsWith(lineEnd))
            used += lineEnd.size();
        if (used > 0 || (!m_looked && bytes == lineEnd.first(1)))
            return used;
        used = feedHead(bytes);
        if (used == 0 || m_state == State::Failed || m_stopsAtHeads)
            return used;
        beginBody(Body::Whole);
    }
    auto &parser = m_beast->parser;
    // A body that came in pieces (chunks) may need more than one call.
    while (m_state == State::Body && m_bodyBegun && used < bytes.size()) {
        auto rest = bytes.sliced(used);
        if (parser.chunked()) {
            if (rest.size() < leastChunks)
                break;
            // The line before a chunk and the trailers end somewhere in here, or are as much too large as a
            // head.
            rest.truncate(std::min(rest.size(), m_limits.headBytes));
        }
        const qsizetype taken = put(rest);
        used += taken;
        limitBody();
        if (m_state == State::Failed)
            break;
        if (parser.is_done())
            m_state = State::Complete;
        if (taken == 0) {
            if (m_state == State::Body && rest.size() == m_limits.headBytes)
                fail(431);
            break;
        }
    }
    return used;
}

// Beast gets a head whole: it would take a part of it, and then allow the rest as many bytes as the whole.
qsizetype HttpParser::feedHead(QByteArrayView bytes)
{
    const qsizetype end = bytes.indexOf(headEnd);
    const qsizetype size = end < 0 ? bytes.size() : end + headEnd.size();
    if (size > m_limits.headBytes || (end < 0 && size == m_limits.headBytes)) {
        fail(431);
        return 0;
    }
    if (end < 0 && m_looked)
        return 0;
    const qsizetype used = put(bytes.first(size));
    if (m_state == State::Failed)
        return used;
    if (end < 0) {
        // This was only to see whether it is HTTP at all, which is not worth waiting for.
        restart();
        m_looked = true;
        return 0;
    }
    headEnded();
    if (m_state == State::Body && m_beast->parser.is_done())
        m_state = State::Complete;
    return used;
}

qsizetype HttpParser::put(QByteArrayView bytes)
{
    boost::beast::error_code error;
    const std::size_t taken = m_beast->parser.put(
        boost::asio::const_buffer(bytes.data(), static_cast<std::size_t>(bytes.size())), error);
    if (error && error != http::error::need_more)
        fail(statusOf(error));
    return static_cast<qsizetype>(taken);
}

void HttpParser::headEnded()
{
    auto &head = m_beast->parser.get();
    const auto target = targetOf(head);
    if (const int status = target ? refusalOf(head) : 400; status != 0)
        return fail(status);
    if (static_cast<std::size_t>(std::distance(head.begin(), head.end())) > m_limits.headers)
        return fail(431);
    m_state = State::Body;
    m_request = requestOf(head, *target);
    m_expectsContinue =
        head.version() >= 11 && boost::beast::iequals(head[http::field::expect], "100-continue");
    head.clear(); // once is enough while a body is awaited
}

void HttpParser::beginBody(Body body)
{
    m_body = body;
    m_bodyBegun = true;
    limitBody();
}

void HttpParser::limitBody()
{
    if (m_body == Body::InPieces || m_state == State::Failed)
        return;
    const auto most = static_cast<std::uint64_t>(m_limits.bodyBytes);
    const auto &parser = m_beast->parser;
    if (m_body == Body::Dropped)
        m_dropped += takeBody().size();
    if (parser.content_length().value_or(0) > most
        || m_dropped + parser.get().body().size() > m_limits.bodyBytes)
        fail(413);
}

QByteArray HttpParser::takeBody()
{
    return std::exchange(m_beast->parser.get().body(), {});
}

bool HttpParser::takeExpectsContinue()
{
    return std::exchange(m_expectsContinue, false);
}

HttpRequest HttpParser::take()
{
    HttpRequest request = std::move(m_request);
    request.body = takeBody();
    restart();
    return request;
}

} // namespace nextchat::net
