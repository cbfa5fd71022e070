// SPDX-License-Identifier: MIT
#include "common/support/configuration.h"
#include "common/support/logging.h"
#include "common/support/mailbox.h"
#include "server/net/eventloopthread.h"
#include "server/ops/posixsignals.h"
#include "server/server.h"
#include "server/serverlog.h"
#include "server/startup.h"

#include <QCoreApplication>

#include <cstdio>

namespace {

constexpr int failed = 1;

void print(std::FILE *stream, const QByteArray &text)
{
    std::fwrite(text.constData(), 1, static_cast<std::size_t>(text.size()), stream);
    std::fflush(stream);
}

void complain(const QString &sentence)
{
    print(stderr, "nextchat-server: " + sentence.toUtf8() + '\n');
}

} // namespace

int main(int argc, char *argv[])
{
    nextchat::net::installEpollDispatcher();
    QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("nextchat-server"));

    nextchat::StartUp startUp =
        nextchat::startUp(QCoreApplication::arguments(), nextchat::Configuration::processEnvironment());
    print(stdout, startUp.output);
    if (!startUp.complaint.isEmpty())
        complain(startUp.complaint);
    if (startUp.exitCode)
        return *startUp.exitCode;

    nextchat::Logging logging(startUp.configuration.log);
    for (const QString &warning : startUp.warnings)
        qCWarning(nextchat::serverLog, "%s", qUtf8Printable(warning));

    nextchat::Mailbox mailbox;
    const auto server = nextchat::Server::open(startUp.configuration);
    if (!server) {
        complain(server.error().message);
        return failed;
    }
    QObject::connect(server->get(), &nextchat::Server::started,
                     [](const QString &url) { print(stdout, "Listening on " + url.toUtf8() + '\n'); });
    QObject::connect(server->get(), &nextchat::Server::failed, [](const QString &reason) {
        complain(reason);
        QCoreApplication::exit(failed);
    });
    QObject::connect(server->get(), &nextchat::Server::stopped, [] { QCoreApplication::exit(0); });

    nextchat::ops::PosixSignals signals;
    QObject::connect(&signals, &nextchat::ops::PosixSignals::terminationRequested, server->get(),
                     &nextchat::Server::shutDown);
    QObject::connect(&signals, &nextchat::ops::PosixSignals::reloadRequested, server->get(), [&] {
        const nextchat::StartUp again =
            nextchat::startUp(QCoreApplication::arguments(), nextchat::Configuration::processEnvironment());
        if (again.exitCode)
            qCWarning(nextchat::serverLog, "the configuration stays as it is: %s",
                      qUtf8Printable(again.complaint));
        else
            logging.change(again.configuration.log);
        (*server)->reload();
    });
    (*server)->start();
    return QCoreApplication::exec();
}
