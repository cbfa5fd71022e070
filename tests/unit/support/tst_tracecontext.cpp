// SPDX-License-Identifier: MIT
#include "common/support/tracecontext.h"

#include <QTest>

using namespace nextchat;

namespace {

const QByteArray good = "00-4bf92f3577b34da6a3ce929d0e0e4736-00f067aa0ba902b7-01";

} // namespace

// W3C Trace Context 3.2.
class TraceContextTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void aGoodOneIsTaken()
    {
        const TraceContext context = TraceContext::parse(good);
        QVERIFY(!context.isNone());
        QCOMPARE(context.text(), good);
        QCOMPARE(context.traceId(), QStringLiteral("4bf92f3577b34da6a3ce929d0e0e4736"));
        QCOMPARE(context.parentId(), QStringLiteral("00f067aa0ba902b7"));
        QVERIFY(TraceContext().isNone() && !TraceContext().isSampled());
        QVERIFY(TraceContext().text().isEmpty());
    }

    void theLowestFlagIsSampled_data()
    {
        QTest::addColumn<QByteArray>("flags");
        QTest::addColumn<bool>("isSampled");
        for (const char *flags : {"01", "03", "ff", "0b", "81"})
            QTest::newRow(flags) << QByteArray(flags) << true;
        for (const char *flags : {"00", "02", "fe", "0a", "10"})
            QTest::newRow(flags) << QByteArray(flags) << false;
    }
    void theLowestFlagIsSampled()
    {
        QFETCH(QByteArray, flags);
        const TraceContext context = TraceContext::parse(QByteArray(good.first(53) + flags));
        QVERIFY(!context.isNone());
        QTEST(context.isSampled(), "isSampled");
    }

    void laterVersionsAreTakenAsFarAsTheyAreKnown()
    {
        for (const QByteArray &more : {QByteArray(), QByteArray("-what comes later")})
            QCOMPARE(TraceContext::parse(QByteArray("cc" + good.sliced(2) + more)).text(), good);
    }

    void everythingElseIsNone_data()
    {
        QTest::addColumn<QByteArray>("text");
        for (qsizetype length = 0; length < good.size(); ++length)
            QTest::addRow("the first %d", int(length)) << good.first(length);
        for (qsizetype i = 0; i < good.size(); ++i) {
            for (const char *wrong : {"g", "A", " ", "\xe4"}) {
                QTest::addRow("%s at %d", wrong[0] == '\xe4' ? "not ASCII" : wrong, int(i))
                    << QByteArray(good).replace(i, 1, wrong);
            }
        }
        QTest::newRow("more in version 00") << QByteArray(good + "-more");
        QTest::newRow("more without a separator") << QByteArray("cc" + good.sliced(2) + "x");
        QTest::newRow("version ff") << QByteArray("ff" + good.sliced(2));
        QTest::newRow("no trace") << QByteArray(good).replace(3, 32, QByteArray(32, '0'));
        QTest::newRow("no parent") << QByteArray(good).replace(36, 16, QByteArray(16, '0'));
        QTest::newRow("too long") << QByteArray("cc" + good.sliced(2) + '-'
                                                + QByteArray(TraceContext::longest, 'x'));
        QTest::newRow("a line break") << QByteArray(good + '\n');
    }
    void everythingElseIsNone()
    {
        QFETCH(QByteArray, text);
        QVERIFY(TraceContext::parse(text).isNone());
    }
};

QTEST_APPLESS_MAIN(TraceContextTest)
#include "tst_tracecontext.moc"
