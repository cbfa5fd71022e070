// SPDX-License-Identifier: MIT
#include "server/net/httpparser.h"

#include <boost/beast/http/parser.hpp>
#include <boost/beast/http/string_body.hpp>

namespace nextchat::net {

namespace http = boost::beast::http;

namespace {

QByteArray toByteArray(boost::beast::string_view text)
{
    return {text.data(), static_cast<qsizetype>(text.size())};
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

} // namespace

struct HttpParser::Beast
{
    http::request_parser<http::string_body> parser;
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
    m_beast->parser.body_limit(static_cast<std::uint64_t>(m_limits.bodyBytes));
    m_beast->parser.eager(true);
    m_state = State::Head;
    m_expectsContinue = false;
}

void HttpParser::fail(int status)
{
    m_state = State::Failed;
    m_errorStatus = status;
}

qsizetype HttpParser::feed(QByteArrayView bytes)
{
    auto &parser = m_beast->parser;
    qsizetype used = 0;
    // A body that came in pieces (chunks) may need more than one call.
    while (m_state != State::Complete && m_state != State::Failed && used < bytes.size()) {
        boost::beast::error_code error;
        const auto rest = bytes.sliced(used);
        const std::size_t taken =
            parser.put(boost::asio::const_buffer(rest.data(), static_cast<std::size_t>(rest.size())), error);
        used += static_cast<qsizetype>(taken);
        if (error && error != http::error::need_more) {
            fail(statusOf(error));
            break;
        }
        if (parser.is_done()) {
            m_state = State::Complete;
        } else if (parser.is_header_done() && m_state == State::Head) {
            m_state = State::Body;
            m_expectsContinue = parser.get()[http::field::expect].compare("100-continue") == 0;
        }
        if (taken == 0)
            break;
    }
    return used;
}

bool HttpParser::takeExpectsContinue()
{
    return std::exchange(m_expectsContinue, false);
}

HttpRequest HttpParser::take()
{
    auto message = m_beast->parser.release();
    HttpRequest request;
    request.method = toByteArray(message.method_string());
    const QByteArray target = toByteArray(message.target());
    const qsizetype question = target.indexOf('?');
    request.path = QByteArray::fromPercentEncoding(question < 0 ? target : target.first(question));
    request.query = question < 0 ? QByteArray() : target.sliced(question + 1);
    request.keepAlive = message.keep_alive();
    for (const auto &field : message)
        request.headers.emplace_back(toByteArray(field.name_string()).toLower(), toByteArray(field.value()));
    request.body = QByteArray::fromStdString(message.body());
    restart();
    return request;
}

} // namespace nextchat::net
