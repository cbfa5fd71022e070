// SPDX-License-Identifier: MIT
#include "common/signalr/eventstreamreader.h"

#include <algorithm>

namespace nextchat::signalr {

namespace {

constexpr QByteArrayView dataField = "data";

bool isLineEnd(char character)
{
    return character == '\n' || character == '\r';
}

} // namespace

QByteArray EventStreamReader::read(QByteArrayView bytes)
{
    QByteArray data;
    for (auto at = bytes.begin(); at != bytes.end();) {
        const char character = *at;
        if (skips(character)) {
            ++at;
        } else if (isLineEnd(character)) {
            m_afterCarriageReturn = character == '\r';
            readLineEnd(data);
            ++at;
        } else if (m_within == Within::Name) {
            readName(character, data);
            ++at;
        } else {
            const auto end = std::find_if(at, bytes.end(), isLineEnd);
            if (m_within == Within::Data)
                data.append(QByteArrayView(at, end));
            at = end;
        }
    }
    return data;
}

// The second half of a CRLF, and the blank before a value.
bool EventStreamReader::skips(char character)
{
    if (std::exchange(m_afterCarriageReturn, false) && character == '\n')
        return true;
    if (m_within != Within::BeforeValue || isLineEnd(character))
        return false;
    m_within = Within::Data;
    return character == ' ';
}

void EventStreamReader::readName(char character, QByteArray &data)
{
    if (character != ':') {
        if (m_name.size() <= dataField.size())
            m_name += character;
    } else if (m_name == dataField) {
        beginData(data);
        m_within = Within::BeforeValue;
    } else {
        m_within = Within::Other;
    }
}

void EventStreamReader::readLineEnd(QByteArray &data)
{
    if (m_within == Within::Name && m_name.isEmpty())
        m_hasData = false; // the event ends
    else if (m_within == Within::Name && m_name == dataField)
        beginData(data); // without a value
    m_name.clear();
    m_within = Within::Name;
}

void EventStreamReader::beginData(QByteArray &data)
{
    if (std::exchange(m_hasData, true))
        data += '\n';
}

} // namespace nextchat::signalr
