// SPDX-License-Identifier: MIT
#include "server/net/listener.h"
#include "tests/support/rawclient.h"

#include <QLoggingCategory>
#include <QTest>

#include <sys/resource.h>

using namespace nextchat;
using namespace nextchat::net;
using test::RawClient;

namespace {

class Acceptor
{
public:
    std::vector<AcceptedSocket> sockets;

    Listener::Accepted callback()
    {
        return [this](std::vector<AcceptedSocket> batch) {
            for (AcceptedSocket &socket : batch)
                sockets.push_back(std::move(socket));
        };
    }
};

// Has no IPv6 in some containers.
bool hasIpv6()
{
    return Listener::open(QStringLiteral("[::1]:0"), [](auto) {}).has_value();
}

} // namespace

class TestListener : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void picksAFreePort();
    void listensOn_data();
    void listensOn();
    void saysWhatIsWrongWithAnAddress_data();
    void saysWhatIsWrongWithAnAddress();
    void saysThatAPortIsTaken();
    void takesAPortAgainAtOnce();
    void acceptsManyInOrder();
    void ownsWhatItAccepted();
    void acceptsNoMoreOnceClosed();
    void waitsWhenDescriptorsRunOut();
};

void TestListener::picksAFreePort()
{
    Acceptor acceptor;
    const auto first = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    const auto second = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    QVERIFY(first && second);
    QVERIFY((*first)->port() != 0 && (*first)->port() != (*second)->port());
    RawClient client((*first)->port());
    QVERIFY(client.isConnected());
    QTRY_COMPARE(acceptor.sockets.size(), std::size_t(1));
    QCOMPARE(acceptor.sockets[0].peerAddress(), QByteArray("127.0.0.1"));
}

void TestListener::listensOn_data()
{
    QTest::addColumn<QString>("address");
    QTest::newRow("any") << QStringLiteral("0.0.0.0:0");
    QTest::newRow("name") << QStringLiteral("localhost:0");
    QTest::newRow("IPv6") << QStringLiteral("[::1]:0");
    QTest::newRow("any IPv6") << QStringLiteral("[::]:0");
}

void TestListener::listensOn()
{
    QFETCH(QString, address);
    if (address.contains(u'[') && !hasIpv6())
        QSKIP("no IPv6 here");
    const auto listener = Listener::open(address, [](auto) {});
    QVERIFY2(listener, qPrintable(listener ? QString() : listener.error().message));
    QVERIFY((*listener)->port() != 0);
}

void TestListener::saysWhatIsWrongWithAnAddress_data()
{
    QTest::addColumn<QString>("address");
    for (const char *address : {"", "127.0.0.1", ":5000", "127.0.0.1:", "127.0.0.1:x", "127.0.0.1:70000",
                                "127.0.0.1:-1", "[]:5000", "300.1.2.3.4:0", "no host:0"})
        QTest::newRow(address) << QString::fromLatin1(address);
}

void TestListener::saysWhatIsWrongWithAnAddress()
{
    QFETCH(QString, address);
    const auto listener = Listener::open(address, [](auto) {});
    QVERIFY(!listener);
    QCOMPARE(listener.error().code, Error::Code::InvalidArgument);
    QVERIFY(listener.error().message.contains(address));
    QVERIFY(listener.error().message.endsWith(u'.'));
}

void TestListener::saysThatAPortIsTaken()
{
    const auto first = Listener::open(QStringLiteral("127.0.0.1:0"), [](auto) {});
    const QString address = u"127.0.0.1:" % QString::number((*first)->port());
    const auto second = Listener::open(address, [](auto) {});
    QVERIFY(!second);
    QCOMPARE(
        second.error(),
        (Error{Error::Code::Unavailable, u"Cannot listen on " % address % u": Address already in use."}));
}

void TestListener::takesAPortAgainAtOnce()
{
    Acceptor acceptor;
    auto first = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    const quint16 port = (*first)->port();
    RawClient client(port);
    QTRY_COMPARE(acceptor.sockets.size(), std::size_t(1));
    acceptor.sockets.clear(); // the server closes first: the kernel remembers the connection
    first->reset();
    const auto second = Listener::open(u"127.0.0.1:" % QString::number(port), acceptor.callback());
    QVERIFY2(second, qPrintable(second ? QString() : second.error().message));
}

void TestListener::acceptsManyInOrder()
{
    Acceptor acceptor;
    const auto listener = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    std::vector<std::unique_ptr<RawClient>> clients;
    for (int i = 0; i < 300; ++i) { // more than one turn takes
        clients.push_back(std::make_unique<RawClient>((*listener)->port()));
        QVERIFY(clients.back()->isConnected());
    }
    QTRY_COMPARE(acceptor.sockets.size(), clients.size());
}

void TestListener::ownsWhatItAccepted()
{
    Acceptor acceptor;
    const auto listener = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    RawClient kept((*listener)->port());
    RawClient dropped((*listener)->port());
    QTRY_COMPARE(acceptor.sockets.size(), std::size_t(2));
    const int descriptor = acceptor.sockets[0].take();
    QVERIFY(descriptor >= 0);
    QCOMPARE(acceptor.sockets[0].take(), -1);
    acceptor.sockets.clear();
    QVERIFY(dropped.waitForEnd());
    QVERIFY(!kept.waitForEnd(std::chrono::milliseconds(20)));
    ::close(descriptor);
    QVERIFY(kept.waitForEnd());
}

void TestListener::acceptsNoMoreOnceClosed()
{
    Acceptor acceptor;
    const auto listener = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    (*listener)->close();
    (*listener)->close();
    RawClient client((*listener)->port());
    QVERIFY(!client.isConnected());
}

// The process is at its limit for a while: what waits is accepted as soon as there are descriptors again.
void TestListener::waitsWhenDescriptorsRunOut()
{
    QLoggingCategory::setFilterRules(QStringLiteral("nextchat.net.warning=false")); // it says so
    Acceptor acceptor;
    const auto listener = Listener::open(QStringLiteral("127.0.0.1:0"), acceptor.callback());
    RawClient first((*listener)->port());
    QTRY_COMPARE(acceptor.sockets.size(), std::size_t(1));
    RawClient second((*listener)->port());
    RawClient third((*listener)->port());
    rlimit before = {};
    QCOMPARE(::getrlimit(RLIMIT_NOFILE, &before), 0);
    const int next = ::dup(0); // the lowest free number
    ::close(next);
    const rlimit none = {static_cast<rlim_t>(next), before.rlim_max};
    QCOMPARE(::setrlimit(RLIMIT_NOFILE, &none), 0);
    const auto cpuBefore = std::clock();
    QTest::qWait(400);
    const auto cpu = std::clock() - cpuBefore;
    const std::size_t acceptedMeanwhile = acceptor.sockets.size();
    ::setrlimit(RLIMIT_NOFILE, &before);
    QCOMPARE(acceptedMeanwhile, std::size_t(1));
    QVERIFY(cpu < CLOCKS_PER_SEC / 4); // and the loop did not spin
    QTRY_COMPARE(acceptor.sockets.size(), std::size_t(3));
    QLoggingCategory::setFilterRules(QString());
}

QTEST_GUILESS_MAIN(TestListener)
#include "tst_listener.moc"
