// SPDX-License-Identifier: MIT
// Publishes for ever, to be killed: `broker-publisher FOLDER NEXT...` with the next number of each sender.
// Every sender publishes its numbers one after the other, under client ids made of them; each receipt is
// written to stdout as `SEQ SENDER NUMBER`.
#include "server/broker/localbroker.h"
#include "tests/support/silentlistener.h"

#include <unistd.h>

using namespace nextchat;
using namespace nextchat::broker;

namespace {

class Deaf : public test::SilentListener
{
public:
    void messagesArrived(const std::shared_ptr<const MessageBatch> &) override { }
};

void say(const QByteArray &line)
{
    // At once and whole: what the broker has confirmed must not be lost in a buffer of ours.
    if (::write(STDOUT_FILENO, line.constData(), static_cast<size_t>(line.size())) != line.size())
        ::_exit(1);
}

QCoro::Task<> publish(MessageBroker &broker, int sender, qint64 number)
{
    const QString user = QString::number(sender);
    for (;; ++number) {
        PublishRequest request;
        request.groupId = QStringLiteral("room");
        request.senderId = user;
        request.text = user % u' ' % QString::number(number);
        request.clientMessageId = QString::number(number);
        request.notAfter = std::chrono::steady_clock::now() + std::chrono::seconds(60);
        const auto receipt = co_await broker.publish(request);
        if (!receipt)
            ::_exit(2);
        say(QByteArray::number(receipt->seq) + ' ' + request.text.toLatin1() + '\n');
    }
}

QCoro::Task<> run(MessageBroker &broker, BrokerListener &listener, QStringList numbers)
{
    const int id = co_await broker.attach(&listener);
    (void)co_await broker.createGroup(QStringLiteral("room"));
    for (int sender = 0; sender < numbers.size(); ++sender)
        (void)co_await broker.join(id, QStringLiteral("room"), QString::number(sender));
    for (int sender = 0; sender < numbers.size(); ++sender)
        publish(broker, sender, numbers[sender].toLongLong());
}

} // namespace

int main(int argc, char *argv[])
{
    QCoreApplication application(argc, argv);
    const QStringList arguments = QCoreApplication::arguments();
    Mailbox mailbox;
    MetricsRegistry metrics;
    LocalBrokerOptions options;
    options.dataDir = arguments.value(1);
    const auto broker = LocalBroker::open(options, metrics);
    if (!broker)
        return 3;
    Deaf listener;
    run(**broker, listener, arguments.mid(2));
    return QCoreApplication::exec();
}
