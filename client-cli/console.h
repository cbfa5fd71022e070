// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/linesource.h"
#include "client-cli/options.h"
#include "client-cli/printer.h"
#include "client-cli/session.h"

#include <QObject>
#include <QQueue>

namespace nextchat::console {

// Reads commands and runs them one after the other. A person at a terminal does not wait for messages to be
// sent, and can disconnect or end at any time. Main thread.
class Console : public QObject
{
    Q_OBJECT

public:
    enum class Mode {
        Terminal, // a person: failures are shown, and that is all
        Script, // a failure makes the exit code 1
    };

    // All must outlive it.
    Console(Mode mode, const Options &options, LineSource &source, const Printer &printer, Session &session,
            QObject *parent = nullptr);

    void start();

Q_SIGNALS:
    void finished(int exitCode);

private:
    void lineArrived(const QString &line);
    void lineDone();
    void inputEnded();
    void pump();
    [[nodiscard]] bool runsBesides(const Command &command) const;
    QCoro::Task<> connectFirst();
    QCoro::Task<> run(Command command, bool holdsOthers);
    [[nodiscard]] QCoro::Task<Expected<void>> runPatiently(Command command);
    QCoro::Task<> finish();
    void help(const Command &command);
    void failed(const Error &error, const QString &command = {}); // its name

    const Mode m_mode;
    const Options &m_options;
    LineSource &m_source;
    const Printer &m_printer;
    Session &m_session;
    QQueue<QString> m_waiting; // lines, which mean what they do when their turn comes
    bool m_busy = false; // with a command that holds the others
    bool m_inputEnded = false;
    bool m_finishing = false;
    bool m_somethingFailed = false;
};

} // namespace nextchat::console
