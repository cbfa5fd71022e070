// SPDX-License-Identifier: MIT
#include "common/support/configurationvalue.h"

#include <QTest>

using namespace nextchat;

class ConfigurationValueTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void durationsAreReadAndWritten_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("milliseconds"); // -1: refused
        QTest::addColumn<QString>("written");
        const auto row = [](const char *text, qint64 value, const char *written = "") {
            QTest::newRow(text) << QString::fromLatin1(text) << value << QString::fromLatin1(written);
        };
        row("500ms", 500, "500ms");
        row("30s", 30'000, "30s");
        row("60s", 60'000, "1m");
        row("10m", 600'000, "10m");
        row("90m", 5'400'000, "90m");
        row("1h", 3'600'000, "1h");
        row("7d", 604'800'000, "7d");
        row("0", 0, "0");
        row("0s", 0, "0");
        row("1500ms", 1500, "1500ms");
        for (const char *bad : {"", "5", "s", "1.5s", "-1s", "+1s", " 1s", "1s ", "1 s", "1S", "1M", "1h30m",
                                "0x1s", "1_000s", "abc", "9223372036854775807s", "99999999999999999999ms"})
            row(bad, -1);
        QTest::newRow("other digits") << QStringLiteral("\u0663s") << qint64(-1) << QString();
    }
    void durationsAreReadAndWritten()
    {
        QFETCH(QString, text);
        QFETCH(qint64, milliseconds);
        const auto duration = parseDuration(text);
        QCOMPARE(duration ? duration->count() : -1, milliseconds);
        if (duration)
            QTEST(durationText(*duration), "written");
        else
            QCOMPARE(duration.error().code, Error::Code::InvalidArgument);
    }

    void sizesAreReadAndWritten_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<qint64>("bytes"); // -1: refused
        QTest::addColumn<QString>("written");
        const auto row = [](const char *text, qint64 value, const char *written = "") {
            QTest::newRow(text) << QString::fromLatin1(text) << value << QString::fromLatin1(written);
        };
        row("0", 0, "0");
        row("17", 17, "17B");
        row("17B", 17, "17B");
        row("32KiB", 32768, "32KiB");
        row("32kib", 32768, "32KiB");
        row("100KB", 100'000, "100KB");
        row("1MiB", 1'048'576, "1MiB");
        row("3MB", 3'000'000, "3MB");
        row("2GiB", 2'147'483'648, "2GiB");
        row("2048", 2048, "2KiB");
        for (const char *bad : {"", "KiB", "1.5MiB", "-1", "+1", "1 KiB", "1K", "1TiB", "0x10",
                                "9223372036854775807KiB", "99999999999999999999"})
            row(bad, -1);
    }
    void sizesAreReadAndWritten()
    {
        QFETCH(QString, text);
        QFETCH(qint64, bytes);
        const auto size = parseSize(text);
        QCOMPARE(size ? *size : -1, bytes);
        if (size) {
            QTEST(sizeText(*size), "written");
            QCOMPARE(*parseSize(sizeText(*size)), bytes);
        }
    }

    void passwordsInUrlsAreMasked_data()
    {
        QTest::addColumn<QString>("text");
        QTest::addColumn<QString>("masked");
        const auto row = [](const char *text, const char *masked) {
            QTest::newRow(text) << QString::fromLatin1(text) << QString::fromLatin1(masked);
        };
        row("redis://:hunter2@host:6379", "redis://:***@host:6379");
        row("mysql://ann:hunter2@host:3306/chat", "mysql://ann:***@host:3306/chat");
        row("mysql://ann:hun@ter/2@host/chat", "mysql://ann:***@host/chat");
        row("mysql://ann:hun:ter2@host/chat", "mysql://ann:***@host/chat");
        row("mysql://ann@host/chat", "mysql://ann@host/chat");
        row("redis://host/0?password=hunter2&db=1", "redis://host/0?password=***&db=1");
        row("redis://host?db=1&sslPassword=a#b", "redis://host?db=1&sslPassword=***#b");
        row("redis://host:6379", "redis://host:6379");
        row("sqlite:///var/lib/a@b:c", "sqlite:///var/lib/a@b:c");
        row("plain text", "plain text");
        row("127.0.0.1:5000", "127.0.0.1:5000");
    }
    void passwordsInUrlsAreMasked()
    {
        QFETCH(QString, text);
        QTEST(withoutPassword(text), "masked");
    }

    void quotedTextIsPrintableAndShort()
    {
        QCOMPARE(quoted(u"a\nb\x1b[31m"), QStringLiteral("'a?b?[31m'"));
        QCOMPARE(quoted(u""), QStringLiteral("''"));
        QCOMPARE(quoted(QString(1000, u'x')), QString(u'\'' % QString(64, u'x') % QStringLiteral("...'")));
    }
};

QTEST_GUILESS_MAIN(ConfigurationValueTest)

#include "tst_configurationvalue.moc"
