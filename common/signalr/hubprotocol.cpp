// SPDX-License-Identifier: MIT
#include "common/signalr/hubprotocol.h"

#include "common/signalr/jsonhubprotocol.h"

namespace nextchat::signalr {

const HubProtocol *HubProtocol::byName(QByteArrayView name)
{
    static const JsonHubProtocol json;
    for (const HubProtocol *protocol : {static_cast<const HubProtocol *>(&json)}) {
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
