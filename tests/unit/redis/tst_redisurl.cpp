// SPDX-License-Identifier: MIT
#include "server/broker/redis/redisurl.h"
#include "server/broker/redis/serverinfo.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::broker::redis;
using namespace Qt::StringLiterals;

class RedisUrlTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void urlsAreRead_data();
    void urlsAreRead();
    void badUrlsAreRefused_data();
    void badUrlsAreRefused();
    void serversAreCheckedByWhatTheySay();
};

void RedisUrlTest::urlsAreRead_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("user");
    QTest::addColumn<QString>("password");
    QTest::addColumn<QString>("name");
    QTest::addColumn<int>("database");
    QTest::addColumn<QString>("shown");
    const auto row = [](const char *text, const char *user, const char *password, const char *name,
                        int database, const char *shown) {
        QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(user)
                            << QString::fromLatin1(password) << QString::fromLatin1(name) << database
                            << QString::fromLatin1(shown);
    };
    row("redis://host", "", "", "", 0, "redis://host:6379");
    row("redis://host:1/", "", "", "", 0, "redis://host:1");
    row("redis://:se%40cret%3A@host:1/3", "", "se@cret:", "", 3, "redis://host:1/3");
    row("redis://ann:p@[::1]:7", "ann", "p", "", 0, "redis://[::1]:7");
    row("redis://[fe80::1]", "", "", "", 0, "redis://[fe80::1]:6379");
    row("redis+sentinel://s1,s2:9/main/2", "", "", "main", 2, "redis+sentinel://s1:26379,s2:9/main/2");
    row("redis+sentinel://u:p@s1/a%20b", "u", "p", "a b", 0, "redis+sentinel://s1:26379/a b");
    row("rediss://:p@host/1", "", "p", "", 1, "rediss://host:6379/1");
    row("rediss+sentinel://s1,s2/main", "", "", "main", 0, "rediss+sentinel://s1:26379,s2:26379/main");
}

void RedisUrlTest::urlsAreRead()
{
    QFETCH(QString, text);
    const auto url = RedisUrl::parse(text);
    QVERIFY2(url, url ? "" : qPrintable(url.error().message));
    QTEST(QString::fromUtf8(url->user), "user");
    QTEST(QString::fromUtf8(url->password), "password");
    QTEST(QString::fromUtf8(url->masterName), "name");
    QTEST(url->database, "database");
    QTEST(url->display(), "shown");
    QCOMPARE(url->usesTls, text.startsWith(u"rediss"));
}

void RedisUrlTest::badUrlsAreRefused_data()
{
    QTest::addColumn<QString>("text");
    for (const char *text : {"",
                             "host",
                             "http://host",
                             "redis:host",
                             "redis://",
                             "redis://:hunter2@",
                             "redis://h:x",
                             "redis://h:0",
                             "redis://h:65536",
                             "redis://h/x",
                             "redis://h/-1",
                             "redis://[::1",
                             "redis://[]",
                             "redis://[::1]x",
                             "redis+sentinel://h",
                             "redis+sentinel://h/",
                             "redis+sentinel://h,/n",
                             "redis+sentinel://u:hunter2@h/n/x",
                             "redisss://h",
                             "rediss://",
                             "rediss+sentinel://h",
                             "sentinel://h/n",
                             "REDIS://h"})
        QTest::newRow(text) << QString::fromLatin1(text);
}

void RedisUrlTest::badUrlsAreRefused()
{
    QFETCH(QString, text);
    const auto url = RedisUrl::parse(text);
    QVERIFY(!url);
    QCOMPARE(url.error().code, Error::Code::InvalidArgument);
    QVERIFY(!url.error().message.contains(u"hunter2"));
}

void RedisUrlTest::serversAreCheckedByWhatTheySay()
{
    const std::string good =
        "# Server\r\nredis_version:6.2.0\r\nredis_mode:standalone\r\nrun_id:abc\r\nrole:master\r\n"
        "connected_slaves:0\r\nmaster_replid:def\r\naof_enabled:1\r\ncluster_enabled:0\r\n"
        "maxmemory_policy:noeviction\r\n";
    const auto with = [&good](const std::string &line) { return ServerInfo::parse(good + line + "\r\n"); };
    QCOMPARE(with("").identity(), QByteArray("abc def"));
    QVERIFY(with("").check() && with("").warnings().isEmpty());
    QVERIFY(!with("").readsScriptFlags() && with("redis_version:7.0.15").readsScriptFlags());
    QCOMPARE(with("redis_version:6.0.16").check().error().code, Error::Code::Conflict);
    QCOMPARE(with("cluster_enabled:1").check().error().code, Error::Code::Conflict);
    QCOMPARE(with("role:slave").check().error().code, Error::Code::Unavailable);
    QCOMPARE(ServerInfo::parse("").check().error().code, Error::Code::Conflict);
    QCOMPARE(with("maxmemory_policy:allkeys-lru").warnings().size(), 1);
    QCOMPARE(with("aof_enabled:0").warnings().size(), 1);
    QCOMPARE(with("connected_slaves:1").warnings().size(), 1);
    QCOMPARE(with("connected_slaves:1\r\nmin_slaves_good_slaves:1").warnings().size(), 0);
}

QTEST_GUILESS_MAIN(RedisUrlTest)
#include "tst_redisurl.moc"
