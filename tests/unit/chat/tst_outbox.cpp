// SPDX-License-Identifier: MIT
#include "common/chat/outbox.h"

#include <QJsonObject>
#include <QSignalSpy>
#include <QTest>

using namespace nextchat;
using namespace nextchat::chat;
using namespace std::chrono_literals;
using State = OutboxItem::State;

namespace {

const Error unavailable{Error::Code::Unavailable, u"later"_qs};
const Error unknownOutcome{Error::Code::UnknownOutcome, u"who knows"_qs};

MessageReceipt receipt(const QString &groupId, qint64 seq)
{
    return {groupId, seq, u"e"_qs, {}};
}

} // namespace

class OutboxTest : public QObject
{
    Q_OBJECT

private:
    std::chrono::milliseconds m_now = 1'000'000s;
    std::unique_ptr<Outbox> m_outbox;
    QList<OutboxItem> m_changes;

    std::unique_ptr<Outbox> make()
    {
        return std::make_unique<Outbox>([this] { return m_now; }, nullptr);
    }
    State stateOf(const QString &id) const { return m_outbox->find(id)->state; }

private Q_SLOTS:
    void init()
    {
        m_outbox = make();
        m_changes.clear();
        connect(m_outbox.get(), &Outbox::changed, this,
                [this](const OutboxItem &item) { m_changes.append(item); });
    }

    void sendsInOrderOneAtATime()
    {
        const QString one = m_outbox->add(u"g"_qs, u"1"_qs);
        const QString two = m_outbox->add(u"g"_qs, u"2"_qs);
        QVERIFY(one != two && !one.isEmpty() && one.size() <= 64);
        const auto first = m_outbox->next(u"g"_qs);
        QVERIFY(first);
        QCOMPARE(first->clientMessageId, one);
        QVERIFY(!m_outbox->next(u"g"_qs));
        m_outbox->accepted(one, receipt(u"g"_qs, 1));
        QCOMPARE(m_changes.last().state, State::Sent);
        QCOMPARE(m_changes.last().receipt->seq, 1);
        QVERIFY(!m_outbox->find(one));
        QCOMPARE(m_outbox->next(u"g"_qs)->clientMessageId, two);
        m_outbox->accepted(two, receipt(u"g"_qs, 2));
        QVERIFY(m_outbox->items().isEmpty());
        QVERIFY(!m_outbox->next(u"g"_qs));
    }

    void groupsDoNotWaitForEachOther()
    {
        m_outbox->add(u"a"_qs, u"1"_qs);
        m_outbox->add(u"b"_qs, u"2"_qs);
        m_outbox->add(u"a"_qs, u"3"_qs);
        QCOMPARE(m_outbox->waitingGroups(), QStringList({u"a"_qs, u"b"_qs}));
        QVERIFY(m_outbox->next(u"a"_qs));
        QCOMPARE(m_outbox->next(u"b"_qs)->text, u"2"_qs);
    }

    void retriesWithGrowingPauses()
    {
        const QString id = m_outbox->add(u"g"_qs, u"1"_qs);
        m_outbox->add(u"g"_qs, u"2"_qs);
        std::chrono::milliseconds before = 0ms;
        for (int i = 0; i < 12; ++i) {
            QCOMPARE(m_outbox->next(u"g"_qs)->clientMessageId, id);
            m_outbox->failed(id, unavailable);
            QCOMPARE(stateOf(id), State::Sending);
            QVERIFY(!m_outbox->next(u"g"_qs)); // the second doesn't overtake
            const auto pause = m_outbox->nextPause();
            QVERIFY(pause && *pause >= before && *pause <= 30s);
            before = *pause;
            m_now += *pause - 1ms;
            QVERIFY(!m_outbox->next(u"g"_qs));
            m_now += 1ms;
        }
        QCOMPARE(before, 30s);
        QVERIFY(!m_outbox->nextPause());
        // Certainly not accepted each time: may be tried for hours.
        m_now += 5h;
        QVERIFY(m_outbox->next(u"g"_qs));
        QVERIFY(!m_outbox->find(id)->uncertainSince);
    }

    void refusedOnesFailAndLetOthersPass_data()
    {
        QTest::addColumn<Error::Code>("code");
        QTest::newRow("argument") << Error::Code::InvalidArgument;
        QTest::newRow("not a member") << Error::Code::NotMember;
        QTest::newRow("no group") << Error::Code::NotFound;
        QTest::newRow("id reused") << Error::Code::Conflict;
    }

