// SPDX-License-Identifier: MIT
#include "server/net/websocketreader.h"
#include "tests/fuzz/invariant.h"
#include "tests/fuzz/pieces.h"

using namespace nextchat;
using nextchat::fuzz::require;

namespace {

// What a reader reports, in order. Data that arrives in several parts is one event: its parts carry nothing.
class Recorder final : public net::WebSocketEvents
{
public:
    struct Event
    {
        char kind; // d)ata, p)ing, c)lose, f)ailure
        QByteArray bytes = {};
        int code = 0;

        friend bool operator==(const Event &, const Event &) = default;
    };

    bool dataArrived(std::span<char> bytes) override
    {
        require(!bytes.empty() && !m_ended, "data is not empty and comes before the end");
        if (m_events.empty() || m_events.back().kind != 'd')
            m_events.push_back({'d'});
        m_events.back().bytes.append(bytes.data(), static_cast<qsizetype>(bytes.size()));
        return true;
    }

    bool pingArrived(QByteArrayView payload) override
    {
        require(payload.size() <= 125 && !m_ended, "a ping is short and comes before the end");
        m_events.push_back({'p', payload.toByteArray()});
        return true;
    }

    bool closeArrived() override
    {
        end({'c'});
        return false;
    }

    void peerFailed(net::WebSocketCloseCode code) override { end({'f', {}, static_cast<int>(code)}); }

    // Text in front of a byte that makes it invalid may be reported or not: the connection ends either way.
    [[nodiscard]] QByteArray takeUnfinishedText()
    {
        const bool invalid = !m_events.empty()
            && m_events.back().code == static_cast<int>(net::WebSocketCloseCode::InvalidPayload);
        if (!invalid || m_events.size() < 2 || m_events[m_events.size() - 2].kind != 'd')
            return {};
        const QByteArray text = m_events[m_events.size() - 2].bytes;
        m_events.erase(m_events.end() - 2);
        return text;
    }

    [[nodiscard]] const std::vector<Event> &events() const { return m_events; }
    [[nodiscard]] bool ended() const { return m_ended; }

private:
    void end(Event event)
    {
        require(!m_ended, "a connection ends once");
        m_ended = true;
        m_events.push_back(std::move(event));
    }

    std::vector<Event> m_events;
    bool m_ended = false;
};

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const fuzz::Pieces pieces(data, size);

    Recorder whole;
    net::WebSocketReader wholeReader;
    std::vector<char> bytes = pieces.whole();
    require(wholeReader.feed(bytes, whole) == !whole.ended(), "reading is over when the connection is");

    Recorder cut;
    net::WebSocketReader cutReader;
    pieces.each([&](std::vector<char> &piece) {
        const bool goesOn = cutReader.feed(piece, cut);
        require(goesOn == !cut.ended(), "reading is over when the connection is");
        return goesOn;
    });

    const QByteArray wholeText = whole.takeUnfinishedText();
    const QByteArray cutText = cut.takeUnfinishedText();
    require(cutText.startsWith(wholeText),
            "text before an invalid byte is the same as far as it is reported");
    require(whole.events() == cut.events(), "what is read does not depend on how the bytes are cut");
    return 0;
}
