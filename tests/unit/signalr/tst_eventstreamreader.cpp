// SPDX-License-Identifier: MIT
#include "common/signalr/eventstreamreader.h"

#include <QTest>

using namespace nextchat::signalr;

class EventStreamReaderTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void reads_data()
    {
        QTest::addColumn<QByteArray>("stream");
        QTest::addColumn<QByteArray>("data");
        QTest::newRow("comment") << QByteArray(":\r\n: data: x\r\n\r\n") << QByteArray();
        QTest::newRow("event") << QByteArray("data: {}\x1e\r\n\r\n") << QByteArray("{}\x1e");
        QTest::newRow("two events") << QByteArray("data: a\r\n\r\ndata: b\r\n\r\n") << QByteArray("ab");
        QTest::newRow("lines of an event") << QByteArray("data: a\r\ndata: b\r\n\r\n") << QByteArray("a\nb");
        QTest::newRow("line feeds") << QByteArray("data: a\ndata: b\n\ndata: c\n\n") << QByteArray("a\nbc");
        QTest::newRow("carriage returns")
            << QByteArray("data: a\rdata: b\r\rdata: c\r\r") << QByteArray("a\nbc");
        QTest::newRow("one blank only") << QByteArray("data:  a \n\n") << QByteArray(" a ");
        QTest::newRow("no blank") << QByteArray("data:a:b\n\n") << QByteArray("a:b");
        QTest::newRow("no value") << QByteArray("data: a\ndata\ndata:\ndata: b\n\n")
                                  << QByteArray("a\n\n\nb");
        QTest::newRow("other fields")
            << QByteArray("event: data\nid: 1\ndata: a\ndat: x\ndatas: x\nretry: 5\n\n") << QByteArray("a");
        QTest::newRow("not ended") << QByteArray("data: a") << QByteArray("a");
        QTest::newRow("a comment between") << QByteArray("data: a\n:\ndata: b\n\n") << QByteArray("a\nb");
    }

    void reads() // check 32, from the other side
    {
        QFETCH(QByteArray, stream);
        QFETCH(QByteArray, data);
        for (qsizetype size = 1; size <= stream.size(); ++size) {
            EventStreamReader reader;
            QByteArray read;
            for (qsizetype at = 0; at < stream.size(); at += size)
                read += reader.read(stream.sliced(at, std::min(size, stream.size() - at)));
            QCOMPARE(read, data);
        }
    }
};

QTEST_GUILESS_MAIN(EventStreamReaderTest)
#include "tst_eventstreamreader.moc"
