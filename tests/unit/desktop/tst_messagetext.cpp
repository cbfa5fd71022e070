// SPDX-License-Identifier: MIT
#include "client-gui/model/messagetext.h"

#include <QTest>

using namespace nextchat::desktop;

class MessageTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linksAreFound_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("link");
        QTest::newRow("alone") << u"https://example.org"_qs << u"https://example.org"_qs;
        QTest::newRow("in a sentence")
            << u"See http://example.org/a?b=c, please."_qs << u"http://example.org/a?b=c"_qs;
        QTest::newRow("in brackets") << u"(see https://example.org/x)"_qs << u"https://example.org/x"_qs;
        QTest::newRow("with brackets") << u"https://example.org/x_(y)"_qs << u"https://example.org/x_(y)"_qs;
        QTest::newRow("www") << u"www.example.org."_qs << u"https://www.example.org"_qs;
        QTest::newRow("capitals") << u"HTTPS://EXAMPLE.ORG/A"_qs << u"https://example.org/A"_qs;
        QTest::newRow("another scheme") << u"javascript:alert(1) file:///etc/passwd"_qs << QString();
        QTest::newRow("inside of a word") << u"xhttp://example.org"_qs << QString();
        QTest::newRow("no host") << u"http:// and www."_qs << QString();
    }

    void linksAreFound()
    {
        QFETCH(QString, text);
        QFETCH(QString, link);
        QStringList found;
        for (const TextSpan &span : spansOf(text, {})) {
            if (span.kind == TextSpan::Kind::Link)
                found.append(span.link.toString());
        }
        QCOMPARE(found.join(u'|'), link);
    }

    void mentionsAreWholeWords_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("mentioned");
        QTest::newRow("alone") << u"@ann"_qs << true;
        QTest::newRow("in a sentence") << u"Hello @Ann, there"_qs << true;
        QTest::newRow("a longer name") << u"@annabel"_qs << false;
        QTest::newRow("an address") << u"mail bob@ann.org"_qs << false;
        QTest::newRow("without the sign") << u"ann"_qs << false;
    }

    void mentionsAreWholeWords()
    {
        QFETCH(QString, text);
        QTEST(mentions(text, u"ann"_qs), "mentioned");
    }

    void quotedLinesAndMentionsAreMarked()
    {
        const auto spans = spansOf(u"> bob: x\n@ann yes"_qs, u"ann"_qs);
        QCOMPARE(spans.size(), 2);
        QCOMPARE(spans.at(0), (TextSpan{TextSpan::Kind::Quote, 0, 8}));
        QCOMPARE(spans.at(1), (TextSpan{TextSpan::Kind::MentionOfMe, 9, 4}));
    }

    void emojiAloneAreKnown_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<bool>("alone");
        QTest::newRow("one") << u"👍"_qs << true;
        QTest::newRow("family of three code points") << u"👩‍👩‍👧"_qs << true;
        QTest::newRow("flag") << u"🇩🇪"_qs << true;
        QTest::newRow("skin colour") << u"👍🏽"_qs << true;
        QTest::newRow("heart") << u"❤️"_qs << true;
        QTest::newRow("too many") << u"👍👍👍👍👍"_qs << false;
        QTest::newRow("with words") << u"ok 👍"_qs << false;
        QTest::newRow("blank") << u" "_qs << false;
        QTest::newRow("digit") << u"1"_qs << false;
    }

    void emojiAloneAreKnown()
    {
        QFETCH(QString, text);
        QTEST(isEmojiOnly(text), "alone");
    }

    void aQuoteNamesItsAuthor()
    {
        QCOMPARE(quoted(u"bob"_qs, u"one\ntwo"_qs), u"> bob: one\n> two\n"_qs);
        QCOMPARE(quoted(u"bob"_qs, u"1\n2\n3"_qs, 2), u"> bob: 1\n> 2 …\n"_qs);
    }

    void aPreviewIsOneLine()
    {
        QCOMPARE(preview(u" a\n\n b "_qs), u"a b"_qs);
        QCOMPARE(preview(u"abcdef"_qs, 3), u"abc…"_qs);
        QCOMPARE(preview(u"ab👍"_qs, 3), u"ab…"_qs);
    }

    void whatCouldPoseAsAnotherIsReplaced()
    {
        const QString shown = showable(u"a\u202eb\u0007c\nd\te"_qs);
        QCOMPARE(shown, u"a\ufffdb\ufffdc\nd\te"_qs);
    }
};

QTEST_GUILESS_MAIN(MessageTextTest)

#include "tst_messagetext.moc"
