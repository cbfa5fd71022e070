// SPDX-License-Identifier: MIT
#include "client-cli/pipeinput.h"

#include <QSignalSpy>
#include <QTemporaryFile>
#include <QTest>

#include <unistd.h>

using nextchat::console::PipeInput;
using namespace Qt::StringLiterals;

class PipeInputTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void givesLines_data();
    void givesLines();
    void givesOneLineForEachCall();
    void waitsForTheEndOfALine();
    void readsFiles();
    void cutsWhatIsTooLong();

private:
    // All lines until the end of the input.
    static QStringList readAll(int descriptor)
    {
        PipeInput input(descriptor);
        QStringList lines;
        bool ended = false;
        connect(&input, &PipeInput::line, &input, [&](const QString &line) {
            lines.append(line);
            input.resume();
        });
        connect(&input, &PipeInput::ended, &input, [&] { ended = true; });
        input.resume();
        return QTest::qWaitFor([&] { return ended; }) ? lines : QStringList{u"(no end)"_s};
    }
};

void PipeInputTest::givesLines_data()
{
    QTest::addColumn<QByteArray>("bytes");
    QTest::addColumn<QStringList>("lines");
    QTest::newRow("none") << QByteArray() << QStringList();
    QTest::newRow("two") << QByteArray("a\nb\n") << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("the last one open") << QByteArray("a\nb") << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("empty ones") << QByteArray("\n\n") << QStringList{u""_s, u""_s};
    QTest::newRow("carriage returns") << QByteArray("a\r\nb\r\n") << QStringList{u"a"_s, u"b"_s};
    QTest::newRow("UTF-8") << QByteArray("\xf0\x9f\x98\x80\n") << QStringList{u"\U0001F600"_s};
    QTest::newRow("not UTF-8") << QByteArray("\xff\n") << QStringList{u"\ufffd"_s};
}

void PipeInputTest::givesLines()
{
    QFETCH(QByteArray, bytes);
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    QCOMPARE(::write(ends[1], bytes.constData(), static_cast<std::size_t>(bytes.size())), bytes.size());
    ::close(ends[1]);
    QTEST(readAll(ends[0]), "lines");
    ::close(ends[0]);
}

void PipeInputTest::givesOneLineForEachCall()
{
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    QCOMPARE(::write(ends[1], "a\nb\n", 4), 4);
    PipeInput input(ends[0]);
    QSignalSpy lines(&input, &PipeInput::line);
    input.resume();
    QVERIFY(lines.isEmpty());
    QTRY_COMPARE(lines.size(), 1);
    QCoreApplication::processEvents();
    QCOMPARE(lines.size(), 1);
    input.resume();
    QTRY_COMPARE(lines.size(), 2);
    ::close(ends[0]);
    ::close(ends[1]);
}

void PipeInputTest::waitsForTheEndOfALine()
{
    int ends[2];
    QCOMPARE(::pipe(ends), 0);
    PipeInput input(ends[0]);
    QSignalSpy lines(&input, &PipeInput::line);
    QSignalSpy ended(&input, &PipeInput::ended);
    input.resume();
    QCOMPARE(::write(ends[1], "ab", 2), 2);
    QCoreApplication::processEvents();
    QCOMPARE(lines.size(), 0);
    QCOMPARE(::write(ends[1], "c\n", 2), 2);
    QTRY_COMPARE(lines.size(), 1);
    QCOMPARE(lines.first().first().toString(), u"abc"_s);
    ::close(ends[1]);
    input.resume();
    QTRY_COMPARE(ended.size(), 1);
    QCOMPARE(lines.size(), 1);
    ::close(ends[0]);
}

void PipeInputTest::readsFiles()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("join a\nlist");
    file.seek(0);
    QCOMPARE(readAll(file.handle()), (QStringList{u"join a"_s, u"list"_s}));
}

void PipeInputTest::cutsWhatIsTooLong()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write(QByteArray(PipeInput::longestLine * 3, 'x') + "\nlist\n");
    file.seek(0);
    const QStringList lines = readAll(file.handle());
    QCOMPARE(lines.size(), 2);
    QCOMPARE(lines.first().size(), PipeInput::longestLine);
    QCOMPARE(lines.last(), u"list"_s);
}

QTEST_GUILESS_MAIN(PipeInputTest)
#include "tst_pipeinput.moc"
