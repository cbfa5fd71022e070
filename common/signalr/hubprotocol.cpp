// SPDX-License-Identifier: MIT
#include "common/signalr/hubprotocol.h"

#include "common/signalr/jsonhubprotocol.h"
#include "common/signalr/messagepackhubprotocol.h"

namespace nextchat::signalr {

const HubProtocol *HubProtocol::byName(QByteArrayView name)
{
    static const JsonHubProtocol json;
    static const MessagePackHubProtocol messagePack;
    for (const HubProtocol *protocol : std::initializer_list<const HubProtocol *>{&json, &messagePack}) {
        if (protocol->name() == name)
            return protocol;
    }
    return nullptr;
}

QString HubProtocol::tooLarge(qsizetype maximumSize)
{
    return u"The maximum message size of " % QString::number(maximumSize)
        % u"B was exceeded. The message size can be configured in AddHubOptions.";
}

} // namespace nextchat::signalr
