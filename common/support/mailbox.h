// SPDX-License-Identifier: MIT
#pragma once

#include <QObject>

#include <atomic>
#include <type_traits>
#include <utility>

namespace nextchat {

// The way into a thread: any thread posts work, the thread that made the mailbox runs it in its event loop.
//
// Work runs in the order in which it was posted (per posting thread), all that is waiting in one turn of the
// loop. Posting takes no lock: a stack of nodes is swapped out whole by the reader, and only the post that
// finds it empty wakes the loop. The atomics are ours, so that ThreadSanitizer sees the hand-over although Qt
// is not instrumented.
//
// Must be destroyed in its own thread, after the last post; what was not run by then is dropped.
class Mailbox : public QObject
{
    Q_OBJECT

public:
    explicit Mailbox(QObject *parent = nullptr);
    ~Mailbox() override;

    // The newest mailbox made in the calling thread, or null.
    [[nodiscard]] static Mailbox *current();

    // Queues `work` (any callable without arguments, moved in). From any thread.
    template <typename Work> void post(Work &&work)
    {
        push(new WorkNode<std::decay_t<Work>>(std::forward<Work>(work)));
    }

    // Runs what is waiting now. Own thread only; for shutdown and tests, the event loop does it otherwise.
    // Called inside a running piece of work, as a nested event loop does, it goes on with the next piece.
    void drain();

protected:
    bool event(QEvent *event) override;

private:
    struct Node
    {
        virtual ~Node() = default;
        virtual void run() = 0;
        Node *next = nullptr;
    };
    template <typename Work> struct WorkNode final : Node
    {
        explicit WorkNode(Work &&w)
            : work(std::move(w))
        { }
        explicit WorkNode(const Work &w)
            : work(w)
        { }
        void run() override { work(); }
        Work work;
    };

    void push(Node *node);
    [[nodiscard]] Node *takeAll();
    void runTaken();

    std::atomic<Node *> m_top = nullptr;
    Node *m_taken = nullptr; // what is still to run of the last batch, oldest first; own thread only
    Mailbox *m_outer = nullptr; // the current() of this thread before this one
};

} // namespace nextchat
