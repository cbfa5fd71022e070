// SPDX-License-Identifier: MIT
#include "tests/integration/soakfindings.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::chat;
using namespace nextchat::test;
using namespace Qt::StringLiterals;

namespace {

const QString ann = u"ann"_s;
const QString ben = u"ben"_s;
constexpr int joinLimit = 2;

Message message(const QString &author, int number, qint64 seq, const QString &epoch = u"e1"_s)
{
    Message one;
    one.groupId = u"room"_s;
    one.authorId = author;
    one.text = QString::number(number);
    one.clientMessageId = author % u'-' % one.text;
    one.seq = seq;
    one.epoch = epoch;
    one.sendTime = Timestamp(std::chrono::microseconds(1'700'000'000'000'000 + seq));
    return one;
}

OutboxItem sent(const Message &message)
{
    OutboxItem item;
    item.clientMessageId = message.clientMessageId;
    item.groupId = message.groupId;
    item.text = message.text;
    item.state = OutboxItem::State::Sent;
    item.receipt = MessageReceipt{message.groupId, message.seq, message.epoch, message.sendTime};
    return item;
}

// A group in which all went well: five messages of two members, who saw all of them. A test changes it.
struct Story
{
    QList<Message> history{message(ann, 0, 1), message(ben, 0, 2), message(ann, 1, 3), message(ann, 2, 4),
                           message(ben, 1, 5)};
    Books ofAnn{.author = ann,
                .posted = 3,
                .ended = {sent(history[0]), sent(history[2]), sent(history[3])},
                .stays = {{history, false}}};
    Books ofBen{.author = ben,
                .posted = 2,
                .ended = {sent(history[1]), sent(history[4])},
                .stays = {{history, false}}};
    bool mayLose = false;
    bool mayBeDeleted = false;
    bool mayLosePlaces = false;

    [[nodiscard]] SoakFindings findings() const
    {
        SoakFindings found(history, joinLimit);
        if (mayLose)
            found.allowAnnouncedLoss();
        if (mayBeDeleted)
            found.allowDeletion();
        if (mayLosePlaces)
            found.allowLostPlaces();
        found.compare(ofAnn);
        found.compare(ofBen);
        return found;
    }
};

using Change = void (*)(Story &);

// A new epoch begins after the second message, which with all behind it is in that.
void beginEpoch(Story &story)
{
    for (int i = 2; i < 5; ++i) {
        story.history[i].epoch = u"e2"_s;
        story.history[i].seq += 1'000'000;
    }
    story.ofAnn.ended[1] = sent(story.history[2]);
    story.ofAnn.ended[2] = sent(story.history[3]);
    story.ofBen.ended[1] = sent(story.history[4]);
    story.ofAnn.stays[0].seen = story.history;
    story.ofBen.stays[0].seen = story.history;
}

// Ben loses its place after the third message, and comes back.
void losePlace(Story &story)
{
    story.mayLosePlaces = true;
    story.ofBen.stays = {{story.history.mid(0, 3), true}, {story.history.mid(1), false}};
    story.ofBen.lost = 1;
}

// A post of Ben's that was refused because it was not in the group.
void refuse(Story &story)
{
    OutboxItem item = sent(message(ben, 2, 9));
    item.state = OutboxItem::State::Failed;
    item.error = Error{Error::Code::NotMember, u"not in the group"_s};
    item.receipt.reset();
    ++story.ofBen.posted;
    story.ofBen.ended.append(item);
}

} // namespace
Q_DECLARE_METATYPE(Change)

// The checker that the soak and the tests with several servers rely on: each kind of fault is found, alone.
class SoakFindingsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void whatIsGoodIsClean_data();
    void whatIsGoodIsClean();
    void eachFaultIsFound_data();
    void eachFaultIsFound();
    void groupsAddUp();
};

void SoakFindingsTest::whatIsGoodIsClean_data()
{
    QTest::addColumn<Change>("change");
    const auto row = [](const char *name, Change change) { QTest::newRow(name) << change; };
    row("all went well", [](Story &) {});
    row("a receipt that was not needed", [](Story &story) { story.ofAnn.ended[0].receipt.reset(); });
    row("who left saw no more", [](Story &story) {
        story.ofBen.stays = {{story.history.mid(0, 3), true}, {story.history.mid(1), false}};
    });
    row("who comes late sees the last ones", [](Story &story) {
        story.ofBen.stays = {{story.history.mid(3), false}};
    });
    row("a new epoch skips numbers", beginEpoch);
    row("what is lost is announced", [](Story &story) {
        beginEpoch(story);
        story.mayLose = true;
        story.history.removeAt(1);
        story.ofBen.missed = 1;
    });
    row("what is deleted is told to whom had not seen it", [](Story &story) {
        story.mayBeDeleted = true;
        story.history = story.history.mid(3);
        story.ofBen.stays[0].seen.removeAt(2);
        story.ofBen.missed = 1;
    });
    row("who lost its place was told so, and refused", [](Story &story) {
        losePlace(story);
        refuse(story);
    });
}

void SoakFindingsTest::whatIsGoodIsClean()
{
    QFETCH(Change, change);
    Story story;
    change(story);
    const SoakFindings found = story.findings();
    QVERIFY2(found.isClean(), qPrintable(found.summary()));
}

void SoakFindingsTest::eachFaultIsFound_data()
{
    QTest::addColumn<Change>("change");
    QTest::addColumn<QString>("finding");
    const auto row = [](const char *name, Change change, const char *finding) {
        QTest::newRow(name) << change << QString::fromLatin1(finding);
    };
    row(
        "sent, and not in the history",
        [](Story &story) {
            story.history.removeLast();
            story.ofAnn.stays[0].seen.removeLast();
            story.ofBen.stays[0].seen.removeLast();
        },
        " lost 1,");
    row(
        "a hole in the history",
        [](Story &story) {
            story.history[4].seq = 6;
            story.ofBen.ended[1] = sent(story.history[4]);
            story.ofAnn.stays[0].seen = story.history;
            story.ofBen.stays[0].seen = story.history;
        },
        " lost 1,");
    row(
        "stored twice", [](Story &story) { story.history.append(message(ben, 1, 6)); }, " doubled 1,");
    row(
        "numbers of the history go back", [](Story &story) { story.history.swapItemsAt(0, 1); },
        " out of order ");
    row(
        "messages of a sender changed places",
        [](Story &story) {
            std::swap(story.history[2].clientMessageId, story.history[3].clientMessageId);
            std::swap(story.history[2].text, story.history[3].text);
        },
        " out of order 1,");
    row(
        "another number than the receipt's", [](Story &story) { story.ofAnn.ended[1].receipt->seq = 9; },
        " different 1,");
    row(
        "another epoch than the receipt's",
        [](Story &story) { story.ofAnn.ended[1].receipt->epoch = u"e9"_s; }, " different 1,");
    row(
        "another text than was sent", [](Story &story) { story.ofAnn.ended[1].text = u"7"_s; },
        " different 1,");
    row(
        "a receiver missed one in between", [](Story &story) { story.ofBen.stays[0].seen.removeAt(2); },
        " lost 1,");
    row(
        "a receiver missed the last", [](Story &story) { story.ofBen.stays[0].seen.removeLast(); },
        " lost 1,");
    row(
        "a receiver missed one before it left",
        [](Story &story) {
            story.ofBen.stays = {{story.history.mid(0, 1) + story.history.mid(2, 2), true},
                                 {story.history.mid(1), false}};
        },
        " lost 1,");
    row(
        "who joined was shown too little", [](Story &story) { story.ofBen.stays[0].seen.remove(0, 4); },
        " lost 1,");
    row(
        "a receiver saw nothing at all", [](Story &story) { story.ofBen.stays[0].seen.clear(); }, " lost 5,");
    row(
        "a receiver saw one twice",
        [](Story &story) { story.ofBen.stays[0].seen.insert(2, story.history[1]); }, " doubled 1,");
    row(
        "a receiver saw two the wrong way round",
        [](Story &story) { story.ofBen.stays[0].seen.swapItemsAt(1, 2); }, " out of order 1,");
    row(
        "a receiver saw another text", [](Story &story) { story.ofBen.stays[0].seen[1].text = u"x"_s; },
        " different 1,");
    row(
        "a receiver saw what is not there",
        [](Story &story) { story.ofBen.stays[0].seen.insert(5, message(ann, 9, 6)); }, " different 1,");
    row(
        "a post failed", [](Story &story) { story.ofBen.ended[1].state = OutboxItem::State::Failed; },
        " not sent 1,");
    row(
        "a post's outcome is unknown",
        [](Story &story) { story.ofBen.ended[1].state = OutboxItem::State::Unknown; }, " not sent 1,");
    row(
        "a post never ended", [](Story &story) { story.ofBen.ended.removeLast(); }, " not sent 1,");
    row(
        "a post ended twice", [](Story &story) { story.ofBen.ended.append(story.ofBen.ended[0]); },
        " not sent 1,");
    row(
        "a post was refused", [](Story &story) { story.ofBen.refused = 1; }, " not sent 1,");
    row(
        "a gap was announced", [](Story &story) { story.ofBen.missed = 1; }, " gaps announced 1,");
    row(
        "a group was lost", [](Story &story) { story.ofBen.lost = 1; }, " gaps announced 1,");
    row(
        "a message that nobody posted",
        [](Story &story) {
            story.history.append(message(u"eve"_s, 0, 6));
            story.ofAnn.stays[0].seen = story.history;
            story.ofBen.stays[0].seen = story.history;
        },
        "5 posted, 6 in the history");
    row(
        "lost before a new epoch, where nothing may be",
        [](Story &story) {
            beginEpoch(story);
            story.history.removeAt(1);
        },
        " lost 1,");
    row(
        "lost in the last epoch",
        [](Story &story) {
            beginEpoch(story);
            story.mayLose = true;
            story.history.removeLast();
        },
        " lost 1,");
    row(
        "seen in the last epoch, and not there",
        [](Story &story) {
            beginEpoch(story);
            story.mayLose = true;
            story.ofBen.stays[0].seen.append(message(ann, 9, 1'000'006, u"e2"_s));
        },
        " different 1,");
    row(
        "a place was lost, where none may be",
        [](Story &story) {
            losePlace(story);
            story.mayLosePlaces = false;
        },
        " gaps announced 1,");
    row(
        "refused without having lost its place",
        [](Story &story) {
            refuse(story);
            story.mayLosePlaces = true;
        },
        " not sent 1,");
    row(
        "refused for another reason than the lost place",
        [](Story &story) {
            losePlace(story);
            refuse(story);
            story.ofBen.ended.last().error->code = Error::Code::Internal;
        },
        " not sent 1,");
    row(
        "refused, and stored all the same",
        [](Story &story) {
            losePlace(story);
            refuse(story);
            story.history.append(message(ben, 2, 6));
            story.ofAnn.stays[0].seen = story.history;
            story.ofBen.stays[1].seen = story.history.mid(1);
        },
        " not sent 1,");
    row(
        "deleted, where nothing may be", [](Story &story) { story.history = story.history.mid(3); },
        " lost 3,");
    row(
        "a gap in what was deleted, without a word",
        [](Story &story) {
            story.mayBeDeleted = true;
            story.history = story.history.mid(3);
            story.ofBen.stays[0].seen.removeAt(1);
        },
        " lost 1,");
    row(
        "the end of what was deleted is missing, without a word",
        [](Story &story) {
            story.mayBeDeleted = true;
            story.history = story.history.mid(3);
            story.ofBen.stays[0].seen.removeAt(2);
        },
        " lost 1,");
    row(
        "the begin of what is left is missing, without a word",
        [](Story &story) {
            story.mayBeDeleted = true;
            story.history = story.history.mid(3);
            story.ofBen.stays[0].seen.removeAt(3);
        },
        " lost 1,");
    row(
        "what was deleted came twice",
        [](Story &story) {
            story.mayBeDeleted = true;
            story.history = story.history.mid(3);
            story.ofBen.stays[0].seen.insert(1, story.ofBen.stays[0].seen[0]);
        },
        " doubled 1,");
}

void SoakFindingsTest::eachFaultIsFound()
{
    QFETCH(Change, change);
    QFETCH(QString, finding);
    Story story;
    change(story);
    const SoakFindings found = story.findings();
    QVERIFY2(!found.isClean(), qPrintable(found.summary()));
    QVERIFY2(found.summary().contains(finding), qPrintable(found.summary()));
}

void SoakFindingsTest::groupsAddUp()
{
    SoakFindings all({}, joinLimit);
    for (int i = 0; i < 3; ++i)
        all += Story().findings();
    QVERIFY2(all.isClean(), qPrintable(all.summary()));
    QVERIFY2(all.summary().startsWith(u"15 posted, 15 in the history, 30 deliveries in 6 stays; lost 0,"),
             qPrintable(all.summary()));
    Story bad;
    bad.ofBen.stays[0].seen.removeAt(2);
    all += bad.findings();
    QVERIFY(!all.isClean());
    Story lossy;
    beginEpoch(lossy);
    lossy.mayLose = true;
    lossy.history.removeAt(1);
    QCOMPARE(lossy.findings().lostAnnounced(), qsizetype(1));
}

QTEST_APPLESS_MAIN(SoakFindingsTest)
#include "tst_soakfindings.moc"
