// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/completion.h"
#include "client-cli/historyfile.h"
#include "client-cli/linesource.h"
#include "common/support/signalwatcher.h"

#include <QSocketNotifier>

namespace nextchat::console {

// A person at a terminal: readline edits the line, and what arrives meanwhile is written above it. Ctrl+C
// clears the line, or ends at an empty one, as Ctrl+D does. One in a process, since readline is; main thread.
class TerminalInput : public LineSource
{
    Q_OBJECT

public:
    // Both must outlive it. Puts the terminal into readline's mode.
    TerminalInput(const Completion &completion, const HistoryFile &history, QObject *parent = nullptr);
    ~TerminalInput() override; // gives the terminal back as it was

    void resume() override { } // a person types when they like
    void setPrompt(const QString &prompt);
    void write(const QString &line); // above what is being typed

Q_SIGNALS:
    void edited(const QString &line); // as it stands now; empty once it is entered

private:
    void readKey();
    static void takeLine(char *typed); // readline's callback; null at the end
    static int completeLine(int count, int key); // bound to the tab key
    void handleSignal(int signalNumber);
    void suspend();
    void interrupt();
    void end();

    const Completion &m_completion;
    const HistoryFile &m_history;
    QSocketNotifier m_readable;
    SignalWatcher m_signals;
    QByteArray m_prompt;
    QString m_lastLine;
    bool m_ended = false;
    // A line is being handed on: readline still holds it, and shows a new prompt afterwards by itself.
    bool m_inLine = false;
};

} // namespace nextchat::console
