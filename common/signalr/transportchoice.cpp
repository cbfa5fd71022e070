// SPDX-License-Identifier: MIT
#include "common/signalr/transportchoice.h"

#include <algorithm>

namespace nextchat::signalr {

TransportChoice::TransportChoice(QList<HubTransport> allowed, bool isBinary)
    : m_allowed(std::move(allowed))
    , m_isBinary(isBinary)
{ }

void TransportChoice::offer(const QList<NegotiateResponse::Transport> &offers)
{
    m_offers = offers;
}

// Why the transport is not to be tried; empty when it is.
QString TransportChoice::obstacle(const NegotiateResponse::Transport &offer) const
{
    const auto transport = transportByName(offer.transport);
    if (!transport)
        return u'\'' % offer.transport % u"' is not known to the client.";
    if (!m_allowed.contains(*transport))
        return offer.transport % u" is disabled by the client.";
    const QString format = m_isBinary ? QStringLiteral("Binary") : QStringLiteral("Text");
    if (!offer.transferFormats.contains(format))
        return offer.transport % u" does not support " % format % u'.';
    return {};
}

std::optional<HubTransport> TransportChoice::next()
{
    for (const NegotiateResponse::Transport &offer : std::as_const(m_offers)) {
        if (m_done.contains(offer.transport))
            continue;
        m_done.append(offer.transport);
        const QString why = obstacle(offer);
        if (why.isEmpty())
            return transportByName(offer.transport);
        m_reasons.append({why, {}});
    }
    return std::nullopt;
}

bool TransportChoice::isExhausted() const
{
    return std::none_of(m_offers.begin(), m_offers.end(), [this](const NegotiateResponse::Transport &offer) {
        return !m_done.contains(offer.transport) && obstacle(offer).isEmpty();
    });
}

void TransportChoice::failed(const Error &error)
{
    m_reasons.append({m_done.last() % u" failed: " % error.message, error});
}

Error TransportChoice::error() const
{
    TransportChoice rest = *this;
    (void)rest.next(); // notes what stands in the way of those that are left
    if (rest.m_reasons.size() == 1 && rest.m_reasons.first().failure)
        return *rest.m_reasons.first().failure; // nothing to choose from
    QString text = QStringLiteral("Unable to connect to the server with any of the available transports.");
    if (rest.m_reasons.isEmpty())
        text += u" It offers none.";
    Error::Code code = Error::Code::Protocol;
    for (const Reason &reason : std::as_const(rest.m_reasons)) {
        text += u' ' % reason.text;
        if (reason.failure)
            code = reason.failure->code;
    }
    return {code, text};
}

} // namespace nextchat::signalr
