// SPDX-License-Identifier: MIT
#include "server/history/messagesearch.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::history;
using namespace Qt::StringLiterals;

namespace {

QList<chat::Message> messages(qint64 first, qint64 last, const QString &text = u"hit"_s)
{
    QList<chat::Message> all;
    for (qint64 seq = first; seq <= last; ++seq)
        all.append({u"room"_s, u"ann"_s, text, {}, seq, u"e"_s, {}});
    return all;
}

QList<qint64> seqsOf(const chat::SearchPage &page)
{
    QList<qint64> seqs;
    for (const chat::Message &message : page.messages)
        seqs.append(message.seq);
    return seqs;
}

} // namespace

// What a page of a search holds, and where the next one begins.
class MessageSearchTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void endsWithThePage();
    void endsWithTheFirstMessage();
    void endsWithItsLooks();
    void endsWithItsBytes();
    void hasNothingYet();
};

void MessageSearchTest::endsWithThePage()
{
    MessageSearch search({.text = u"HIT"_s, .limit = {.messages = 2}});
    search.look(messages(9, 9, u"miss"_s), true);
    QVERIFY(!search.isOver());
    QCOMPARE(search.before(), 9);
    search.look(messages(1, 8), true);
    QVERIFY(search.isOver());
    QCOMPARE(seqsOf(search.page()), (QList<qint64>{7, 8}));
    QCOMPARE(search.page().nextBeforeSeq, 7);
    QVERIFY(search.page().hasMore);
}

void MessageSearchTest::endsWithTheFirstMessage()
{
    MessageSearch search({.text = u"hit"_s, .beforeSeq = 100, .limit = {.messages = 2}});
    QCOMPARE(search.before(), 100);
    search.look(messages(8, 9), false); // full, with nothing left
    QVERIFY(search.isOver());
    QCOMPARE(search.page(), (chat::SearchPage{messages(8, 9), false, std::nullopt}));
}

void MessageSearchTest::endsWithItsLooks()
{
    MessageSearch search({.text = u"hit"_s, .mostLooked = 10});
    search.look(messages(11, 20, u"miss"_s), true);
    QVERIFY(search.isOver());
    QCOMPARE(search.page(), (chat::SearchPage{{}, true, 11}));
}

// The message that does not fit is the next page's first.
void MessageSearchTest::endsWithItsBytes()
{
    const QString text = u"hit"_s + QString(1000, u'x');
    MessageSearch search({.text = u"hit"_s, .limit = {.messages = 50, .bytes = 2500}});
    search.look(messages(1, 5, text), false);
    QVERIFY(search.isOver());
    QCOMPARE(seqsOf(search.page()), (QList<qint64>{4, 5}));
    QCOMPARE(search.page().nextBeforeSeq, 4);
    MessageSearch narrow({.text = u"hit"_s, .limit = {.messages = 50, .bytes = 10}});
    narrow.look(messages(1, 5, text), false);
    QCOMPARE(seqsOf(narrow.page()), QList<qint64>{5}); // one in any case
}

void MessageSearchTest::hasNothingYet()
{
    MessageSearch search({.text = u"hit"_s});
    QVERIFY(!search.isOver());
    search.look({}, false);
    QVERIFY(search.isOver());
    QCOMPARE(search.page(), chat::SearchPage());
}

QTEST_GUILESS_MAIN(MessageSearchTest)
#include "tst_messagesearch.moc"
