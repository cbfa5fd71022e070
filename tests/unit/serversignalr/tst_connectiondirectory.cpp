// SPDX-License-Identifier: MIT
#include "server/signalr/connectiondirectory.h"

#include <QTest>

using namespace nextchat::signalr;
using namespace std::chrono_literals;

class TestConnectionDirectory : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knowsWhatIsOpen();
    void forgetsWhatEndedLongAgo();
    void forgetsTheFirstOfTooManyThatEnded();
};

void TestConnectionDirectory::knowsWhatIsOpen()
{
    ConnectionDirectory directory(1h);
    auto entry = directory.add("a", {TransportKind::LongPolling, nullptr});
    QCOMPARE(directory.find("a")->kind, TransportKind::LongPolling);
    QVERIFY(!directory.find("b"));
    QVERIFY(!directory.hasEnded("a"));
    entry.reset();
    QVERIFY(!directory.find("a"));
    QVERIFY(directory.hasEnded("a"));
    QVERIFY(!directory.hasEnded("b"));
}

void TestConnectionDirectory::forgetsWhatEndedLongAgo()
{
    ConnectionDirectory directory(0s);
    directory.add("a", {TransportKind::WebSockets, nullptr}).reset();
    QTRY_VERIFY((directory.add("b", {TransportKind::WebSockets, nullptr}).reset(), !directory.hasEnded("a")));
}

void TestConnectionDirectory::forgetsTheFirstOfTooManyThatEnded()
{
    ConnectionDirectory directory(1h);
    const auto end = [&directory](std::size_t number) {
        directory.add(QByteArray::number(qulonglong(number)), {TransportKind::WebSockets, nullptr}).reset();
    };
    for (std::size_t i = 0; i < ConnectionDirectory::mostEnded; ++i)
        end(i);
    QVERIFY(directory.hasEnded("0"));
    end(ConnectionDirectory::mostEnded);
    QVERIFY(!directory.hasEnded("0"));
    QVERIFY(directory.hasEnded("1"));
    QVERIFY(directory.hasEnded(QByteArray::number(qulonglong(ConnectionDirectory::mostEnded))));
}

QTEST_GUILESS_MAIN(TestConnectionDirectory)
#include "tst_connectiondirectory.moc"
