// SPDX-License-Identifier: MIT
#include "tests/support/redisprocess.h"

#include "tests/support/freeport.h"

#include <QFile>
#include <QStandardPaths>
#include <QTest>

#include <csignal>

#ifdef Q_OS_LINUX
#include <sys/prctl.h>
#endif

namespace nextchat::test {

namespace {

constexpr int patience = 30'000; // ms; a sanitizer build under load

} // namespace

RedisProcess::~RedisProcess()
{
    kill();
    if (QTest::currentTestFailed())
        fprintf(stderr, "--- redis-server on port %d ---\n%s---\n", m_port, log().right(4096).constData());
}

bool RedisProcess::start()
{
    if (QStandardPaths::findExecutable(QStringLiteral("redis-server")).isEmpty()) {
        qWarning("redis-server is not in PATH: install the packages of .ci/packages-test.txt");
        return false;
    }
    if (m_port != 0)
        return startOnPort();
    for (int attempt = 0; attempt < 5; ++attempt) { // another test may be faster to take the port
        m_port = freePort();
        if (startOnPort())
            return true;
        kill();
    }
    qWarning("redis-server did not start:\n%s", log().right(2048).constData());
    return false;
}

bool RedisProcess::startOnPort()
{
    launch();
    (void)QTest::qWaitFor([this] { return !isRunning() || answers(); }, patience);
    return isRunning() && answers();
}

void RedisProcess::launch()
{
    if (m_port == 0)
        m_port = freePort();
    prepare();
    m_process.setProgram(QStringLiteral("redis-server"));
    m_process.setArguments(arguments());
    m_process.setWorkingDirectory(folder());
    m_process.setProcessChannelMode(QProcess::MergedChannels);
    m_process.setStandardOutputFile(m_folder.filePath(QStringLiteral("log")), QIODevice::Append);
#ifdef Q_OS_LINUX
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
#endif
    m_process.start(QIODevice::ReadOnly);
    m_process.waitForStarted();
}

bool RedisProcess::answers() const
{
    // Its process id, since another's server may answer on a port that both chose.
    return info("process_id").toLongLong() == m_process.processId() && cli({"PING"}) == "PONG";
}

void RedisProcess::kill()
{
    if (!isRunning())
        return;
    m_process.kill();
    m_process.waitForFinished(patience);
}

void RedisProcess::pause()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGSTOP);
}

void RedisProcess::resume()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT);
}

void RedisProcess::stop()
{
    if (!isRunning())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(patience))
        kill();
}

bool RedisProcess::restart()
{
    stop();
    return start();
}

RedisAnswer RedisProcess::ask(const QByteArrayList &arguments) const
{
    return askRedis(m_port, arguments, m_password);
}

QByteArray RedisProcess::cli(const QByteArrayList &arguments) const
{
    return ask(arguments).toText();
}

QByteArray RedisProcess::info(const QByteArray &field) const
{
    const QByteArrayList lines = cli({"INFO"}).split('\n');
    const QByteArray start = field + ':';
    for (const QByteArray &line : lines) {
        if (line.startsWith(start))
            return line.sliced(start.size()).trimmed();
    }
    return {};
}

bool RedisProcess::isRunning() const
{
    return m_process.state() != QProcess::NotRunning;
}

QByteArray RedisProcess::log() const
{
    QFile file(m_folder.filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace nextchat::test
