// SPDX-License-Identifier: MIT
#include "client-gui/model/composerstate.h"

#include <QTest>

using namespace nextchat::desktop;

class ComposerStateTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void anAtSignBeginsACompletion_data()
    {
        QTest::addColumn<QString>("text"); // | is the cursor
        QTest::addColumn<QString>("prefix"); // null: none
        QTest::newRow("just the sign") << u"@|"_qs << u""_qs;
        QTest::newRow("some letters") << u"hi @an|"_qs << u"an"_qs;
        QTest::newRow("in the middle") << u"@an|na x"_qs << u"an"_qs;
        QTest::newRow("with a dot") << u"(@carla.b|"_qs << u"carla.b"_qs;
        QTest::newRow("an address") << u"bob@an|"_qs << QString();
        QTest::newRow("no sign") << u"an|"_qs << QString();
        QTest::newRow("behind a blank") << u"@an |"_qs << QString();
    }

    void anAtSignBeginsACompletion()
    {
        QFETCH(QString, text);
        QFETCH(QString, prefix);
        const int cursor = static_cast<int>(text.indexOf(u'|'));
        const auto found = composer::completionAt(text.remove(u'|'), cursor);
        QCOMPARE(found.has_value(), !prefix.isNull());
        if (found)
            QCOMPARE(found->prefix, prefix);
    }

    void theCounterAppearsNearTheLimit()
    {
        QVERIFY(!composer::charactersLeft(QString(3000, u'x')));
        QCOMPARE(composer::charactersLeft(QString(4000, u'x')), 96);
        QCOMPARE(composer::charactersLeft(QString(4100, u'x')), -4);
    }

    void aLongTextIsCutWhereItMayBe()
    {
        QCOMPARE(composer::parts(u"short"_qs), QStringList({u"short"_qs}));
        QVERIFY(composer::parts(u" \n "_qs).isEmpty());
        const QString words = QString(3000, u'a') + u' ' + QString(3000, u'b');
        const QStringList parts = composer::parts(words);
        QCOMPARE(parts.size(), 2);
        QCOMPARE(parts.join(QString()), words);
        QVERIFY(parts.at(1).startsWith(u'b'));
        const QString emoji = u"x"_qs + u"👍"_qs.repeated(3000);
        for (const QString &part : composer::parts(emoji))
            QVERIFY(composer::maySend(part)); // no half of a pair
        QCOMPARE(composer::parts(emoji).join(QString()), emoji);
    }

    void sentTextsAreRecalled()
    {
        SentHistory history;
        QVERIFY(!history.earlier(u"g"_qs, {}));
        history.sent(u"g"_qs, u"one"_qs);
        history.sent(u"g"_qs, u"two"_qs);
        QCOMPARE(history.earlier(u"g"_qs, u"writing"_qs), u"two"_qs);
        QCOMPARE(history.earlier(u"g"_qs, u"two"_qs), u"one"_qs);
        QVERIFY(!history.earlier(u"g"_qs, u"one"_qs));
        QCOMPARE(history.later(u"g"_qs), u"two"_qs);
        QCOMPARE(history.later(u"g"_qs), u"writing"_qs);
        QVERIFY(!history.later(u"g"_qs));
        QVERIFY(!history.earlier(u"other"_qs, {}));
        history.sent(u"g"_qs, u"one"_qs); // again: once in the list
        QCOMPARE(history.earlier(u"g"_qs, {}), u"one"_qs);
        QCOMPARE(history.earlier(u"g"_qs, {}), u"two"_qs);
        QVERIFY(!history.earlier(u"g"_qs, {}));
        history.stop(u"g"_qs);
        QVERIFY(!history.isRecalling(u"g"_qs));
    }
};

QTEST_GUILESS_MAIN(ComposerStateTest)

#include "tst_composerstate.moc"
