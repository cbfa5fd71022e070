// SPDX-License-Identifier: MIT
#include "client-cli/console.h"
#include "client-cli/listinput.h"
#include "client-cli/pipeinput.h"
#include "client-cli/safetext.h"
#include "client-cli/statefolder.h"

#ifdef NEXTCHAT_HAVE_READLINE
#include "client-cli/terminalinput.h"
#endif

#include <QCoreApplication>

#include <clocale>
#include <cstdio>
#include <cstdlib>
#include <fcntl.h>
#include <langinfo.h>
#include <unistd.h>

using namespace nextchat::console;

namespace {

constexpr int wrongUsage = 2;

// A closed standard stream would lend its number to the first socket, which would then get what is printed.
void openStandardStreams()
{
    for (int descriptor = STDIN_FILENO; descriptor <= STDERR_FILENO; ++descriptor) {
        if (::fcntl(descriptor, F_GETFD) < 0)
            (void)::open("/dev/null", O_RDWR);
    }
}

// Qt and the terminal need UTF-8, and Qt would say so on stderr before it helped itself to it.
void chooseUtf8()
{
    std::setlocale(LC_ALL, "");
    if (qstrcmp(::nl_langinfo(CODESET), "UTF-8") != 0)
        qputenv("LC_ALL", "C.UTF-8");
}

// One line, or the end of the program when nobody reads any more.
void printLine(FILE *stream, const QString &line)
{
    const QByteArray bytes = QString(line % u'\n').toUtf8();
    if (fwrite(bytes.constData(), 1, static_cast<std::size_t>(bytes.size()), stream)
            == static_cast<std::size_t>(bytes.size())
        && fflush(stream) == 0)
        return;
    if (stream == stdout)
        std::_Exit(1);
}

Colours coloursOn(int descriptor, const Options &options)
{
    return chooseColours(options.colours, QProcessEnvironment::systemEnvironment(),
                         ::isatty(descriptor) != 0);
}

QString outboxFolder()
{
    return stateFolder(QProcessEnvironment::systemEnvironment()) % u"/outbox";
}

int runConsole(Console::Mode mode, const Options &options, LineSource &source, const Printer &printer,
               Session &session)
{
    Console console(mode, options, source, printer, session);
    QObject::connect(&console, &Console::finished, qApp, [](int code) { QCoreApplication::exit(code); });
    // In the event loop, which it may end at once.
    QMetaObject::invokeMethod(&console, &Console::start, Qt::QueuedConnection);
    const int code = QCoreApplication::exec();
    QCoreApplication::sendPostedEvents(); // whoever waits for the connection is told that it has ended
    return code;
}

int runScript(const Options &options, Printer::Format format)
{
    const Printer printer(
        format, coloursOn(STDOUT_FILENO, options), coloursOn(STDERR_FILENO, options),
        [](const QString &line) { printLine(stdout, line); },
        [](const QString &line) { printLine(stderr, line); });
    Completion completion;
    const bool isScript = !::isatty(STDIN_FILENO) || !options.commands.isEmpty();
    Session session(printer, completion,
                    {.token = options.token,
                     .transports = options.transports,
                     .outboxFolder = isScript ? QString() : outboxFolder()});
    std::unique_ptr<LineSource> source;
    if (options.commands.isEmpty())
        source = std::make_unique<PipeInput>(STDIN_FILENO);
    else
        source = std::make_unique<ListInput>(options.commands);
    return runConsole(isScript ? Console::Mode::Script : Console::Mode::Terminal, options, *source, printer,
                      session);
}

#ifdef NEXTCHAT_HAVE_READLINE
int runTerminal(const Options &options, Printer::Format format)
{
    Completion completion;
    const HistoryFile history(HistoryFile::usualPath(QProcessEnvironment::systemEnvironment()));
    TerminalInput terminal(completion, history);
    const auto above = [&terminal](const QString &line) { terminal.write(line); };
    const Colours colours = coloursOn(STDOUT_FILENO, options);
    const Printer printer(format, colours, colours, above, above);
    Session session(printer, completion,
                    {.token = options.token,
                     .transports = options.transports,
                     .hasPrompt = format == Printer::Format::Plain,
                     .outboxFolder = outboxFolder()});
    QObject::connect(&session, &Session::promptChanged, &terminal,
                     [&terminal](const QString &prompt) { terminal.setPrompt(safeText(prompt)); });
    QObject::connect(&terminal, &TerminalInput::edited, &session, &Session::isTyping);
    return runConsole(Console::Mode::Terminal, options, terminal, printer, session);
}
#endif

} // namespace

int main(int argc, char **argv)
{
    openStandardStreams();
    chooseUtf8();
    const QCoreApplication application(argc, argv);
    QCoreApplication::setApplicationName(QStringLiteral("nextchat"));
    QCoreApplication::setApplicationVersion(QStringLiteral(NEXTCHAT_VERSION));
    const auto options = readOptions(QCoreApplication::arguments(), QProcessEnvironment::systemEnvironment());
    if (!options) {
        printLine(stderr, u"nextchat: " % safeText(options.error().message));
        return wrongUsage;
    }
    if (!options->answer.isEmpty()) {
        fputs(qUtf8Printable(options->answer), stdout);
        return EXIT_SUCCESS;
    }
    const auto format = options->json ? Printer::Format::Json : Printer::Format::Plain;
#ifdef NEXTCHAT_HAVE_READLINE
    if (options->commands.isEmpty() && ::isatty(STDIN_FILENO) && ::isatty(STDOUT_FILENO))
        return runTerminal(*options, format);
#endif
    return runScript(*options, format);
}
