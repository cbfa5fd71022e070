// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <memory>
#include <vector>

namespace nextchat::net {

class LoopTurn;
class Stream;

// Something to be done at the end of a turn, before the streams are flushed. Used in its turn's thread only.
class TurnTask
{
public:
    TurnTask() = default;
    TurnTask(const TurnTask &) = delete;
    TurnTask &operator=(const TurnTask &) = delete;
    virtual ~TurnTask();

    virtual void turnEnds() = 0;

private:
    friend class LoopTurn;
    LoopTurn *m_turn = nullptr; // while it waits in its list
};

// What a thread puts off to the end of the current turn of its event loop: flushing the streams that were
// written to, so that all that one turn has for a connection leaves in one write, and deleting objects that
// may still be on the call stack. One per I/O thread; used in that thread only.
class LoopTurn : public QObject
{
    Q_OBJECT

public:
    explicit LoopTurn(QObject *parent = nullptr);
    ~LoopTurn() override;

    // Calls `task` once at the end of this turn, however often this is said.
    void callLater(TurnTask *task);

    // Deletes `object` at the end of this turn.
    template <typename T> void retire(std::unique_ptr<T> object)
    {
        m_retired.push_back(std::shared_ptr<void>(std::move(object)));
        schedule();
    }

protected:
    bool event(QEvent *event) override;

private:
    friend class Stream;
    friend class TurnTask;

    void flushLater(Stream *stream); // by a stream that is not in the list yet
    void forget(Stream *stream); // by a stream that is going away while in the list
    void schedule();

    std::vector<TurnTask *> m_tasks; // null where a task went away
    std::vector<Stream *> m_dirty; // null where a stream went away
    std::vector<std::shared_ptr<void>> m_retired;
    bool m_scheduled = false;
};

} // namespace nextchat::net
