// SPDX-License-Identifier: MIT
#include "client-cli/colours.h"

#include <QTest>

#include <cmath>

using namespace nextchat::console;
using namespace Qt::StringLiterals;

namespace {

// Of a colour of the 6 by 6 by 6 cube of xterm; WCAG 2.1, relative luminance.
double luminanceOf(int colour)
{
    static constexpr std::array levels{0, 95, 135, 175, 215, 255};
    const auto linear = [](int level) {
        const double share = level / 255.0;
        return share <= 0.04045 ? share / 12.92 : std::pow((share + 0.055) / 1.055, 2.4);
    };
    const auto index = static_cast<std::size_t>(colour - 16);
    return 0.2126 * linear(levels.at(index / 36)) + 0.7152 * linear(levels.at(index / 6 % 6))
        + 0.0722 * linear(levels.at(index % 6));
}

} // namespace

class ColoursTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void chooses_data();
    void chooses();
    void aUserKeepsTheirColour();
    void usersDiffer();
    void isReadableOnDarkAndLight();
};

void ColoursTest::chooses_data()
{
    QTest::addColumn<ColourChoice>("choice");
    QTest::addColumn<QStringList>("environment");
    QTest::addColumn<bool>("isTerminal");
    QTest::addColumn<Colours>("colours");
    using S = QStringList;
    const S xterm{u"TERM=xterm"_s};
    const S many{u"TERM=xterm-256color"_s};
    QTest::newRow("a terminal") << ColourChoice::Auto << xterm << true << Colours::Eight;
    QTest::newRow("of many colours") << ColourChoice::Auto << many << true << Colours::Many;
    QTest::newRow("of many, otherwise said")
        << ColourChoice::Auto << S{u"TERM=foot"_s, u"COLORTERM=truecolor"_s} << true << Colours::Many;
    QTest::newRow("a pipe") << ColourChoice::Auto << many << false << Colours::No;
    QTest::newRow("dumb") << ColourChoice::Auto << S{u"TERM=dumb"_s} << true << Colours::No;
    QTest::newRow("no TERM") << ColourChoice::Auto << S{} << true << Colours::No;
    QTest::newRow("NO_COLOR") << ColourChoice::Auto << S{u"TERM=xterm"_s, u"NO_COLOR=1"_s} << true
                              << Colours::No;
    QTest::newRow("an empty NO_COLOR")
        << ColourChoice::Auto << S{u"TERM=xterm"_s, u"NO_COLOR="_s} << true << Colours::Eight;
    QTest::newRow("never") << ColourChoice::Never << many << true << Colours::No;
    QTest::newRow("always") << ColourChoice::Always << S{u"TERM=xterm"_s, u"NO_COLOR=1"_s} << false
                            << Colours::Eight;
}

void ColoursTest::chooses()
{
    QFETCH(ColourChoice, choice);
    QFETCH(QStringList, environment);
    QFETCH(bool, isTerminal);
    QProcessEnvironment variables;
    for (const QString &variable : environment)
        variables.insert(variable.section(u'=', 0, 0), variable.section(u'=', 1));
    QTEST(chooseColours(choice, variables, isTerminal), "colours");
}

void ColoursTest::aUserKeepsTheirColour()
{
    QCOMPARE(colourOfUser(u"ann"_s, Colours::No), QByteArray());
    // From one version of the program to the next as well.
    QCOMPARE(colourOfUser(u"ann"_s, Colours::Many), QByteArray("38;5;62"));
    QCOMPARE(colourOfUser(u"ann"_s, Colours::Eight), QByteArray("32"));
    QCOMPARE(colourOfUser(u"J\u00f6rg"_s, Colours::Many), QByteArray("38;5;65"));
}

void ColoursTest::usersDiffer()
{
    for (const auto &[colours, least] : {std::pair(Colours::Eight, 5), std::pair(Colours::Many, 18)}) {
        QSet<QByteArray> seen;
        for (int i = 0; i < 200; ++i)
            seen.insert(colourOfUser(u"user%1"_s.arg(i), colours));
        QVERIFY2(seen.size() >= least, QByteArray::number(seen.size()).constData());
    }
}

void ColoursTest::isReadableOnDarkAndLight()
{
    for (const int colour : coloursOfUsers()) {
        const double luminance = luminanceOf(colour);
        QVERIFY2((luminance + 0.05) / 0.05 >= 4.0, QByteArray::number(colour).constData()); // to black
        QVERIFY2(1.05 / (luminance + 0.05) >= 4.0, QByteArray::number(colour).constData()); // to white
    }
}

QTEST_GUILESS_MAIN(ColoursTest)
#include "tst_colours.moc"
