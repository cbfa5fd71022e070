// SPDX-License-Identifier: MIT
#include "client-cli/keptoutbox.h"

#include <QDirIterator>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>

using nextchat::console::KeptOutbox;
using namespace Qt::StringLiterals;

class KeptOutboxTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init() { m_folder = std::make_unique<QTemporaryDir>(); }
    void keepsOverARestart();
    void eachAccountHasItsOwn();
    void oneProgramAtATime();
    void othersCannotRead();
    void anUnreadableFileIsNothing();
    void withoutAFolderNothingIsKept();

private:
    [[nodiscard]] QString folder() const { return m_folder->filePath(u"nextchat/outbox"_s); }
    [[nodiscard]] QStringList files() const
    {
        QStringList found;
        for (QDirIterator it(folder(), {u"*.json"_s}); it.hasNext();)
            found.append(it.next());
        return found;
    }

    const QUrl m_server{u"http://h/next-chat"_s};
    const QJsonArray m_items{QJsonObject{{u"text"_s, u"h\u00e9llo"_s}}};
    std::unique_ptr<QTemporaryDir> m_folder;
};

void KeptOutboxTest::keepsOverARestart()
{
    {
        KeptOutbox outbox(folder(), m_server, u"ann"_s);
        QVERIFY(outbox.isOurs());
        QVERIFY(outbox.load().isEmpty());
        QVERIFY(outbox.save(m_items));
    }
    {
        KeptOutbox outbox(folder(), m_server, u"ann"_s);
        QCOMPARE(outbox.load(), m_items);
        QVERIFY(outbox.save({}));
    }
    QVERIFY(KeptOutbox(folder(), m_server, u"ann"_s).load().isEmpty());
}

void KeptOutboxTest::eachAccountHasItsOwn()
{
    KeptOutbox outbox(folder(), m_server, u"ann"_s);
    QVERIFY(outbox.save(m_items));
    KeptOutbox otherUser(folder(), m_server, u"ben"_s);
    QVERIFY(otherUser.isOurs() && otherUser.load().isEmpty());
    KeptOutbox otherServer(folder(), QUrl(u"http://other/next-chat"_s), u"ann"_s);
    QVERIFY(otherServer.isOurs() && otherServer.load().isEmpty());
}

void KeptOutboxTest::oneProgramAtATime()
{
    KeptOutbox first(folder(), m_server, u"ann"_s);
    QVERIFY(first.save(m_items));
    KeptOutbox second(folder(), m_server, u"ann"_s);
    QVERIFY(!second.isOurs());
    QVERIFY(second.load().isEmpty());
    QVERIFY(!second.save({}));
    QCOMPARE(first.load(), m_items);
}

void KeptOutboxTest::othersCannotRead()
{
    KeptOutbox outbox(folder(), m_server, u"ann"_s);
    QVERIFY(outbox.save(m_items));
    constexpr auto ofOthers = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther;
    QCOMPARE(files().size(), 1);
    QCOMPARE(QFile::permissions(files().first()) & ofOthers, 0);
    QCOMPARE(QFile::permissions(folder()) & ofOthers, 0);
}

void KeptOutboxTest::anUnreadableFileIsNothing()
{
    {
        KeptOutbox outbox(folder(), m_server, u"ann"_s);
        QVERIFY(outbox.save(m_items));
    }
    QFile file(files().first());
    QVERIFY(file.open(QIODevice::WriteOnly));
    file.write("[{\"text");
    file.close();
    KeptOutbox outbox(folder(), m_server, u"ann"_s);
    QVERIFY(outbox.load().isEmpty());
    QVERIFY(outbox.save(m_items));
    QCOMPARE(outbox.load(), m_items);
}

void KeptOutboxTest::withoutAFolderNothingIsKept()
{
    KeptOutbox outbox(u"/dev/null/outbox"_s, m_server, u"ann"_s);
    QVERIFY(!outbox.isOurs());
    QVERIFY(!outbox.save(m_items));
}

QTEST_GUILESS_MAIN(KeptOutboxTest)
#include "tst_keptoutbox.moc"
