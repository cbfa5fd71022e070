// SPDX-License-Identifier: MIT
#pragma once

#include "client-cli/linesource.h"

#include <QStringList>

namespace nextchat::console {

// The commands of -c. Main thread.
class ListInput : public LineSource
{
    Q_OBJECT

public:
    explicit ListInput(QStringList lines, QObject *parent = nullptr)
        : LineSource(parent)
        , m_lines(std::move(lines))
    { }

    void resume() override { QMetaObject::invokeMethod(this, &ListInput::giveLine, Qt::QueuedConnection); }

private:
    void giveLine()
    {
        if (m_lines.isEmpty())
            Q_EMIT ended();
        else
            Q_EMIT line(m_lines.takeFirst());
    }

    QStringList m_lines;
};

} // namespace nextchat::console
