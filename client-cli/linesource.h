// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>
#include <QString>

namespace nextchat::console {

// Where commands come from. Main thread.
class LineSource : public QObject
{
    Q_OBJECT

public:
    using QObject::QObject;

    // Lets the next line come: a source that does not wait for a person gives one line for each call, so that
    // no more is read than is worked on. Never emits before it returns.
    virtual void resume() = 0;

Q_SIGNALS:
    void line(const QString &line); // without its end
    void ended(); // once, after the last line
};

} // namespace nextchat::console
