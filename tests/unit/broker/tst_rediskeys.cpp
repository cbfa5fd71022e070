// SPDX-License-Identifier: MIT
#include "server/broker/rediskeys.h"

#include <QSet>
#include <QTest>

using nextchat::broker::RedisKeys;

// design.md 5: partitions, and the names of their keys.
class RedisKeysTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void theHashIsFnv1a_data();
    void theHashIsFnv1a();
    void everyGroupHasAPartition();
    void allKeysShareAHashTag();
    void noTwoThingsShareAKey();
};

void RedisKeysTest::theHashIsFnv1a_data()
{
    QTest::addColumn<QByteArray>("group");
    QTest::addColumn<quint64>("hash");
    // FNV-1a 64, from its authors' test vectors.
    QTest::newRow("empty") << QByteArray() << quint64(0xcbf29ce484222325);
    QTest::newRow("a") << QByteArray("a") << quint64(0xaf63dc4c8601ec8c);
    QTest::newRow("b") << QByteArray("b") << quint64(0xaf63df4c8601f1a5);
    QTest::newRow("foobar") << QByteArray("foobar") << quint64(0x85944171f73967e8);
    QTest::newRow("a NUL") << QByteArray("\0", 1) << quint64(0xaf63bd4c8601b7df);
    // Bytes above 127 are positive.
    QTest::newRow("0xff") << QByteArray("\xff") << (quint64(0xcbf29ce484222325) ^ 0xff) * 0x100000001b3;
}

void RedisKeysTest::theHashIsFnv1a()
{
    QFETCH(QByteArray, group);
    QFETCH(quint64, hash);
    for (const int partitions : {1, 2, 3, 16, 1000, 1024, 65536, std::numeric_limits<int>::max()})
        QCOMPARE(RedisKeys::partitionOf(group, partitions), int(hash % quint64(partitions)));
}

void RedisKeysTest::everyGroupHasAPartition()
{
    QList<int> counts(16);
    for (int i = 0; i < 16000; ++i)
        ++counts[RedisKeys::partitionOf("group-" + QByteArray::number(i), 16)];
    for (const int count : counts)
        QVERIFY2(count > 700 && count < 1300, QByteArray::number(count).constData());
}

void RedisKeysTest::allKeysShareAHashTag()
{
    // The hash tag of Redis Cluster is what stands between the first { and the first } behind it.
    const RedisKeys keys("nc", 15);
    const QByteArray group = "}{nc:3}";
    for (const QByteArray &key :
         {keys.log(), keys.meta(), keys.seq(), keys.groups(), keys.servers(), keys.held("00aa"),
          keys.members(group), keys.tail(group), keys.sent(group, group, group), keys.own("00aa", "1"),
          keys.events(group), keys.replicated()}) {
        QVERIFY2(key.startsWith("{nc:15}:"), key.constData());
        QVERIFY(key.startsWith(keys.prefix()));
    }
    QVERIFY(RedisKeys("nc", 1).log() != RedisKeys("nc", 2).log());
    QVERIFY(RedisKeys("a", 1).log() != RedisKeys("b", 1).log());
}

void RedisKeysTest::noTwoThingsShareAKey()
{
    const RedisKeys keys("nc", 0);
    // Ids may be what another key ends with, but hold no control characters (contract.md 1.4).
    const QByteArrayList ids{
        "a", "b", "ab", "a:b", ":", "log", "members:a", "a}", "%", "\"", "\xf0\x9f\x98\x80"};
    QSet<QByteArray> seen{keys.log(),    keys.meta(),    keys.seq(),
                          keys.groups(), keys.servers(), keys.replicated()};
    qsizetype count = seen.size();
    const auto add = [&](const QByteArray &key) {
        seen.insert(key);
        QVERIFY2(seen.size() == ++count, key.constData());
    };
    for (const QByteArray &one : ids) {
        add(keys.members(one));
        add(keys.tail(one));
        add(keys.events(one));
        for (const QByteArray &two : ids) {
            add(keys.sent(one, two, ""));
            for (const QByteArray &three : ids)
                add(keys.sent(one, two, three));
        }
    }
    for (const char *server : {"00aa", "00ab"}) {
        add(keys.held(server));
        for (const char *id : {"1", "12"})
            add(keys.own(server, id));
    }
}

QTEST_GUILESS_MAIN(RedisKeysTest)
#include "tst_rediskeys.moc"
