// SPDX-License-Identifier: MIT
#include "tests/support/serverprocess.h"

#include <QCoreApplication>
#include <QDir>
#include <QFile>
#include <QRegularExpression>
#include <QTest>

#include <csignal>

#ifdef Q_OS_LINUX
#include <sys/prctl.h>
#endif

namespace nextchat::test {

namespace {

constexpr int startPatience = 30'000; // ms; a sanitizer build under load
constexpr int endPatience = 40'000; // ms; contract.md 4: server.shutdownTimeout is 30 s

QProcessEnvironment cleanEnvironment()
{
    QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    // The server warns by design; its warnings are not this test's.
    environment.remove(QStringLiteral("QT_FATAL_WARNINGS"));
    for (const QString &name : environment.keys()) {
        if (name.startsWith(u"NEXTCHAT_"))
            environment.remove(name);
    }
    return environment;
}

QByteArray contentOf(const QString &path)
{
    QFile file(path);
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

} // namespace

ServerProcess::ServerProcess(QStringList arguments)
    : m_arguments(std::move(arguments))
    , m_environment(cleanEnvironment())
{
    m_process.setProgram(qEnvironmentVariable("NEXTCHAT_BIN_DIR", QCoreApplication::applicationDirPath())
                         % u"/nextchat-server");
    // Files, not pipes: a test that blocks in a socket must not block the server's logging.
    m_process.setStandardOutputFile(m_directory.filePath(QStringLiteral("stdout")));
    m_process.setStandardErrorFile(m_directory.filePath(QStringLiteral("stderr")), QIODevice::Append);
#ifdef Q_OS_LINUX
    m_process.setChildProcessModifier([] { ::prctl(PR_SET_PDEATHSIG, SIGKILL); });
#endif
}

ServerProcess::~ServerProcess()
{
    kill9();
    if (QTest::currentTestFailed())
        fprintf(stderr, "--- the server's stderr ---\n%s---\n", standardError().right(8192).constData());
}

void ServerProcess::launch()
{
    QFile::remove(m_directory.filePath(QStringLiteral("stdout")));
    QStringList arguments{QStringLiteral("--listen"), u"127.0.0.1:" % QString::number(m_port),
                          QStringLiteral("--data-dir"), dataDirectory()};
    m_process.setArguments(arguments + m_arguments);
    m_process.setProcessEnvironment(m_environment);
    m_process.start(QIODevice::ReadOnly);
}

bool ServerProcess::start()
{
    if (!m_directory.isValid() || !QDir().mkpath(dataDirectory()))
        return false;
    launch();
    const bool said = QTest::qWaitFor([this] { return readPort() || !isRunning(); }, startPatience);
    return said && isRunning() && readPort();
}

bool ServerProcess::restart()
{
    if (isRunning() && terminate() != 0)
        return false;
    return start();
}

void ServerProcess::kill9()
{
    if (!isRunning())
        return;
    m_process.kill();
    m_process.waitForFinished(endPatience);
}

int ServerProcess::terminate()
{
    m_process.terminate();
    return waitForExit(std::chrono::milliseconds(endPatience));
}

int ServerProcess::waitForExit(std::chrono::milliseconds patience)
{
    if (isRunning() && !m_process.waitForFinished(static_cast<int>(patience.count())))
        return -1;
    return m_process.exitStatus() == QProcess::NormalExit && m_process.error() != QProcess::FailedToStart
        ? m_process.exitCode()
        : -1;
}

void ServerProcess::setEnvironment(const QString &name, const QString &value)
{
    m_environment.insert(name, value);
}

bool ServerProcess::isRunning() const
{
    return m_process.state() != QProcess::NotRunning;
}

QUrl ServerProcess::url() const
{
    return QUrl(u"http://127.0.0.1:" % QString::number(m_port) % u"/next-chat");
}

QString ServerProcess::dataDirectory() const
{
    return m_directory.filePath(QStringLiteral("data"));
}

QByteArray ServerProcess::standardOutput() const
{
    return contentOf(m_directory.filePath(QStringLiteral("stdout")));
}

QByteArray ServerProcess::standardError() const
{
    return contentOf(m_directory.filePath(QStringLiteral("stderr")));
}

bool ServerProcess::readPort()
{
    static const QRegularExpression listening(
        QStringLiteral("^Listening on https?://(?:127\\.0\\.0\\.1|localhost):(\\d+)/next-chat\\n"),
        QRegularExpression::MultilineOption);
    const auto match = listening.match(QString::fromUtf8(standardOutput()));
    if (!match.hasMatch())
        return false;
    m_port = match.captured(1).toUShort();
    return true;
}

} // namespace nextchat::test