    void refusedOnesFailAndLetOthersPass()
    {
        QFETCH(Error::Code, code);
        const QString one = m_outbox->add(u"g"_qs, u"1"_qs);
        m_outbox->add(u"g"_qs, u"2"_qs);
        (void)m_outbox->next(u"g"_qs);
        m_outbox->failed(one, {code, u"no"_qs});
        QCOMPARE(stateOf(one), State::Failed);
        QCOMPARE(m_changes.last().error->message, u"no"_qs);
        QCOMPARE(m_outbox->next(u"g"_qs)->text, u"2"_qs);
    }

    void uncertainOnesAreSentAgainForNineMinutes()
    {
        const QString one = m_outbox->add(u"g"_qs, u"1"_qs);
        m_outbox->add(u"g"_qs, u"2"_qs);
        (void)m_outbox->next(u"g"_qs);
        const auto began = m_now;
        m_now += 20s;
        m_outbox->failed(one, unknownOutcome);
        QCOMPARE(m_outbox->find(one)->uncertainSince, began);
        m_now = began + 9min - 1ms;
        QCOMPARE(m_outbox->next(u"g"_qs)->clientMessageId, one);
        m_outbox->failed(one, unavailable); // which says nothing about the first attempt
        QCOMPARE(m_outbox->find(one)->uncertainSince, began);
        m_now += 1min;
        QCOMPARE(m_outbox->next(u"g"_qs)->text, u"2"_qs);
        QCOMPARE(stateOf(one), State::Unknown);
        QCOMPARE(m_changes.last().clientMessageId, one);
        QCOMPARE(m_changes.last().state, State::Unknown);
    }

    void aClockThatIsPutBackStallsAndDoublesNothing()
    {
        const QString one = m_outbox->add(u"g"_qs, u"1"_qs);
        (void)m_outbox->next(u"g"_qs);
        m_outbox->failed(one, unavailable);
        m_now -= 1h;
        QVERIFY(!m_outbox->nextPause());
        QCOMPARE(m_outbox->next(u"g"_qs)->clientMessageId, one);
        m_outbox->failed(one, unknownOutcome);
        m_now -= 1s; // as a clock does that is corrected
        QVERIFY(m_outbox->nextPause());
        QVERIFY(!m_outbox->next(u"g"_qs));
        m_now -= 1h; // the server may have forgotten its id meanwhile
        QVERIFY(!m_outbox->next(u"g"_qs));
        QCOMPARE(stateOf(one), State::Unknown);
    }

    void unforeseenErrorsAreUncertainAndEnd()
    {
        const QString id = m_outbox->add(u"g"_qs, u"1"_qs);
        for (int i = 0; i < 5; ++i) {
            QVERIFY(m_outbox->next(u"g"_qs));
            m_outbox->failed(id, {Error::Code::Internal, u"An unexpected error occurred (X)."_qs});
            m_now += 30s;
        }
        QCOMPARE(stateOf(id), State::Unknown);
    }

    void whatComesBackIsSent_data()
    {
        QTest::addColumn<State>("state");
        QTest::newRow("on its way") << State::Sending;
        QTest::newRow("unknown") << State::Unknown;
    }

    void whatComesBackIsSent()
    {
        QFETCH(State, state);
        const QString id = m_outbox->add(u"g"_qs, u"1"_qs);
        (void)m_outbox->next(u"g"_qs);
        if (state == State::Unknown) {
            m_outbox->failed(id, unknownOutcome);
            m_now += 10min;
            (void)m_outbox->next(u"g"_qs);
        }
        QCOMPARE(stateOf(id), state);
        Message message{u"g"_qs, u"me"_qs, u"1"_qs, {}, 7, u"e"_qs, id};
        for (auto change : {&Message::groupId, &Message::text, &Message::clientMessageId}) {
            Message other = message;
            other.*change = u"other"_qs;
            m_outbox->seen(other);
            QVERIFY(m_outbox->find(id));
        }
        m_outbox->seen(message);
        QVERIFY(!m_outbox->find(id));
        QCOMPARE(m_changes.last().state, State::Sent);
        QCOMPARE(m_changes.last().receipt->seq, 7);
        m_outbox->accepted(id, receipt(u"g"_qs, 7)); // the completion comes later
        m_outbox->failed(id, unknownOutcome);
        QVERIFY(m_outbox->items().isEmpty());
    }

