// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/linesource.h"

#include <QByteArray>
#include <QSocketNotifier>

namespace nextchat::console {

// Lines of UTF-8 from a pipe, a file or a terminal without line editing. Main thread.
class PipeInput : public LineSource
{
    Q_OBJECT

public:
    // Anything longer is cut here: long enough that whatever is cut is refused for its length
    // (contract.md 1.4).
    static constexpr qsizetype longestLine = 65536; // bytes

    explicit PipeInput(int descriptor, QObject *parent = nullptr); // read only, not closed

    void resume() override;

private:
    void readMore();
    void giveLine();

    int m_descriptor;
    QSocketNotifier m_readable;
    QByteArray m_buffer;
    bool m_wanted = false;
    bool m_atEnd = false;
};

} // namespace nextchat::console
