// SPDX-License-Identifier: MIT
#include "server/net/httpparser.h"
#include "tests/fuzz/invariant.h"
#include "tests/fuzz/pieces.h"

#include <array>

using namespace nextchat;
using net::HttpParser;
using nextchat::fuzz::require;

namespace {

constexpr net::HttpLimits limits{.headBytes = 512, .bodyBytes = 256}; // low, so that inputs reach them

// What a connection makes of its bytes, as server/net does it: what the parser leaves is kept and given
// again.
class Connection
{
public:
    explicit Connection(HttpParser::Body body = HttpParser::Body::Whole)
        : m_body(body)
    {
        if (body != HttpParser::Body::Whole)
            m_parser.stopAtHeads();
    }

    bool bytesArrived(const std::vector<char> &bytes)
    {
        m_input.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
        while (!m_input.isEmpty()) {
            const std::vector<char> given(m_input.begin(), m_input.end());
            const qsizetype used = m_parser.feed({given.data(), static_cast<qsizetype>(given.size())});
            require(used >= 0 && used <= m_input.size(), "the parser uses no more than it was given");
            m_input.remove(0, used);
            if (m_parser.state() == HttpParser::State::Failed)
                return false;
            if (m_parser.state() == HttpParser::State::Body && m_body != HttpParser::Body::Whole)
                m_parser.beginBody(m_body);
            if (m_parser.state() == HttpParser::State::Failed)
                return false;
            if (m_parser.state() == HttpParser::State::Complete)
                complete();
            else if (used == 0)
                break;
        }
        require(m_input.size() <= 2 * limits.headBytes, "what waits for more bytes is bounded");
        return true;
    }

    [[nodiscard]] const std::vector<net::HttpRequest> &requests() const { return m_requests; }
    [[nodiscard]] bool failed() const { return m_parser.state() == HttpParser::State::Failed; }
    [[nodiscard]] int status() const { return m_parser.errorStatus(); }

    // Half a head, or half the line of a chunk, may be refused at once or be waited for (not for long:
    // server/net times it), whichever the cuts suggest. More may not.
    [[nodiscard]] bool waits() const
    {
        const bool inBody = m_parser.state() == HttpParser::State::Body;
        const bool inHead = m_parser.state() == HttpParser::State::Head && !m_input.contains("\r\n\r\n");
        return !m_input.isEmpty() && (inBody || inHead);
    }

private:
    void complete()
    {
        net::HttpRequest request = m_parser.take();
        require(m_parser.state() == HttpParser::State::Head, "the parser starts over after a request");
        require(!request.method.isEmpty(), "a request has a method");
        require(request.body.size() <= limits.bodyBytes, "no body is above its limit");
        m_requests.push_back(std::move(request));
    }

    HttpParser::Body m_body;
    HttpParser m_parser{limits};
    QByteArray m_input;
    std::vector<net::HttpRequest> m_requests;
};

void ask(const net::HttpRequest &request)
{
    for (const char *name : {"id", "access_token", "negotiateVersion", ""})
        (void)request.parameter(name);
    for (const char *name : {"authorization", "origin", "host"})
        (void)request.header(name);
    require(!request.isWebSocketUpgrade() || request.headerHasToken("upgrade", "websocket"),
            "an upgrade to WebSocket names it");
    for (const auto &[name, value] : request.headers)
        require(name == name.toLower() && value == value.trimmed(),
                "names of headers are lower case, values trimmed");
}

bool equalHeads(const net::HttpRequest &a, const net::HttpRequest &b)
{
    return a.method == b.method && a.path == b.path && a.query == b.query && a.headers == b.headers
        && a.keepAlive == b.keepAlive;
}

bool equal(const net::HttpRequest &a, const net::HttpRequest &b)
{
    return equalHeads(a, b) && a.body == b.body;
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const fuzz::Pieces pieces(data, size);
    Connection whole;
    (void)whole.bytesArrived(pieces.whole());
    Connection cut;
    pieces.each([&cut](const std::vector<char> &piece) { return cut.bytesArrived(piece); });
    Connection dropping(HttpParser::Body::Dropped);
    (void)dropping.bytesArrived(pieces.whole());

    for (const net::HttpRequest &request : whole.requests())
        ask(request);
    require(std::ranges::equal(whole.requests(), cut.requests(), equal),
            "the requests do not depend on how their bytes are cut");
    require(std::ranges::equal(whole.requests(), dropping.requests(), equalHeads),
            "a body that is dropped comes with the same requests");
    require(
        std::ranges::all_of(dropping.requests(), [](const auto &request) { return request.body.isEmpty(); }),
        "nothing of it is kept");
    require(whole.failed() == cut.failed() || whole.waits() || cut.waits(),
            "whether a request is refused does not depend on the cuts");
    if (whole.failed()) {
        constexpr std::array statuses{400, 413, 431, 501, 505};
        require(std::ranges::count(statuses, whole.status()) == 1, "a refusal has its status");
    }
    return 0;
}
