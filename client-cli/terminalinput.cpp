// SPDX-License-Identifier: MIT
#include "client-cli/terminalinput.h"

#include "client-cli/safetext.h"

#include <csignal>
#include <cstdio>
#include <cstdlib>
#include <readline/history.h>
#include <readline/readline.h>
#include <unistd.h>

namespace nextchat::console {

namespace {

// readline keeps one line in globals and calls functions without a context.
TerminalInput *current = nullptr;

// How many code units of whole characters two lines have in common at their beginning.
qsizetype sameBeginning(const QString &one, const QString &other)
{
    const auto end = std::mismatch(one.begin(), one.end(), other.begin(), other.end()).first;
    const qsizetype length = end - one.begin();
    return length > 0 && one.at(length - 1).isHighSurrogate() ? length - 1 : length;
}

} // namespace

TerminalInput::TerminalInput(const Completion &completion, const HistoryFile &history, QObject *parent)
    : LineSource(parent)
    , m_completion(completion)
    , m_history(history)
    , m_readable(STDIN_FILENO, QSocketNotifier::Read)
    , m_signals({SIGINT, SIGTERM, SIGHUP, SIGTSTP, SIGWINCH})
    , m_prompt("nextchat> ")
{
    current = this;
    rl_readline_name = "nextchat";
    rl_catch_signals = 0; // ours go through the event loop
    rl_catch_sigwinch = 0;
    rl_initialize();
    rl_bind_key('\t', &TerminalInput::completeLine);
    stifle_history(static_cast<int>(HistoryFile::mostLines));
    for (const QString &earlier : m_history.load()) {
        add_history(earlier.toUtf8().constData());
        m_lastLine = earlier;
    }
    connect(&m_readable, &QSocketNotifier::activated, this, &TerminalInput::readKey);
    connect(&m_signals, &SignalWatcher::raised, this, &TerminalInput::handleSignal);
    rl_callback_handler_install(m_prompt.constData(), &TerminalInput::takeLine);
}

TerminalInput::~TerminalInput()
{
    if (!m_ended) {
        rl_clear_visible_line();
        rl_callback_handler_remove();
    }
    current = nullptr;
}

void TerminalInput::setPrompt(const QString &prompt)
{
    m_prompt = prompt.toUtf8();
    if (m_ended)
        return;
    if (m_inLine) {
        rl_set_prompt(m_prompt.constData());
        return;
    }
    rl_clear_visible_line();
    rl_set_prompt(m_prompt.constData());
    rl_on_new_line();
    rl_redisplay();
}

void TerminalInput::write(const QString &line)
{
    const QByteArray bytes = (line % u'\n').toUtf8();
    const bool isShown = !m_ended && !m_inLine;
    if (isShown)
        rl_clear_visible_line();
    fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stdout);
    fflush(stdout);
    if (!isShown)
        return;
    rl_on_new_line();
    rl_redisplay();
}

void TerminalInput::readKey()
{
    const QByteArray before = m_ended ? QByteArray() : QByteArray(rl_line_buffer);
    rl_callback_read_char();
    if (!m_ended && before != rl_line_buffer)
        Q_EMIT edited(QString::fromUtf8(rl_line_buffer));
}

void TerminalInput::takeLine(char *typed)
{
    if (!typed) {
        current->end();
        return;
    }
    const std::unique_ptr<char, void (*)(void *)> owned(typed, &std::free);
    const QString line = QString::fromUtf8(typed);
    if (line.trimmed().isEmpty())
        return;
    if (line != current->m_lastLine) {
        add_history(line.toUtf8().constData());
        current->m_history.append(line);
        current->m_lastLine = line;
    }
    current->m_inLine = true;
    Q_EMIT current->line(line);
    current->m_inLine = false;
}

int TerminalInput::completeLine(int /*count*/, int /*key*/)
{
    const QString before = QString::fromUtf8(rl_line_buffer, rl_point);
    const Completion::Result result = current->m_completion.complete(before);
    if (!result.choices.isEmpty())
        current->write(safeText(result.choices.join(QStringLiteral("  "))));
    if (result.line == before)
        return 0;
    const qsizetype start = sameBeginning(before, result.line);
    rl_begin_undo_group();
    rl_delete_text(static_cast<int>(before.left(start).toUtf8().size()), rl_point);
    rl_point = static_cast<int>(before.left(start).toUtf8().size());
    rl_insert_text(result.line.mid(start).toUtf8().constData());
    rl_end_undo_group();
    return 0;
}

void TerminalInput::handleSignal(int signalNumber)
{
    if (m_ended)
        return;
    switch (signalNumber) {
    case SIGWINCH:
        rl_resize_terminal();
        break;
    case SIGTSTP:
        suspend();
        break;
    case SIGINT:
        interrupt();
        break;
    default:
        end();
    }
}

void TerminalInput::suspend()
{
    rl_clear_visible_line();
    rl_deprep_terminal();
    ::raise(SIGSTOP); // goes on here when the shell continues it
    rl_prep_terminal(1);
    rl_on_new_line();
    rl_redisplay();
}

void TerminalInput::interrupt()
{
    if (rl_end == 0) {
        end();
        return;
    }
    rl_replace_line("", 1);
    rl_point = 0;
    rl_redisplay();
}

void TerminalInput::end()
{
    m_ended = true;
    m_readable.setEnabled(false);
    rl_clear_visible_line();
    rl_callback_handler_remove();
    Q_EMIT ended();
}

} // namespace nextchat::console
