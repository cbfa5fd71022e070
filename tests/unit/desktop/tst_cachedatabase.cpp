// SPDX-License-Identifier: MIT
#include "client-gui/model/cachedatabase.h"
#include "client-gui/model/localcache.h"
#include "tests/unit/desktop/messages.h"

#include <QFile>
#include <QJsonObject>
#include <QTemporaryDir>
#include <QTest>
#include <QUrl>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

class CacheDatabaseTest : public QObject
{
    Q_OBJECT

private:
    QTemporaryDir m_folder;
    QString path(const QString &name) const { return m_folder.filePath(name); }

private Q_SLOTS:
    void whatIsSavedIsThereTheNextTime()
    {
        const GroupRecord record{u"lobby"_qs, 7, u"dra'ft"_qs, true, false, 3};
        QList<chat::Message> kept = messages(1, 5);
        kept[4].clientMessageId = u"id"_qs;
        {
            CacheDatabase database(path(u"a/x.sqlite"_qs));
            QVERIFY(database.open());
            database.saveGroup(record);
            database.addMessages(u"lobby"_qs, kept, true);
            database.saveOutbox({QJsonObject{{u"clientMessageId"_qs, u"1"_qs}}});
        }
        QCOMPARE(QFile::permissions(path(u"a/x.sqlite"_qs)) & (QFile::ReadOther | QFile::ReadGroup),
                 QFileDevice::Permissions());
        CacheDatabase database(path(u"a/x.sqlite"_qs));
        QVERIFY(database.open());
        const AccountState state = database.load();
        QCOMPARE(state.groups, QList<GroupRecord>({record}));
        QCOMPARE(state.recent.value(u"lobby"_qs), kept);
        QCOMPARE(state.outbox.size(), 1);
        database.removeGroup(u"lobby"_qs);
        QVERIFY(database.load().groups.isEmpty());
        QVERIFY(database.older(u"lobby"_qs, INT64_MAX, 10).isEmpty());
    }

    void onlyTheNewestMessagesAreKept()
    {
        CacheDatabase database(path(u"trim.sqlite"_qs));
        QVERIFY(database.open());
        database.addMessages(u"lobby"_qs, messages(1, 900), false);
        database.addMessages(u"lobby"_qs, messages(901, 1100), false);
        const auto all = database.older(u"lobby"_qs, INT64_MAX, 5000);
        QCOMPARE(all.size(), CacheDatabase::keptMessages);
        QCOMPARE(all.last().seq, 1100);
        QCOMPARE(database.older(u"lobby"_qs, 500, 2), messages(498, 499));
        database.addMessages(u"lobby"_qs, messages(2000, 2001), true);
        QCOMPARE(database.older(u"lobby"_qs, INT64_MAX, 5000).size(), 2);
    }

    void aFileThatIsNoDatabaseIsPutAside()
    {
        QFile file(path(u"broken.sqlite"_qs));
        QVERIFY(file.open(QIODevice::WriteOnly));
        file.write(QByteArray(5000, 'x'));
        file.close();
        CacheDatabase database(path(u"broken.sqlite"_qs));
        QVERIFY(database.open());
        QVERIFY(database.load().groups.isEmpty());
        QVERIFY(QFile::exists(path(u"broken.sqlite.unreadable"_qs)));
    }

    void anAccountIsOpenOnce()
    {
        const QUrl server(u"http://localhost:1/next-chat"_qs);
        auto first = std::make_unique<LocalCache>(m_folder.path(), server, u"ann"_qs);
        QVERIFY(first->isOurs());
        QVERIFY(!LocalCache(m_folder.path(), server, u"ann"_qs).isOurs());
        QVERIFY(LocalCache(m_folder.path(), server, u"bob"_qs).isOurs());
        GroupRecord record;
        record.groupId = u"lobby"_qs;
        first->saveGroup(record);
        first.reset(); // writes it
        LocalCache second(m_folder.path(), server, u"ann"_qs);
        QVERIFY(second.isOurs());
        std::optional<AccountState> state;
        second.load([&state](AccountState loaded) { state = std::move(loaded); });
        QTRY_VERIFY(state);
        QCOMPARE(state->groups.size(), 1);
    }
};

QTEST_GUILESS_MAIN(CacheDatabaseTest)

#include "tst_cachedatabase.moc"