    void theUserRetriesOrDiscards()
    {
        const QString one = m_outbox->add(u"g"_qs, u"1"_qs);
        m_outbox->add(u"g"_qs, u"2"_qs);
        QVERIFY(!m_outbox->retry(one));
        (void)m_outbox->next(u"g"_qs);
        QVERIFY(!m_outbox->discard(one)); // on its way
        m_outbox->failed(one, {Error::Code::NotMember, u"no"_qs});
        QVERIFY(m_outbox->retry(one));
        QCOMPARE(m_changes.last().state, State::Sending);
        const auto next = m_outbox->next(u"g"_qs);
        QCOMPARE(next->text, u"2"_qs); // behind the others
        m_outbox->accepted(next->clientMessageId, receipt(u"g"_qs, 1));
        QCOMPARE(m_outbox->next(u"g"_qs)->clientMessageId, one);
        m_outbox->failed(one, {Error::Code::NotMember, u"no"_qs});
        QVERIFY(m_outbox->discard(one));
        QVERIFY(m_outbox->items().isEmpty());
        QVERIFY(!m_outbox->retry(one));
    }

    void theUserForgetsWhatWaits()
    {
        const QString tried = m_outbox->add(u"g"_qs, u"1"_qs);
        const QString untried = m_outbox->add(u"g"_qs, u"2"_qs);
        const QString last = m_outbox->add(u"g"_qs, u"3"_qs);
        (void)m_outbox->next(u"g"_qs);
        m_outbox->failed(tried, {Error::Code::Unavailable, u"later"_qs});
        QSignalSpy discarded(m_outbox.get(), &Outbox::discarded);
        QVERIFY(m_outbox->discard(untried));
        QVERIFY(!m_outbox->next(u"g"_qs)); // the pause of the first one
        QVERIFY(m_outbox->discard(tried));
        QCOMPARE(discarded.size(), 2);
        QCOMPARE(m_outbox->next(u"g"_qs)->clientMessageId, last);
        m_outbox->accepted(tried, receipt(u"g"_qs, 1)); // an answer that comes late
        QCOMPARE(m_outbox->items().size(), 1);
    }

    void outlivesARestart()
    {
        const QString onItsWay = m_outbox->add(u"a"_qs, u"1"_qs);
        const QString waiting = m_outbox->add(u"a"_qs, u"2"_qs);
        const QString failed = m_outbox->add(u"b"_qs, u"3"_qs);
        const QString uncertain = m_outbox->add(u"c"_qs, u"4"_qs);
        for (const QString &group : m_outbox->waitingGroups())
            QVERIFY(m_outbox->next(group));
        const auto began = m_now;
        m_outbox->failed(failed, {Error::Code::NotMember, u"no"_qs});
        m_outbox->failed(uncertain, unknownOutcome);
        const QJsonArray kept = m_outbox->toJson();
        m_outbox = make();
        m_now += 5min;
        m_outbox->restore(kept);
        m_outbox->restore(kept); // no doubles
        QCOMPARE(m_outbox->items().size(), 4);
        QCOMPARE(m_outbox->find(onItsWay)->uncertainSince, began);
        QVERIFY(!m_outbox->find(waiting)->uncertainSince);
        QCOMPARE(stateOf(failed), State::Failed);
        QCOMPARE(m_outbox->find(failed)->error->code, Error::Code::NotMember);
        QCOMPARE(m_outbox->find(uncertain)->uncertainSince, began);
        QCOMPARE(m_outbox->next(u"a"_qs)->clientMessageId, onItsWay);
        m_outbox->failed(onItsWay, unavailable);
        m_now += 5min;
        QCOMPARE(m_outbox->next(u"a"_qs)->clientMessageId, waiting);
        QCOMPARE(stateOf(onItsWay), State::Unknown);
    }

    void restoreSkipsWhatItCannotRead()
    {
        m_outbox->restore({QJsonValue(), 5, QJsonObject(), QJsonObject{{u"clientMessageId"_qs, u"x"_qs}}});
        QVERIFY(m_outbox->items().isEmpty());
    }
};

QTEST_GUILESS_MAIN(OutboxTest)

#include "tst_outbox.moc"
