// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QProcessEnvironment>
#include <QStringList>

#include <chrono>

namespace nextchat::test {

// A program on a terminal of its own, 80 columns wide; ends with this object. Blocking; any one thread, which
// must live as long as the program.
class PseudoTerminal
{
public:
    // Why this system gives out no pseudo-terminal; empty when it does. Without one no program is started,
    // and nothing is waited for.
    [[nodiscard]] static QByteArray problem();

    PseudoTerminal(const QString &program, const QStringList &arguments,
                   const QProcessEnvironment &environment);
    PseudoTerminal(const PseudoTerminal &) = delete;
    PseudoTerminal &operator=(const PseudoTerminal &) = delete;
    ~PseudoTerminal();

    void type(const QByteArray &keys);
    // Waits until `text` appears behind what earlier calls waited for. False when it does not in time.
    [[nodiscard]] bool waitFor(const QByteArray &text,
                               std::chrono::milliseconds patience = std::chrono::seconds(60));
    // Waits for the program's end, and for all that it wrote. Its exit code; -1 when a signal ended it or it
    // goes on.
    [[nodiscard]] int waitForExit(std::chrono::milliseconds patience = std::chrono::seconds(60));
    [[nodiscard]] const QByteArray &output() const { return m_output; } // all of it
    [[nodiscard]] bool echoesAndEditsLines() const; // as a shell expects its terminal back
    [[nodiscard]] int processId() const { return m_process; }

private:
    void readRest();
    bool readMore(std::chrono::steady_clock::time_point deadline);

    int m_master = -1;
    int m_slave = -1; // kept open, to look at the terminal after the program
    int m_process = -1;
    QByteArray m_output;
    qsizetype m_seen = 0;
};

} // namespace nextchat::test
