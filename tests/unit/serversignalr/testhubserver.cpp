// SPDX-License-Identifier: MIT
// testhub-server: a TestHub on a free port, for clients that are programs of their own. Says where it
// listens, and ends with its standard input.
#include "tests/unit/serversignalr/hubserver.h"

#include <QCoreApplication>
#include <QLoggingCategory>

#include <cstdio>
#include <unistd.h>

int main(int argc, char **argv)
{
    const QCoreApplication application(argc, argv);
    QLoggingCategory::setFilterRules(QStringLiteral("nextchat.*=false")); // what throws is logged
    nextchat::test::HubServer server({}, {.connectionsPerUser = 0});
    std::printf("Listening on http://127.0.0.1:%d/next-chat\n", server.port);
    std::fflush(stdout);
    char byte = 0;
    while (::read(STDIN_FILENO, &byte, 1) > 0) { }
    return 0;
}
