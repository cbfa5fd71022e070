// SPDX-License-Identifier: MIT
#include "client-cli/safetext.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace nextchat::console;
using namespace Qt::StringLiterals;

class SafeTextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void makesSafe_data();
    void makesSafe();
    void nothingThatATerminalObeysIsLeft();
    void jsonMeansTheSame();
};

void SafeTextTest::makesSafe_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("safe");
    QTest::newRow("plain") << u"Grüße, \U0001F600!"_s << u"Grüße, \U0001F600!"_s;
    QTest::newRow("escape sequence") << u"\x1b[31mred"_s << u"\u241b[31mred"_s;
    QTest::newRow("title") << u"\x1b]0;x\x07"_s << u"\u241b]0;x\u2407"_s;
    QTest::newRow("line breaks") << u"a\nb\u2028c\u2029d\u0085e"_s << u"a\u2424b\u2424c\u2424d\u2424e"_s;
    QTest::newRow("carriage return") << u"a\rb"_s << u"a\u240db"_s;
    QTest::newRow("tab") << u"a\tb"_s << u"a b"_s;
    QTest::newRow("delete") << u"a\x7f"_s << u"a\u2421"_s;
    QTest::newRow("C1") << QString(u"\u009b31m"_s) << u"\ufffd31m"_s;
    QTest::newRow("right-to-left override") << u"a\u202eb"_s << u"a\ufffdb"_s;
    QTest::newRow("isolate") << u"a\u2066b"_s << u"a\ufffdb"_s;
    QTest::newRow("joiner of an emoji stays")
        << u"\U0001F468\u200d\U0001F469"_s << u"\U0001F468\u200d\U0001F469"_s;
}

void SafeTextTest::makesSafe()
{
    QFETCH(QString, text);
    QTEST(safeText(text), "safe");
}

void SafeTextTest::nothingThatATerminalObeysIsLeft()
{
    for (char16_t c = 0; c < 0x300; ++c) {
        const QString safe = safeText(QString(QChar(c)));
        QCOMPARE(safe.size(), 1);
        QVERIFY2(safe.front().category() != QChar::Other_Control, qPrintable(QString::number(c)));
    }
}

void SafeTextTest::jsonMeansTheSame()
{
    QString text;
    for (char16_t c = 0; c < 0x2100; ++c)
        text += QChar(c);
    const QJsonObject object{{u"text"_s, text}};
    const QString json = safeJson(QString::fromUtf8(QJsonDocument(object).toJson(QJsonDocument::Compact)));
    QCOMPARE(QJsonDocument::fromJson(json.toUtf8()).object(), object);
    for (const QChar c : json)
        QVERIFY(c.category() != QChar::Other_Control && c.unicode() != 0x202e);
}

QTEST_GUILESS_MAIN(SafeTextTest)
#include "tst_safetext.moc"
