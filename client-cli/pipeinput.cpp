// SPDX-License-Identifier: MIT
#include "client-cli/pipeinput.h"

#include <cerrno>
#include <unistd.h>

namespace nextchat::console {

PipeInput::PipeInput(int descriptor, QObject *parent)
    : LineSource(parent)
    , m_descriptor(descriptor)
    , m_readable(descriptor, QSocketNotifier::Read)
{
    m_readable.setEnabled(false);
    connect(&m_readable, &QSocketNotifier::activated, this, &PipeInput::readMore);
}

void PipeInput::resume()
{
    m_wanted = true;
    QMetaObject::invokeMethod(this, &PipeInput::giveLine, Qt::QueuedConnection);
}

void PipeInput::readMore()
{
    char chunk[4096];
    const auto count = ::read(m_descriptor, chunk, sizeof chunk);
    if (count < 0 && (errno == EINTR || errno == EAGAIN))
        return;
    if (count > 0)
        m_buffer.append(chunk, static_cast<qsizetype>(count));
    m_atEnd = count <= 0;
    giveLine();
}

void PipeInput::giveLine()
{
    if (!m_wanted)
        return;
    const qsizetype end = m_buffer.indexOf('\n');
    const bool lastLine = end < 0 && m_atEnd && !m_buffer.isEmpty();
    if (end < 0 && !m_atEnd) {
        // Only its beginning counts of a line that is too long.
        m_buffer.truncate(longestLine);
        m_readable.setEnabled(true);
        return;
    }
    m_wanted = false;
    m_readable.setEnabled(false);
    if (end < 0 && !lastLine) {
        Q_EMIT ended();
        return;
    }
    QByteArray bytes = lastLine ? m_buffer : m_buffer.left(end);
    m_buffer.remove(0, lastLine ? m_buffer.size() : end + 1);
    bytes.truncate(longestLine);
    if (bytes.endsWith('\r'))
        bytes.chop(1);
    Q_EMIT line(QString::fromUtf8(bytes));
}

} // namespace nextchat::console
