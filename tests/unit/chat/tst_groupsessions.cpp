// SPDX-License-Identifier: MIT
#include "common/chat/groupsessions.h"

#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::chat;
using namespace Qt::StringLiterals;

// Resuming the groups of a client after a reconnect.
class GroupSessionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cleanup() { m_sessions.clear(); }

    void groupsThatCanNotBeResumedHoldUpNoOthers();
    void aGroupIsTriedUntilItIsResumed();

private:
    using Result = Expected<ResumeResult>;

    // Joined to all of them, and reconnected since.
    void reconnect(const QStringList &groupIds);

    QStringList m_away;
    QStringList m_asked;
    GroupSessions m_sessions{[this](const QString &groupId, const QString &, qint64) -> QCoro::Task<Result> {
        m_asked.append(groupId);
        if (m_away.contains(groupId))
            return refused();
        return resumed();
    }};

    static QCoro::Task<Result> refused() { co_return failure(Error::Code::Unavailable, u"away"_s); }
    static QCoro::Task<Result> resumed() { co_return ResumeResult(); }
};

void GroupSessionsTest::reconnect(const QStringList &groupIds)
{
    m_asked.clear();
    for (const QString &groupId : groupIds) {
        m_sessions.joinBegins(groupId);
        m_sessions.joinEnds(groupId, true);
    }
    m_sessions.connectionLost();
    m_sessions.reconnected();
}

// With several Redis servers, one may be away for long.
void GroupSessionsTest::groupsThatCanNotBeResumedHoldUpNoOthers()
{
    m_away = QStringList{u"a"_s, u"b"_s, u"c"_s, u"d"_s, u"e"_s};
    reconnect(m_away + QStringList{u"well"_s});
    QTRY_VERIFY_WITH_TIMEOUT(m_sessions.isCaughtUp(u"well"_s), 30'000);
    QVERIFY(!m_sessions.isCaughtUp(u"a"_s));
}

void GroupSessionsTest::aGroupIsTriedUntilItIsResumed()
{
    m_away = QStringList{u"a"_s};
    QSignalSpy caughtUp(&m_sessions, &GroupSessions::caughtUp);
    reconnect(m_away);
    QTRY_VERIFY_WITH_TIMEOUT(m_asked.count(u"a"_s) >= 2, 30'000);
    m_sessions.connectionLost(); // what was to be tried later is over
    m_sessions.reconnected();
    m_away.clear();
    QTRY_VERIFY_WITH_TIMEOUT(m_sessions.isCaughtUp(u"a"_s), 30'000);
    QCOMPARE(caughtUp.size(), 1);
}

QTEST_GUILESS_MAIN(GroupSessionsTest)
#include "tst_groupsessions.moc"
