// SPDX-License-Identifier: MIT
#include "server/net/utf8validator.h"

#include <QByteArray>
#include <QTest>

using nextchat::net::Utf8Validator;

namespace {

// Whether the text is accepted when it comes in two pieces.
bool isValid(const QByteArray &text, qsizetype split)
{
    Utf8Validator validator;
    const std::span<const char> bytes(text.constData(), static_cast<std::size_t>(text.size()));
    const auto at = static_cast<std::size_t>(split);
    return validator.feed(bytes.first(at)) && validator.feed(bytes.subspan(at)) && validator.isComplete();
}

QByteArray encoded(char32_t point) // without regard to what is allowed
{
    const auto byte = [](char32_t value) { return static_cast<char>(value); };
    if (point < 0x80)
        return QByteArray(1, byte(point));
    if (point < 0x800)
        return QByteArray() + byte(0xC0 | point >> 6) + byte(0x80 | (point & 0x3F));
    if (point < 0x10000)
        return QByteArray() + byte(0xE0 | point >> 12) + byte(0x80 | (point >> 6 & 0x3F))
            + byte(0x80 | (point & 0x3F));
    return QByteArray() + byte(0xF0 | point >> 18) + byte(0x80 | (point >> 12 & 0x3F))
        + byte(0x80 | (point >> 6 & 0x3F)) + byte(0x80 | (point & 0x3F));
}

} // namespace

class TestUtf8Validator : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void judges_data();
    void judges();
    void acceptsEveryScalarValueAndNoSurrogate();
    void saysSoAtTheFirstBadByte();
};

void TestUtf8Validator::judges_data()
{
    QTest::addColumn<QByteArray>("text");
    QTest::addColumn<bool>("valid");
    QTest::newRow("empty") << QByteArray() << true;
    QTest::newRow("NUL") << QByteArray(1, '\0') << true;
    QTest::newRow("long ASCII") << QByteArray(1000, 'a') << true;
    QTest::newRow("bad byte behind words of ASCII") << QByteArray(QByteArray(24, 'a') + '\xFF') << false;
    QTest::newRow("two bytes") << QByteArray("\xC3\xA9") << true;
    QTest::newRow("three bytes") << QByteArray("\xE2\x82\xAC") << true;
    QTest::newRow("four bytes") << QByteArray("\xF0\x9F\x98\x80") << true;
    QTest::newRow("mixed") << QByteArray("abcdefgh\xC3\xA9ijklmnopq\xF0\x9F\x98\x80r") << true;
    QTest::newRow("lone continuation") << QByteArray("\x80") << false;
    QTest::newRow("continuation too many") << QByteArray("\xC3\xA9\xA9") << false;
    QTest::newRow("overlong slash") << QByteArray("\xC0\xAF") << false;
    QTest::newRow("overlong C1") << QByteArray("\xC1\xBF") << false;
    QTest::newRow("overlong three") << QByteArray("\xE0\x9F\xBF") << false;
    QTest::newRow("overlong four") << QByteArray("\xF0\x8F\xBF\xBF") << false;
    QTest::newRow("first surrogate") << QByteArray("\xED\xA0\x80") << false;
    QTest::newRow("last surrogate") << QByteArray("\xED\xBF\xBF") << false;
    QTest::newRow("below surrogates") << QByteArray("\xED\x9F\xBF") << true;
    QTest::newRow("U+10FFFF") << QByteArray("\xF4\x8F\xBF\xBF") << true;
    QTest::newRow("U+110000") << QByteArray("\xF4\x90\x80\x80") << false;
    QTest::newRow("F5") << QByteArray("\xF5\x80\x80\x80") << false;
    QTest::newRow("FE") << QByteArray("\xFE") << false;
    QTest::newRow("cut after lead") << QByteArray("a\xC3") << false;
    QTest::newRow("cut in three") << QByteArray("a\xE2\x82") << false;
    QTest::newRow("cut in four") << QByteArray("a\xF0\x9F\x98") << false;
    QTest::newRow("lead in place of continuation") << QByteArray("\xE2\xC3\xA9") << false;
    QTest::newRow("bounds of one character do not reach the next")
        << QByteArray("\xE0\xA0\x80\xE1\x80\x80") << true;
    QTest::newRow("likewise for the upper bound") << QByteArray("\xED\x80\x80\xEE\xBF\xBF") << true;
}

void TestUtf8Validator::judges()
{
    QFETCH(QByteArray, text);
    QFETCH(bool, valid);
    for (qsizetype split = 0; split <= text.size(); ++split)
        QVERIFY2(isValid(text, split) == valid, QByteArray::number(split).constData());
}

void TestUtf8Validator::acceptsEveryScalarValueAndNoSurrogate()
{
    for (char32_t point = 0; point < 0x110010; ++point) {
        const bool expected = point < 0xD800 || (point > 0xDFFF && point < 0x110000);
        if (isValid(encoded(point), 0) != expected)
            QFAIL(QByteArray::number(static_cast<uint>(point), 16).constData());
    }
}

void TestUtf8Validator::saysSoAtTheFirstBadByte()
{
    Utf8Validator validator;
    const QByteArray start("\xED\xA0"); // a surrogate, its last byte not there yet
    QVERIFY(!validator.feed(start));
}

QTEST_GUILESS_MAIN(TestUtf8Validator)
#include "tst_utf8validator.moc"
