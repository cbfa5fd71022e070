// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/hubconnectionoptions.h"
#include "common/signalr/negotiation.h"

#include <optional>

namespace nextchat::signalr {

// Which transport a connection tries next: those that the server offers, in its order, each once, if the
// client allows it and it carries the protocol. Keeps why the others were not taken. Value type.
class TransportChoice
{
public:
    TransportChoice(QList<HubTransport> allowed, bool isBinary);

    // What the server offers; again with each negotiation.
    void offer(const QList<NegotiateResponse::Transport> &offers);

    // The first that is left, which counts as tried then.
    [[nodiscard]] std::optional<HubTransport> next();
    [[nodiscard]] bool isExhausted() const;

    void failed(const Error &error); // the last that next() gave

    // Names each transport and what became of it, with the code of the last failure; Protocol when none was
    // tried.
    [[nodiscard]] Error error() const;

private:
    struct Reason
    {
        QString text;
        std::optional<Error> failure; // when it was tried
    };

    [[nodiscard]] QString obstacle(const NegotiateResponse::Transport &offer) const;

    QList<HubTransport> m_allowed;
    bool m_isBinary;
    QList<NegotiateResponse::Transport> m_offers;
    QStringList m_done; // names of those that next() has passed
    QList<Reason> m_reasons;
};

} // namespace nextchat::signalr
