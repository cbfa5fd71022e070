// SPDX-License-Identifier: MIT
#include "tests/support/freeport.h"

#include <QRandomGenerator>
#include <QTcpServer>

namespace nextchat::test {

quint16 freePort()
{
    for (int attempt = 0; attempt < 1000; ++attempt) {
        const auto port = static_cast<quint16>(QRandomGenerator::global()->bounded(12000, 32000));
        QTcpServer probe;
        if (probe.listen(QHostAddress::LocalHost, port))
            return port;
    }
    return 0;
}

} // namespace nextchat::test
