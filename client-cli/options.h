// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/colours.h"
#include "common/signalr/hubconnectionoptions.h"
#include "common/support/expected.h"

#include <QProcessEnvironment>
#include <QString>
#include <QStringList>
#include <QUrl>

namespace nextchat::console {

// What the command line and the environment ask for.
struct Options
{
    QUrl url; // connects at start when it is valid
    QString user;
    QString token; // from --token-file, NEXTCHAT_TOKEN or --token, in this order; empty without one
    QStringList commands; // of -c; standard input is not read when there are any
    QList<signalr::HubTransport> transports = signalr::allTransports(); // that may be used
    bool json = false;
    ColourChoice colours = ColourChoice::Auto;
    bool tokenIsVisible = false; // came by --token, where other users of the machine can see it
    QString answer; // of --help or --version: print it and end
};

// An error (InvalidArgument) is one line that says what is wrong and where.
[[nodiscard]] Expected<Options> readOptions(const QStringList &arguments,
                                            const QProcessEnvironment &environment);

// An http, https, ws or wss URL with a host, as a person types it: without a scheme http is meant, without a
// path /next-chat. An error says what is wrong with it.
[[nodiscard]] Expected<QUrl> readUrl(const QString &text);

} // namespace nextchat::console
