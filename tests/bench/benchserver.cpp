// SPDX-License-Identifier: MIT
#include "tests/bench/benchserver.h"

#include "tests/support/rawclient.h"
#include "tests/support/serverprocess.h"

namespace nextchat::bench {

BenchServer::BenchServer() = default;
BenchServer::BenchServer(BenchServer &&) noexcept = default;
BenchServer &BenchServer::operator=(BenchServer &&) noexcept = default;

BenchServer::~BenchServer()
{
    if (m_process && m_process->isRunning())
        static_cast<void>(m_process->terminate());
}

double BenchServer::metric(const QByteArray &name) const
{
    test::RawClient client(quint16(m_url.port()));
    const test::HttpAnswer answer = client.request(test::httpRequest("GET", "/metrics", {}));
    for (const QByteArray &line : answer.body.split('\n')) {
        if (line.startsWith(name) && line.mid(name.size(), 1) == " ")
            return line.mid(name.size() + 1).toDouble();
    }
    return 0;
}

QStringList BenchServer::limits()
{
    return {QStringLiteral("limits.callsPerSecond=0"),
            QStringLiteral("limits.createsPerMinute=0"),
            QStringLiteral("limits.connectionsPerUser=0"),
            QStringLiteral("limits.connectionsPerAddress=0"),
            QStringLiteral("limits.groupMembers=0"),
            QStringLiteral("server.drainTime=0s"),
            QStringLiteral("log.level=warning")};
}

Expected<BenchServer> BenchServer::start(const QStringList &settings)
{
    QStringList arguments;
    const QStringList all = limits() + settings;
    for (const QString &setting : all)
        arguments << QStringLiteral("--set") << setting;
    BenchServer server;
    server.m_process = std::make_unique<test::ServerProcess>(arguments);
    if (!server.m_process->start()) {
        const QString said = QString::fromUtf8(server.m_process->standardError()).trimmed();
        return failure(Error::Code::Unavailable,
                       u"nextchat-server did not start: " % said.section(u'\n', -1));
    }
    server.m_url = server.m_process->url();
    server.m_usage.emplace(server.m_process->processId());
    return server;
}

BenchServer BenchServer::at(const QUrl &url, qint64 processId)
{
    BenchServer server;
    server.m_url = url;
    if (processId > 0)
        server.m_usage.emplace(processId);
    return server;
}

} // namespace nextchat::bench
