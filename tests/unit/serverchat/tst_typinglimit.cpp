// SPDX-License-Identifier: MIT
#include "server/chat/typinglimit.h"

#include <QTest>

using nextchat::chat::TypingLimit;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

class TypingLimitTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void oneASecond();
    void usersAndGroupsAreApart();
    void whatIsALittleEarlyPassesButNeverTheMore();
    void forgets();

private:
    const TypingLimit::Clock::time_point m_start = TypingLimit::Clock::now();
};

void TypingLimitTest::oneASecond()
{
    TypingLimit limit;
    int passed = 0;
    for (auto time = 0ms; time < 10s; time += 10ms)
        passed += limit.take(u"g"_s, u"ann"_s, m_start + time) ? 1 : 0;
    QCOMPARE(passed, 10);
    QVERIFY(!limit.take(u"g"_s, u"ann"_s, m_start + 9999ms));
    QVERIFY(limit.take(u"g"_s, u"ann"_s, m_start + 10s));
}

void TypingLimitTest::usersAndGroupsAreApart()
{
    TypingLimit limit;
    QVERIFY(limit.take(u"g"_s, u"ann"_s, m_start));
    QVERIFY(limit.take(u"g"_s, u"ben"_s, m_start));
    QVERIFY(limit.take(u"h"_s, u"ann"_s, m_start));
    QVERIFY(!limit.take(u"g"_s, u"ann"_s, m_start));
}

void TypingLimitTest::whatIsALittleEarlyPassesButNeverTheMore()
{
    TypingLimit limit(250ms);
    QVERIFY(limit.take(u"g"_s, u"ann"_s, m_start + 50ms)); // came late
    QVERIFY(limit.take(u"g"_s, u"ann"_s, m_start + 1s)); // in time
    QVERIFY(!limit.take(u"g"_s, u"ann"_s, m_start + 1700ms));
    int passed = 0;
    for (auto time = 2s + 0ms; time < 102s; time += 10ms)
        passed += limit.take(u"g"_s, u"ann"_s, m_start + time) ? 1 : 0;
    QCOMPARE(passed, 101); // one a second, and the one that is early
}

void TypingLimitTest::forgets()
{
    TypingLimit limit;
    for (int i = 0; i < 1000; ++i)
        QVERIFY(limit.take(u"g"_s, QString::number(i), m_start + std::chrono::milliseconds(i)));
    QCOMPARE(limit.size(), 1000);
    QVERIFY(limit.take(u"g"_s, u"500"_s, m_start + 1500ms)); // again, at the end of its second
    QCOMPARE(limit.size(), 500);
    QVERIFY(!limit.take(u"g"_s, u"500"_s, m_start + 2400ms));
    QCOMPARE(limit.size(), 1);
}

QTEST_GUILESS_MAIN(TypingLimitTest)
#include "tst_typinglimit.moc"
