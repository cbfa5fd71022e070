// SPDX-License-Identifier: MIT
#include "common/chat/rules.h"

#include <QTest>

using namespace nextchat::chat;

class RulesTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void ids_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<bool>("valid");
        const auto row = [](const char *name, const QString &id, bool valid) {
            QTest::newRow(name) << id << valid;
        };
        row("null", QString(), false);
        row("empty", u""_qs, false);
        row("letter", u"a"_qs, true);
        row("64 units", QString(64, u'x'), true);
        row("65 units", QString(65, u'x'), false);
        row("32 pairs", u"\U0001F600"_qs.repeated(32), true);
        row("33 pairs", u"\U0001F600"_qs.repeated(33), false);
        row("blank inside", u"a b"_qs, true);
        row("leading blank", u" a"_qs, false);
        row("trailing blank", u"a "_qs, false);
        row("no-break space", u"a\u00a0"_qs, false);
        row("ideographic space", u"\u3000a"_qs, false);
        row("next line", u"a\u0085"_qs, false);
        row("line separator", u"\u2028a"_qs, false);
        row("line separator inside", u"a\u2028a"_qs, true);
        row("zero width space is no blank", u"\u200ba"_qs, true);
        row("tab", u"a\tb"_qs, false);
        row("NUL", u"a\0b"_qs, false);
        row("DEL",
            u"a\x7f"
            "b"_qs,
            false);
        row("C1 control", u"a\u009fb"_qs, false);
        row("lone high surrogate", u"a"_qs + QChar(0xD800), false);
        row("lone low surrogate", QString(QChar(0xDC00)), false);
        row("punctuation", u"{}:'\"\\/%"_qs, true);
    }

    void ids()
    {
        QFETCH(QString, id);
        QFETCH(bool, valid);
        QCOMPARE(isValidId(id), valid);
    }

    void texts_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("valid");
        const auto row = [](const char *name, const QString &text, bool valid) {
            QTest::newRow(name) << text << valid;
        };
        row("null", QString(), false);
        row("empty", u""_qs, false);
        row("letter", u"a"_qs, true);
        row("4096 units", QString(4096, u'x'), true);
        row("4097 units", QString(4097, u'x'), false);
        row("blank", u" \t\r\n\u00a0\u0085\u2028\u2029\u3000\u1680"_qs, false);
        row("blank and more", u"\n x \n"_qs, true);
        row("zero width space", u"\u200b"_qs, true);
        row("NUL", u"\0"_qs, true);
        row("lone high surrogate", u"a"_qs + QChar(0xD83D), false);
        row("lone low surrogate", QChar(0xDE00) + u"a"_qs, false);
        row("wrong way round", QString(QChar(0xDE00)) + QChar(0xD83D), false);
        row("astral", u"\U0001F600"_qs, true);
    }

    void texts()
    {
        QFETCH(QString, text);
        QFETCH(bool, valid);
        QCOMPARE(isValidText(text), valid);
    }

    void clientMessageIds()
    {
        QVERIFY(!isValidClientMessageId(QString()));
        QVERIFY(!isValidClientMessageId(u""));
        QVERIFY(isValidClientMessageId(u" "));
        QVERIFY(isValidClientMessageId(QString(64, u'x')));
        QVERIFY(!isValidClientMessageId(QString(65, u'x')));
        QVERIFY(!isValidClientMessageId(QString(QChar(0xD800))));
    }

    void searchTexts()
    {
        QVERIFY(!isValidSearchText(QString()));
        QVERIFY(!isValidSearchText(u"a"));
        QVERIFY(isValidSearchText(u"ab"));
        QVERIFY(isValidSearchText(u"  "));
        QVERIFY(isValidSearchText(u"\U0001F600")); // two code units
        QVERIFY(isValidSearchText(QString(64, u'x')));
        QVERIFY(!isValidSearchText(QString(65, u'x')));
        QVERIFY(!isValidSearchText(QString(2, QChar(0xD83D))));
        QCOMPARE(texts::badSearchText(), u"The search text must be between 2 and 64 characters."_qs);
    }

    void printsIds_data()
    {
        QTest::addColumn<QString>("id");
        QTest::addColumn<QString>("shown");
        QTest::newRow("plain") << u"room é \U0001F600"_qs << u"room é \U0001F600"_qs;
        QTest::newRow("long") << QString(70, u'x') << QString(64, u'x');
        QTest::newRow("cut pair") << QString(63, u'x') + u"\U0001F600"_qs << QString(63, u'x') + u'?';
        QTest::newRow("controls") << u"a\0\n\x7f"_qs << u"a???"_qs;
        QTest::newRow("line and paragraph") << u"a\u2028\u2029"_qs << u"a??"_qs;
        QTest::newRow("direction override") << u"a\u202eb"_qs << u"a?b"_qs;
        QTest::newRow("astral format character") << u"a\U000E0001b"_qs << u"a?b"_qs;
        QTest::newRow("lone surrogates") << QString(QChar(0xDC00)) + u'a' + QChar(0xD800) << u"?a?"_qs;
        QTest::newRow("null") << QString() << u""_qs;
    }

    void printsIds()
    {
        QFETCH(QString, id);
        QFETCH(QString, shown);
        QCOMPARE(printable(id), shown);
        QVERIFY(printable(id).isValidUtf16());
    }

    // The texts of contract.md 1.5.
    void errorTexts()
    {
        namespace t = nextchat::chat::texts;
        QCOMPARE(t::unknownGroup(u"x"), u"Group 'x' does not exist."_qs);
        QCOMPARE(t::notMember(u"x"), u"You are not a member of group 'x'."_qs);
        QCOMPARE(t::badGroupId(),
                 u"A group id must be 1 to 64 characters, without control characters and without "
                 u"leading or trailing blanks."_qs);
        QCOMPARE(t::badText(), u"A message must be 1 to 4096 characters and not blank."_qs);
        QCOMPARE(t::badClientMessageId(), u"A client message id must be 1 to 64 characters."_qs);
        QCOMPARE(t::clientMessageIdReused(),
                 u"This client message id was already used for another message."_qs);
        QCOMPARE(t::badRange(u"limit", 1, 200), u"The limit must be between 1 and 200."_qs);
        QCOMPARE(t::tooManyRequests(), u"Too many requests; slow down."_qs);
        QCOMPARE(t::tooManyGroupsOfConnection(), u"You are in too many groups."_qs);
        QCOMPARE(t::tooManyGroups(), u"There are too many groups."_qs);
        QCOMPARE(t::messagingUnavailable(), u"Messaging is temporarily unavailable; try again."_qs);
        QCOMPARE(t::unknownOutcome(),
                 u"It is not known whether the message was sent; look before you send it again."_qs);
        QCOMPARE(t::historyUnavailable(), u"History is temporarily unavailable; try again."_qs);
        QCOMPARE(t::unexpected(u"A1"), u"An unexpected error occurred (A1)."_qs);
    }
};

QTEST_GUILESS_MAIN(RulesTest)

#include "tst_rules.moc"
