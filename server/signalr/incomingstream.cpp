// SPDX-License-Identifier: MIT
#include "server/signalr/incomingstream.h"

namespace nextchat::signalr {

void IncomingStream::push(Value item, qsizetype size)
{
    if (m_ended || m_abandoned)
        return;
    m_items.push_back({std::move(item), size});
    m_waiting->bytes += size;
    wake();
}

void IncomingStream::end(std::optional<Error> error)
{
    if (std::exchange(m_ended, true))
        return;
    m_error = std::move(error);
    wake();
}

void IncomingStream::abandon()
{
    m_abandoned = true;
    m_ended = true;
    qsizetype size = 0;
    for (const Item &item : std::exchange(m_items, {}))
        size += item.size;
    release(size);
}

IncomingStream::Next IncomingStream::take()
{
    if (m_items.empty()) {
        if (m_error)
            return tl::unexpected(*m_error);
        return std::optional<Value>();
    }
    Item item = std::move(m_items.front());
    m_items.pop_front();
    release(item.size);
    return std::optional<Value>(std::move(item.value));
}

void IncomingStream::wake()
{
    if (m_reader)
        std::exchange(m_reader, {}).resume();
}

void IncomingStream::release(qsizetype size)
{
    m_waiting->bytes -= size;
    if (size > 0 && m_waiting->taken)
        m_waiting->taken();
}

} // namespace nextchat::signalr
