// SPDX-License-Identifier: MIT
#include "client-cli/console.h"

#include "common/chat/retrypause.h"
#include "common/chat/rules.h"

#include <QPointer>

namespace nextchat::console {

namespace {

using Verb = Command::Verb;

// A person who ends the program waits no longer than this for messages on their way. A script has none: each
// command is done before the next begins.
constexpr std::chrono::seconds patienceAtTheEnd{3};

constexpr int mostRetries = 5; // of a command that came too soon after others; 8 s in all

QString nameOf(Verb verb)
{
    return commandSpec(verb).name.toString();
}

QString helpLine(const CommandSpec &spec)
{
    return QString(spec.name.toString() % u' ' % spec.usage.toString()).leftJustified(22)
        % spec.summary.toString();
}

} // namespace

Console::Console(Mode mode, const Options &options, LineSource &source, const Printer &printer,
                 Session &session, QObject *parent)
    : QObject(parent)
    , m_mode(mode)
    , m_options(options)
    , m_source(source)
    , m_printer(printer)
    , m_session(session)
{
    connect(&m_source, &LineSource::line, this, &Console::lineArrived);
    connect(&m_source, &LineSource::ended, this, &Console::inputEnded);
}

void Console::start()
{
    if (m_options.tokenIsVisible) {
        m_printer.state(QStringLiteral("warning"),
                        QStringLiteral("--token shows the token to other users of this machine; "
                                       "use --token-file or NEXTCHAT_TOKEN."));
    }
    if (m_options.url.isValid())
        connectFirst();
    else
        m_source.resume();
}

QCoro::Task<> Console::connectFirst()
{
    m_busy = true;
    const auto connected = co_await m_session.connectTo(m_options.url, m_options.user);
    m_busy = false;
    if (connected) {
        pump();
        m_source.resume();
        co_return;
    }
    failed(connected.error(), nameOf(Verb::Connect));
    if (m_mode == Mode::Script) {
        m_waiting.clear();
        co_await finish();
    } else {
        pump();
        m_source.resume();
    }
}

void Console::lineArrived(const QString &line)
{
    if (m_finishing)
        return;
    if (m_mode == Mode::Terminal)
        m_source.resume();
    if (line.trimmed().isEmpty())
        return lineDone();
    const auto command = parseLine(line, m_session.currentGroup());
    if (command && runsBesides(*command)) {
        run(*command, false);
        return;
    }
    m_waiting.enqueue(line);
    pump();
}

// A script's next line is read only now.
void Console::lineDone()
{
    if (m_mode == Mode::Script)
        m_source.resume();
}

// What a person need not wait for, or must not have to wait for.
bool Console::runsBesides(const Command &command) const
{
    if (m_mode == Mode::Script)
        return false;
    const bool endsSomething = command.verb == Verb::Disconnect || command.verb == Verb::Bye;
    const bool needsNothing = command.verb == Verb::Wait || command.verb == Verb::Help;
    return endsSomething || needsNothing || (command.verb == Verb::Say && !m_busy && m_waiting.isEmpty());
}

void Console::inputEnded()
{
    m_inputEnded = true;
    if (m_mode == Mode::Terminal)
        finish();
    else
        pump();
}

void Console::pump()
{
    if (m_busy || m_finishing)
        return;
    while (!m_waiting.isEmpty()) {
        const auto command = parseLine(m_waiting.dequeue(), m_session.currentGroup());
        if (!command) {
            failed(command.error());
            lineDone();
            continue;
        }
        const bool holdsOthers = m_mode == Mode::Script || command->verb != Verb::Say;
        run(*command, holdsOthers);
        if (holdsOthers)
            return;
    }
    if (m_inputEnded)
        finish();
}

QCoro::Task<> Console::run(Command command, bool holdsOthers)
{
    if (command.verb == Verb::Bye) {
        co_await finish();
        co_return;
    }
    m_busy = m_busy || holdsOthers;
    if (command.verb == Verb::Help) {
        help(command);
    } else {
        const QPointer<Console> self(this);
        const auto done = co_await runPatiently(command);
        if (!self)
            co_return;
        if (!done)
            failed(done.error(), nameOf(command.verb));
    }
    if (!holdsOthers)
        co_return;
    m_busy = false;
    lineDone();
    pump();
}

// A script may well say more than the server takes at once: it is slowed down, not failed.
QCoro::Task<Expected<void>> Console::runPatiently(Command command)
{
    const QPointer<Console> self(this);
    for (int attempt = 0;; ++attempt) {
        auto done = co_await m_session.run(command);
        const bool isTooFast = !done && done.error().message == chat::texts::tooManyRequests();
        if (!isTooFast || attempt == mostRetries || !self || m_finishing)
            co_return done;
        co_await chat::retryPause(attempt, this);
        if (!self)
            co_return done;
    }
}

void Console::help(const Command &command)
{
    QStringList lines;
    for (const CommandSpec &spec : commandSpecs()) {
        if (command.arguments.isEmpty() || spec.name.compare(command.arguments[0], Qt::CaseInsensitive) == 0)
            lines.append(helpLine(spec));
    }
    if (lines.isEmpty())
        failed({Error::Code::InvalidArgument, u"There is no command '" % command.arguments[0] % u"'."});
    else
        m_printer.help(lines);
}

void Console::failed(const Error &error, const QString &command)
{
    m_somethingFailed = true;
    m_printer.error(error.message, command);
}

QCoro::Task<> Console::finish()
{
    if (std::exchange(m_finishing, true))
        co_return;
    co_await m_session.end(patienceAtTheEnd);
    Q_EMIT finished(m_mode == Mode::Script && m_somethingFailed ? 1 : 0);
}

} // namespace nextchat::console
