// SPDX-License-Identifier: MIT
#include "server/history/searchtext.h"

#include <QTest>

using namespace nextchat::history;
using namespace Qt::StringLiterals;

// Without regard to case in any script, parts of words, and nothing but text.
class SearchTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void finds_data();
    void finds();
};

void SearchTextTest::finds_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("sought");
    QTest::addColumn<bool>("found");
    const auto row = [](const char *name, const QString &text, const QString &sought, bool found) {
        QTest::newRow(name) << text << sought << found;
    };
    row("inside of a word", u"unbelievable"_s, u"liev"_s, true);
    row("the whole", u"ab"_s, u"ab"_s, true);
    row("longer than the text", u"ab"_s, u"abc"_s, false);
    row("empty text", QString(), u"ab"_s, false);
    row("ASCII case", u"Hello WORLD"_s, u"O wOrLd"_s, true);
    row("neighbours of letters have no case", u"@[`{"_s, u"`{"_s, true);
    row("@ is no `", u"@["_s, u"`{"_s, false);
    row("blanks count", u"a  b"_s, u"a b"_s, false);
    row("Latin with accents", u"CAFÉ crème"_s, u"é CRÈ"_s, true);
    row("accents count", u"cafe"_s, u"fé"_s, false);
    row("Cyrillic", u"ЖУРНАЛ"_s, u"журн"_s, true);
    row("Greek", u"ΣΊΣΥΦΟΣ"_s, u"σίσυφος"_s, true);
    row("final sigma", u"Σίσυφος"_s, u"ΦΟΣ"_s, true);
    row("final sigma sought", u"σσ"_s, u"σς"_s, true);
    row("sharp s is ss", u"Straße"_s, u"STRASSE"_s, true);
    row("ss is sharp s", u"STRASSE"_s, u"aße"_s, true);
    row("capital sharp s", u"STRA\u1E9EE"_s, u"straße"_s, true);
    row("half of a sharp s", u"ß1"_s, u"s1"_s, true);
    row("ligature", u"\uFB01le"_s, u"FILE"_s, true);
    row("I is i", u"IZ"_s, u"iz"_s, true);
    row("dotted capital I is i", u"\u0130zmir"_s, u"izm"_s, true);
    row("dotless i is I", u"\u0131\u011Fd\u0131r"_s, u"I\u011EDI"_s, true);
    row("dotless i sought", u"IZ"_s, u"\u0131z"_s, true);
    row("iota below", u"\u1FB3b"_s, u"\u0391\u0399B"_s, true);
    row("Kelvin sign", u"5 \u212A"_s, u"5 k"_s, true);
    row("long s", u"\u017Fo"_s, u"SO"_s, true);
    row("Armenian", u"ՀԱՅ"_s, u"հայ"_s, true);
    row("Georgian", u"\u1C90\u1C91"_s, u"\u10D0\u10D1"_s, true);
    row("Cherokee", u"\uAB70\uAB71"_s, u"\u13A0\u13A1"_s, true);
    row("Deseret, beyond the first plane", u"\U00010400\U00010401"_s, u"\U00010428\U00010429"_s, true);
    row("Chinese", u"中文聊天室"_s, u"聊天"_s, true);
    row("Thai", u"สวัสดีครับ"_s, u"ดีค"_s, true);
    row("Arabic", u"مرحبا بكم"_s, u"حبا ب"_s, true);
    row("emoji", u"a\U0001F600b"_s, u"\U0001F600"_s, true);
    row("another emoji of the same half", u"a\U0001F601b"_s, u"\U0001F600"_s, false);
    row("percent", u"100 percent"_s, u"1%"_s, false);
    row("percent itself", u"100%!"_s, u"0%"_s, true);
    row("underscore", u"axb"_s, u"a_b"_s, false);
    row("backslash", u"a\\b"_s, u"A\\B"_s, true);
    row("star", u"aaab"_s, u"a*b"_s, false);
    row("quote", u"it's"_s, u"t's"_s, true);
    row("NUL", QString(u"a\0b"_s), QString(u"\0B"_s), true);
    row("line breaks", u"one\ntwo"_s, u"E\nT"_s, true);
    row("byte order mark", u"\uFEFFmark"_s, u"\uFEFFM"_s, true);
    row("no byte order mark", u"mark"_s, u"\uFEFFm"_s, false);
    row("noncharacters", u"a\uFFFEb\uFFFF"_s, u"\uFFFEB"_s, true);
    row("not the replacement", u"a\uFFFEb"_s, u"\uFFFDb"_s, false);
}

void SearchTextTest::finds()
{
    QFETCH(const QString, text);
    QFETCH(const QString, sought);
    QFETCH(const bool, found);
    const SearchText search(sought);
    QCOMPARE(search.isIn(text), found);
    QCOMPARE(search.isInUtf8(text.toUtf8()), found);
}

QTEST_GUILESS_MAIN(SearchTextTest)
#include "tst_searchtext.moc"
