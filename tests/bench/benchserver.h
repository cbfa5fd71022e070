// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "tests/bench/processusage.h"

#include <QStringList>
#include <QUrl>

#include <memory>
#include <optional>

namespace nextchat::test {
class ServerProcess;
}

namespace nextchat::bench {

// The server under load: one of its own, started for a scenario, or one that runs already.
class BenchServer
{
public:
    // Starts nextchat-server from the folder of this program, with limits() and `settings` ("KEY=VALUE").
    [[nodiscard]] static Expected<BenchServer> start(const QStringList &settings = {});
    // Uses a server that somebody else started; its CPU is known if `processId` is not 0.
    [[nodiscard]] static BenchServer at(const QUrl &url, qint64 processId);

    BenchServer(BenchServer &&) noexcept;
    BenchServer &operator=(BenchServer &&) noexcept;
    ~BenchServer(); // ends the one that it started

    [[nodiscard]] const QUrl &url() const { return m_url; }
    [[nodiscard]] double cpuSeconds() const { return m_usage ? m_usage->cpuSeconds() : 0; }
    [[nodiscard]] qint64 residentBytes() const { return m_usage ? m_usage->residentBytes() : 0; }
    [[nodiscard]] Footprint footprint() const { return m_usage ? m_usage->footprint() : Footprint(); }
    [[nodiscard]] bool isMeasured() const { return m_usage.has_value(); }

    // The value of that metric; 0 where there is none.
    [[nodiscard]] double metric(const QByteArray &name) const;

    // The settings that let one machine play thousands of users.
    [[nodiscard]] static QStringList limits();

private:
    BenchServer();

    std::unique_ptr<test::ServerProcess> m_process;
    QUrl m_url;
    std::optional<ProcessUsage> m_usage;
};

} // namespace nextchat::bench
