// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayView>

namespace nextchat::signalr {

// Takes the data out of a stream of Server-Sent Events (HTML Living Standard 9.2.6), as soon as it comes: hub
// messages bring their own ends, so that those of the events need not be waited for, nor anything be kept.
class EventStreamReader
{
public:
    // What the next bytes of the stream hold of the events' data. Lines of one event are joined by a line
    // feed.
    [[nodiscard]] QByteArray read(QByteArrayView bytes);

private:
    enum class Within { Name, BeforeValue, Data, Other };

    void readLineEnd(QByteArray &data);
    [[nodiscard]] bool skips(char character);
    void readName(char character, QByteArray &data);
    void beginData(QByteArray &data);

    Within m_within = Within::Name;
    QByteArray m_name; // of the line's field; no longer than it can be of use
    bool m_hasData = false; // the event, so far
    bool m_afterCarriageReturn = false;
};

} // namespace nextchat::signalr
