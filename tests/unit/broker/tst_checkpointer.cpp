// SPDX-License-Identifier: MIT
#include "server/broker/checkpointer.h"

#include <QFile>
#include <QSignalSpy>
#include <QTemporaryDir>
#include <QTest>

namespace nextchat::broker {

using sqlmigrate::Connection;
using sqlmigrate::DatabaseUrl;
using namespace Qt::StringLiterals;

// The thread that copies is the checkpointer's; this one writes, as the broker's does.
class tst_Checkpointer : public QObject
{
    Q_OBJECT

private:
    // Rows in a copy of the database file alone: what is only in the log is not among them.
    static qint64 rowsWithoutLog(const QString &path);
    void writeRows(Connection &connection, int count);

private Q_SLOTS:
    void init();
    void whatWasCommittedReachesTheDatabaseFile();
    void theWriterCopiesTheRestInItsOwnThread();
    void nothingIsCopiedWithoutNewCommits();
    void itMayEndWhileItCopies();

private:
    std::unique_ptr<QTemporaryDir> m_folder;
    DatabaseUrl m_url;
    std::unique_ptr<Connection> m_writer;
};

void tst_Checkpointer::init()
{
    m_writer.reset();
    m_folder = std::make_unique<QTemporaryDir>();
    m_url = {DatabaseUrl::System::Sqlite, m_folder->filePath(u"log.sqlite"_s)};
    auto opened = Connection::open(m_url, {});
    QVERIFY(opened);
    m_writer = std::move(*opened);
    QVERIFY(m_writer->select(u"PRAGMA journal_mode = WAL"_s));
    QVERIFY(m_writer->select(u"PRAGMA wal_autocheckpoint = 0"_s));
    QVERIFY(m_writer->execute(u"CREATE TABLE rows (id INTEGER PRIMARY KEY, filler BLOB)"_s));
}

qint64 tst_Checkpointer::rowsWithoutLog(const QString &path)
{
    const QString copy = path % u".copy";
    QFile::remove(copy);
    if (!QFile::copy(path, copy))
        return -1;
    auto reader = Connection::open({DatabaseUrl::System::Sqlite, copy}, {Connection::Mode::Write, {}});
    if (!reader)
        return -1;
    const auto rows = (*reader)->select(u"SELECT count(*) FROM rows"_s);
    return rows ? rows->front()[0].toLongLong() : 0; // the table itself may not be there yet
}

void tst_Checkpointer::writeRows(Connection &connection, int count)
{
    for (int i = 0; i < count; ++i)
        QVERIFY(connection.execute(u"INSERT INTO rows (filler) VALUES (zeroblob(2000))"_s));
}

void tst_Checkpointer::whatWasCommittedReachesTheDatabaseFile()
{
    Mailbox mailbox;
    Checkpointer checkpointer(m_url, [] {});
    writeRows(*m_writer, 200);
    QVERIFY(rowsWithoutLog(m_url.path) < 200);
    checkpointer.noteCommits(200);
    QTRY_COMPARE(rowsWithoutLog(m_url.path), 200);
}

void tst_Checkpointer::theWriterCopiesTheRestInItsOwnThread()
{
    Mailbox mailbox;
    const QThread *here = QThread::currentThread();
    int copied = 0;
    bool elsewhere = false;
    Checkpointer checkpointer(m_url, [&] {
        ++copied;
        elsewhere = elsewhere || QThread::currentThread() != here;
    });
    writeRows(*m_writer, 50);
    checkpointer.noteCommits(50);
    checkpointer.noteCommits(100); // while it copies: nothing
    QTRY_COMPARE(copied, 1);
    checkpointer.noteCommits(100);
    QTRY_COMPARE(copied, 2);
    QVERIFY(!elsewhere);
}

void tst_Checkpointer::nothingIsCopiedWithoutNewCommits()
{
    Mailbox mailbox;
    int copied = 0;
    {
        Checkpointer checkpointer(m_url, [&] { ++copied; });
        writeRows(*m_writer, 30);
        checkpointer.noteCommits(30);
        QTRY_COMPARE(copied, 1);
        checkpointer.noteCommits(30);
        checkpointer.noteCommits(31); // one alone is not worth it yet
    } // ends its thread: whatever it had begun is done
    mailbox.drain();
    QCOMPARE(copied, 1);
}

void tst_Checkpointer::itMayEndWhileItCopies()
{
    Mailbox mailbox;
    int copied = 0;
    {
        Checkpointer checkpointer(m_url, [&] { ++copied; });
        writeRows(*m_writer, 500);
        checkpointer.noteCommits(500);
    }
    mailbox.drain(); // what the thread posted must not call what is gone
    QCOMPARE(copied, 0);
    QCOMPARE(rowsWithoutLog(m_url.path), 500);
}

} // namespace nextchat::broker

QTEST_GUILESS_MAIN(nextchat::broker::tst_Checkpointer)
#include "tst_checkpointer.moc"
