// SPDX-License-Identifier: MIT
#include "tests/support/pseudoterminal.h"

#include <cerrno>
#include <csignal>
#include <cstring>
#include <poll.h>
#include <pty.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <termios.h>
#include <unistd.h>
#include <utmp.h>
#include <vector>

namespace nextchat::test {

namespace {

using Clock = std::chrono::steady_clock;

// For exec: pointers into `texts`, and a null.
std::vector<char *> pointersTo(QList<QByteArray> &texts)
{
    std::vector<char *> pointers;
    for (QByteArray &text : texts)
        pointers.push_back(text.data());
    pointers.push_back(nullptr);
    return pointers;
}

} // namespace

QByteArray PseudoTerminal::problem()
{
    int master = -1;
    int slave = -1;
    if (::openpty(&master, &slave, nullptr, nullptr, nullptr) != 0)
        return QByteArray("No pseudo-terminal can be opened: ") + std::strerror(errno)
            + ". Is /dev/pts mounted?";
    ::close(master);
    ::close(slave);
    return {};
}

PseudoTerminal::PseudoTerminal(const QString &program, const QStringList &arguments,
                               const QProcessEnvironment &environment)
{
    QList<QByteArray> words{program.toLocal8Bit()};
    for (const QString &argument : arguments)
        words.append(argument.toLocal8Bit());
    QList<QByteArray> variables;
    for (const QString &variable : environment.toStringList())
        variables.append(variable.toLocal8Bit());
    auto argv = pointersTo(words);
    auto envp = pointersTo(variables);
    winsize size{};
    size.ws_col = 80;
    size.ws_row = 24;
    if (::openpty(&m_master, &m_slave, nullptr, nullptr, &size) != 0)
        return;
    m_process = ::fork();
    if (m_process != 0)
        return;
    ::prctl(PR_SET_PDEATHSIG, SIGKILL);
    ::close(m_master);
    ::login_tty(m_slave);
    ::execve(argv[0], argv.data(), envp.data());
    ::_exit(127);
}

PseudoTerminal::~PseudoTerminal()
{
    if (m_process > 0) {
        ::kill(m_process, SIGKILL);
        ::waitpid(m_process, nullptr, 0);
    }
    ::close(m_master);
    ::close(m_slave);
}

void PseudoTerminal::type(const QByteArray &keys)
{
    [[maybe_unused]] const auto written =
        ::write(m_master, keys.constData(), static_cast<std::size_t>(keys.size()));
}

bool PseudoTerminal::readMore(Clock::time_point deadline)
{
    const auto left = std::chrono::ceil<std::chrono::milliseconds>(deadline - Clock::now());
    pollfd waiting{m_master, POLLIN, 0};
    if (m_master < 0 || left.count() <= 0 || ::poll(&waiting, 1, static_cast<int>(left.count())) <= 0)
        return false;
    char chunk[4096];
    const auto count = ::read(m_master, chunk, sizeof chunk);
    if (count > 0)
        m_output.append(chunk, static_cast<qsizetype>(count));
    return count > 0;
}

bool PseudoTerminal::waitFor(const QByteArray &text, std::chrono::milliseconds patience)
{
    const auto deadline = Clock::now() + patience;
    qsizetype at = m_output.indexOf(text, m_seen);
    while (at < 0 && readMore(deadline))
        at = m_output.indexOf(text, m_seen);
    if (at < 0)
        return false;
    m_seen = at + text.size();
    return true;
}

int PseudoTerminal::waitForExit(std::chrono::milliseconds patience)
{
    if (m_process < 0)
        return -1;
    const auto deadline = Clock::now() + patience;
    int status = 0;
    while (::waitpid(m_process, &status, WNOHANG) == 0) {
        if (Clock::now() > deadline)
            return -1;
        (void)readMore(std::min(deadline, Clock::now() + std::chrono::milliseconds(20)));
    }
    m_process = -1;
    readRest();
    return WIFEXITED(status) ? WEXITSTATUS(status) : -1;
}

// What the program wrote comes before what is written behind it.
void PseudoTerminal::readRest()
{
    static constexpr char mark[] = "\x1f(the end)\x1f";
    if (::write(m_slave, mark, sizeof mark - 1) != sizeof mark - 1)
        return;
    const auto deadline = Clock::now() + std::chrono::seconds(60);
    while (!m_output.endsWith(mark) && readMore(deadline)) { }
    if (m_output.endsWith(mark))
        m_output.chop(sizeof mark - 1);
}

bool PseudoTerminal::echoesAndEditsLines() const
{
    termios settings{};
    return ::tcgetattr(m_slave, &settings) == 0 && (settings.c_lflag & ECHO) && (settings.c_lflag & ICANON);
}

} // namespace nextchat::test
