// SPDX-License-Identifier: MIT
#include "tests/support/mariadbserver.h"

#include "tests/support/freeport.h"
#include "tests/support/mariadbdata.h"
#include "tests/support/sqlaccess.h"

#include <QCoreApplication>
#include <QFile>
#include <QTest>

#include <cerrno>
#include <csignal>
#include <sys/wait.h>
#include <unistd.h>

#ifdef Q_OS_LINUX
#include <sys/prctl.h>
#endif

namespace nextchat::test {

namespace {

constexpr int patience = 60'000; // ms; a sanitizer build under load, and recovery after a crash

} // namespace

MariaDbServer::MariaDbServer(QStringList options, Durability durability)
    : m_options(std::move(options))
    , m_durability(durability)
{ }

MariaDbServer::~MariaDbServer()
{
    kill();
    if (QTest::currentTestFailed())
        fprintf(stderr, "--- mariadbd on port %d ---\n%s---\n", m_port, log().right(4096).constData());
}

bool MariaDbServer::start()
{
    if (m_port != 0)
        return startOnPort();
    for (int attempt = 0; attempt < 5; ++attempt) { // another test may be faster to take the port
        m_port = freePort();
        if (startOnPort())
            return true;
        kill();
    }
    qWarning("mariadbd did not start:\n%s", log().right(4096).constData());
    return false;
}

bool MariaDbServer::startOnPort()
{
    launch();
    (void)QTest::qWaitFor([this] { return !isRunning() || answers(); }, patience);
    return isRunning() && answers();
}

void MariaDbServer::launch()
{
    if (m_port == 0)
        m_port = freePort();
    if (!QFile::exists(dataFolder()) && !prepareData())
        return;
    m_process.setProgram(findMariaDbProgram(QStringLiteral("mariadbd")));
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

bool MariaDbServer::prepareData()
{
    if (findMariaDbProgram(QStringLiteral("mariadbd")).isEmpty()) {
        qWarning("mariadbd is not in PATH: install the packages of .ci/packages-test.txt");
        return false;
    }
    return copyFreshMariaDbData(dataFolder());
}

bool MariaDbServer::answers() const
{
    // Its own data, since another's server may answer on a port that both chose. The socket tells nothing of
    // the port, so not by that.
    const auto rows = SqlAccess::root(m_port).query(QStringLiteral("SELECT @@datadir"));
    return rows && !rows->empty()
        && QDir::cleanPath(rows->front()[0].toString()) == QDir::cleanPath(dataFolder());
}

void MariaDbServer::kill()
{
    if (!isRunning())
        return;
    m_process.kill();
    m_process.waitForFinished(patience);
}

void MariaDbServer::pause()
{
    const auto process = static_cast<pid_t>(m_process.processId());
    if (!isRunning() || ::kill(process, SIGSTOP) != 0)
        return;
    // Until all its threads stand: each may still answer before.
    siginfo_t info;
    while (::waitid(P_PID, static_cast<id_t>(process), &info, WSTOPPED) != 0 && errno == EINTR) { }
}

void MariaDbServer::resume()
{
    ::kill(static_cast<pid_t>(m_process.processId()), SIGCONT);
}

void MariaDbServer::stop()
{
    if (!isRunning())
        return;
    m_process.terminate();
    if (!m_process.waitForFinished(patience))
        kill();
}

bool MariaDbServer::restart()
{
    stop();
    return start();
}

QString MariaDbServer::createDatabase()
{
    return SqlAccess::root(m_port).createDatabase();
}

QString MariaDbServer::url(const QString &database) const
{
    return u"mysql://root@127.0.0.1:" % QString::number(m_port) % u'/' % database;
}

std::optional<std::vector<QVariantList>> MariaDbServer::query(const QString &sql) const
{
    auto rows = SqlAccess::root(m_port).query(sql);
    if (rows)
        return std::move(*rows);
    qWarning("%s: %s", qPrintable(sql), qPrintable(rows.error()));
    return {};
}

bool MariaDbServer::isRunning() const
{
    return m_process.state() != QProcess::NotRunning;
}

QString MariaDbServer::dataFolder() const
{
    return m_folder.filePath(QStringLiteral("data"));
}

QString MariaDbServer::socketPath() const
{
    return m_folder.filePath(QStringLiteral("socket"));
}

QByteArray MariaDbServer::log() const
{
    QFile file(m_folder.filePath(QStringLiteral("log")));
    return file.open(QIODevice::ReadOnly) ? file.readAll() : QByteArray();
}

QStringList MariaDbServer::arguments() const
{
    QStringList list{
        QStringLiteral("--no-defaults"),
        u"--datadir=" % dataFolder(),
        u"--socket=" % socketPath(),
        u"--pid-file=" % m_folder.filePath(QStringLiteral("pid")),
        u"--port=" % QString::number(m_port),
        QStringLiteral("--bind-address=127.0.0.1"),
        QStringLiteral("--skip-name-resolve"),
        QStringLiteral("--character-set-server=utf8mb4"),
        QStringLiteral("--innodb-buffer-pool-size=64M"),
        QStringLiteral("--innodb-use-native-aio=0"), // many servers at once exceed what the kernel has of it
        QStringLiteral("--performance-schema=OFF"),
        u"--innodb-flush-log-at-trx-commit="
            % QString::number(m_durability == Durability::EveryCommit ? 1 : 0),
    };
    if (::geteuid() == 0)
        list << QStringLiteral("--user=root");
    return list + mariaDbDataOptions() + m_options;
}

} // namespace nextchat::test
