// SPDX-License-Identifier: MIT
#include "tests/support/privateserver.h"

#include "tests/support/freeport.h"

#include <QFile>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <sys/wait.h>

#ifdef Q_OS_LINUX
#include <sys/prctl.h>
#endif

namespace nextchat::test {

namespace {

constexpr int patience = 60'000; // ms; a sanitizer build under load, and recovery after a crash

} // namespace

PrivateServer::~PrivateServer()
{
    kill();
    if (QTest::currentTestFailed())
        fprintf(stderr, "--- %s on port %d ---\n%s---\n", qPrintable(m_process.program()), m_port,
                log().right(4096).constData());
}

bool PrivateServer::start()
{
    if (program().isEmpty()) {
        qWarning("A server's program is not in PATH: install the packages of .ci/packages-test.txt");
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
    qWarning("%s did not start:\n%s", qPrintable(program()), log().right(4096).constData());
    return false;
}

bool PrivateServer::startOnPort()
{
    launch();
    (void)QTest::qWaitFor([this] { return !isRunning() || answers(); }, patience);
    return isRunning() && answers();
}

void PrivateServer::launch()
{
    if (m_port == 0)
        m_port = freePort();
    if (!prepare())
        return;
    m_process.setProgram(program());
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

void PrivateServer::kill()
{
    if (!isRunning())
        return;
    m_process.kill();
    m_process.waitForFinished(patience);
}

void PrivateServer::pause()
{
    const auto process = static_cast<pid_t>(m_process.processId());
    if (!isRunning() || ::kill(process, SIGSTOP) != 0)
        return;
    // Until all its threads stand: each may still answer before.
    siginfo_t info;
    while (::waitid(P_PID, static_cast<id_t>(process), &info, WSTOPPED) != 0 && errno == EINTR) { }
}

void PrivateServer::resume()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT);
}

void PrivateServer::stop()
{
    if (!isRunning())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(patience))
        kill();
}

bool PrivateServer::restart()
{
    stop();
    return start();
}

bool PrivateServer::isRunning() const
{
    return m_process.state() != QProcess::NotRunning;
}

QByteArray PrivateServer::log() const
{
    QFile file(m_folder.filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace nextchat::test
