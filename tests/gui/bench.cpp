// SPDX-License-Identifier: MIT
// nextchat-desktop-bench: a conversation of 100,000 messages is opened, scrolled from end to end, and written
// to 1,000 times a second for 10 seconds. Prints each figure beside its limit; ends with 1 where one is
// exceeded.
#include "client-gui/model/conversation.h"
#include "client-gui/view/messageview.h"
#include "tests/gui/examplemessages.h"

#include <QApplication>
#include <QElapsedTimer>
#include <QFile>
#include <QScrollBar>
#include <QTemporaryDir>
#include <QTest>

#include <cstdio>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

namespace {

constexpr int longHistory = 100'000;
constexpr int perSecond = 1'000;
constexpr int seconds = 10;

bool good = true;

void report(const char *what, double value, double limit, const char *unit)
{
    printf("%-46s %9.1f  (limit %g %s)\n", what, value, limit, unit);
    good = good && value <= limit;
}

double share(QList<double> values, double part)
{
    std::sort(values.begin(), values.end());
    return values.isEmpty()
        ? 0
        : values.at(static_cast<qsizetype>(part * static_cast<double>(values.size() - 1)));
}

double milliseconds(const QElapsedTimer &timer)
{
    return static_cast<double>(timer.nsecsElapsed()) / 1e6;
}

double residentMiB()
{
    QFile file(QStringLiteral("/proc/self/status"));
    if (!file.open(QIODevice::ReadOnly))
        return 0;
    for (const QByteArray &line : file.readAll().split('\n')) {
        if (line.startsWith("VmRSS:"))
            return line.mid(6).simplified().split(' ').first().toDouble() / 1024;
    }
    return 0;
}

void open(MessageView &view, Conversation &conversation)
{
    const QList<chat::Message> messages = exampleMessages(conversation.id(), longHistory);
    QElapsedTimer timer;
    timer.start();
    conversation.restore(messages);
    view.setMessages(&conversation.messages());
    view.repaint();
    report("open 100,000 messages", milliseconds(timer), 150, "ms");
}

void scroll(MessageView &view)
{
    QScrollBar *bar = view.verticalScrollBar();
    QList<double> frames;
    const int step = view.viewport()->height();
    for (int value = bar->value(); bar->value() > 0 && frames.size() < 20'000; value = bar->value() - step) {
        QElapsedTimer timer;
        timer.start();
        bar->setValue(value);
        view.viewport()->repaint();
        frames.append(milliseconds(timer));
    }
    printf("%-46s %9lld\n", "frames, a screen each", static_cast<long long>(frames.size()));
    report("frame, median", share(frames, 0.5), 16, "ms");
    report("frame, worst", share(frames, 1.0), 50, "ms");
    report("resident memory", residentMiB(), 250, "MiB");
}

// From the event to the end of the paint that shows it.
class Watcher : public QObject
{
public:
    explicit Watcher(QWidget *viewport) { viewport->installEventFilter(this); }
    bool eventFilter(QObject *watched, QEvent *event) override
    {
        if (event->type() == QEvent::Paint) {
            watched->removeEventFilter(this);
            QCoreApplication::sendEvent(watched, event);
            watched->installEventFilter(this);
            painted();
            return true;
        }
        return false;
    }
    void arrived() { m_waiting.append(m_clock.nsecsElapsed()); }
    QList<double> latencies;

private:
    void painted()
    {
        for (const qint64 since : std::as_const(m_waiting))
            latencies.append(static_cast<double>(m_clock.nsecsElapsed() - since) / 1e6);
        m_waiting.clear();
    }
    QElapsedTimer m_clock = [] {
        QElapsedTimer timer;
        timer.start();
        return timer;
    }();
    QList<qint64> m_waiting;
};

void receive(MessageView &view, Conversation &conversation)
{
    view.goToBottom();
    Watcher watcher(view.viewport());
    const QList<chat::Message> messages =
        exampleMessages(conversation.id(), perSecond * seconds, conversation.messages().lastSeq() + 1);
    qsizetype next = 0;
    QElapsedTimer clock;
    clock.start();
    while (next < messages.size()) {
        const qsizetype due = std::min<qsizetype>(messages.size(), clock.elapsed() * perSecond / 1000);
        for (; next < due; ++next) {
            watcher.arrived();
            conversation.received(messages.at(next));
        }
        QCoreApplication::processEvents(QEventLoop::WaitForMoreEvents, 1);
        QTest::qWait(1); // until the next one is due
    }
    (void)QTest::qWaitFor([&] { return watcher.latencies.size() >= messages.size(); }, 2'000);
    report("event to paint, p50", share(watcher.latencies, 0.5), 50, "ms");
    report("event to paint, p99", share(watcher.latencies, 0.99), 50, "ms");
    printf("%-46s %9lld of %lld\n", "messages painted", static_cast<long long>(watcher.latencies.size()),
           static_cast<long long>(messages.size()));
}

} // namespace

int main(int argc, char **argv)
{
    QApplication::setStyle(QStringLiteral("fusion"));
    const QApplication application(argc, argv);
    QTemporaryDir folder;
    Settings settings(folder.filePath(QStringLiteral("s.ini")));
    Appearance appearance(settings);
    GroupRecord record;
    record.groupId = QStringLiteral("lobby");
    Conversation conversation(record, QStringLiteral("ann"));
    MessageView view(appearance);
    view.resize(800, 700);
    view.show();
    (void)QTest::qWaitForWindowExposed(&view);
    open(view, conversation);
    scroll(view);
    receive(view, conversation);
    return good ? EXIT_SUCCESS : EXIT_FAILURE;
}
