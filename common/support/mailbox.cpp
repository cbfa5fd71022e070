// SPDX-License-Identifier: MIT
#include "common/support/mailbox.h"

#include <QCoreApplication>
#include <QEvent>
#include <QThread>

namespace nextchat {

namespace {

thread_local Mailbox *currentMailbox = nullptr;

const QEvent::Type mailWaiting = static_cast<QEvent::Type>(QEvent::registerEventType());

} // namespace

Mailbox::Mailbox(QObject *parent)
    : QObject(parent)
    , m_outer(std::exchange(currentMailbox, this))
{ }

Mailbox::~Mailbox()
{
    Q_ASSERT(thread() == QThread::currentThread());
    if (currentMailbox == this)
        currentMailbox = m_outer;
    for (Node *node : {m_taken, takeAll()}) {
        while (node)
            delete std::exchange(node, node->next);
    }
}

Mailbox *Mailbox::current()
{
    return currentMailbox;
}

void Mailbox::push(Node *node)
{
    Node *below = m_top.load(std::memory_order_relaxed);
    do
        node->next = below;
    while (!m_top.compare_exchange_weak(below, node, std::memory_order_release, std::memory_order_relaxed));
    // From here on the reader may already have deleted the node. A node below means that its poster wakes the
    // loop.
    if (!below)
        QCoreApplication::postEvent(this, new QEvent(mailWaiting), Qt::HighEventPriority);
}

Mailbox::Node *Mailbox::takeAll()
{
    Node *newest = m_top.exchange(nullptr, std::memory_order_acquire);
    Node *oldest = nullptr;
    while (newest) {
        Node *node = std::exchange(newest, newest->next);
        node->next = std::exchange(oldest, node);
    }
    return oldest;
}

void Mailbox::drain()
{
    runTaken(); // left by the work that runs this in a nested event loop
    m_taken = takeAll();
    runTaken();
}

void Mailbox::runTaken()
{
    while (m_taken) {
        const std::unique_ptr<Node> owned(std::exchange(m_taken, m_taken->next));
        owned->run();
    }
}

bool Mailbox::event(QEvent *event)
{
    if (event->type() != mailWaiting)
        return QObject::event(event);
    drain();
    return true;
}

} // namespace nextchat
