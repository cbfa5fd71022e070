// SPDX-License-Identifier: MIT
#include "common/support/logging.h"

#include <QFile>
#include <QJsonDocument>
#include <QJsonObject>
#include <QLoggingCategory>
#include <QTemporaryFile>
#include <QTest>

#include <functional>
#include <thread>
#include <unistd.h>

using namespace nextchat;
using namespace Qt::StringLiterals;

namespace {

Q_LOGGING_CATEGORY(oursLog, "nextchat.test")
Q_LOGGING_CATEGORY(innerLog, "nextchat.test.inner")
Q_LOGGING_CATEGORY(foreignLog, "qt.something")

// What the process writes to stderr while `work` runs.
QByteArray capturedStderr(const std::function<void()> &work)
{
    QTemporaryFile file;
    if (!file.open())
        qFatal("cannot open a temporary file");
    const int saved = dup(STDERR_FILENO);
    dup2(file.handle(), STDERR_FILENO);
    work();
    dup2(saved, STDERR_FILENO);
    close(saved);
    file.seek(0);
    return file.readAll();
}

} // namespace

class LoggingTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void recordsAreOneLine_data()
    {
        QTest::addColumn<LogRecord>("record");
        QTest::addColumn<QByteArray>("text");
        QTest::addColumn<QByteArray>("json");
        const QDateTime time(QDate(2024, 5, 1), QTime(12, 0, 0, 7), Qt::UTC);
        const auto row = [&time](const char *name, const QString &message, auto fields,
                                 const QByteArray &text, const QByteArray &json) {
            QTest::newRow(name) << LogRecord{time, QtInfoMsg, u"c"_s, message, fields}
                                << QByteArray("2024-05-01T12:00:00.007Z info c: " + text + '\n')
                                << QByteArray("{\"category\":\"c\"," + json
                                              + ",\"time\":\"2024-05-01T12:00:00.007Z\"}\n");
        };
        using Fields = std::vector<std::pair<QString, QString>>;
        row("plain", u"Hello."_s, Fields(), "Hello.", "\"level\":\"info\",\"message\":\"Hello.\"");
        row("fields", u"Hello."_s,
            Fields{{u"a"_s, u"1"_s}, {u"b"_s, u"two \"words\""_s}, {u"c"_s, QString()}, {u"d"_s, u"x=y"_s}},
            "Hello. a=1 b=\"two \\\"words\\\"\" c=\"\" d=\"x=y\"",
            "\"fields\":{\"a\":\"1\",\"b\":\"two "
            "\\\"words\\\"\",\"c\":\"\",\"d\":\"x=y\"},\"level\":\"info\","
            "\"message\":\"Hello.\"");
        row("controls", u"a\nb\r\tc\x1b[31m\u0000"_s, Fields{{u"f"_s, u"x\ny"_s}},
            "a\\nb\\u{d}\\tc\\u{1b}[31m\\u{0} f=\"x\\ny\"",
            "\"fields\":{\"f\":\"x\\\\ny\"},\"level\":\"info\",\"message\":\"a\\\\nb\\\\u{d}\\\\tc\\\\u{1b}["
            "31m\\\\u{0}\"");
        row("disguises", u"a\u2028b\u202ec\u0085d"_s, Fields(), "a\\u{2028}b\\u{202e}c\\u{85}d",
            "\"level\":\"info\",\"message\":\"a\\\\u{2028}b\\\\u{202e}c\\\\u{85}d\"");
        row("other scripts", u"\u00fc \U0001F600"_s, Fields(), "\xc3\xbc \xf0\x9f\x98\x80",
            "\"level\":\"info\",\"message\":\"\xc3\xbc \xf0\x9f\x98\x80\"");
        const QByteArray cut = QByteArray(8192, 'x') + "...";
        row("long", QString(100'000, u'x'), Fields(), cut, "\"level\":\"info\",\"message\":\"" + cut + '"');
    }
    void recordsAreOneLine()
    {
        QFETCH(LogRecord, record);
        QTEST(record.toLine(LogFormat::Text), "text");
        QTEST(record.toLine(LogFormat::Json), "json");
        QVERIFY(QJsonDocument::fromJson(record.toLine(LogFormat::Json)).isObject());
    }

    void timesAreUtc()
    {
        const QDateTime time(QDate(2024, 5, 1), QTime(12, 0, 0, 7), Qt::OffsetFromUTC, 7200);
        QVERIFY((LogRecord{.time = time}).toLine(LogFormat::Text).startsWith("2024-05-01T10:00:00.007Z "));
    }

    void levelsDecideWhatIsWritten_data()
    {
        QTest::addColumn<QString>("level");
        QTest::addColumn<QString>(
            "written"); // o: ours, i: inner, f: foreign, each with debug, info, warning, error
        QTest::newRow("debug") << u"debug"_s << u"od oi ow oe id ii iw ie fi fw fe"_s;
        QTest::newRow("info") << u"info"_s << u"oi ow oe ii iw ie fi fw fe"_s;
        QTest::newRow("warning") << u"warning"_s << u"ow oe iw ie fw fe"_s;
        QTest::newRow("error") << u"error"_s << u"oe ie fe"_s;
        QTest::newRow("exception") << u"error,nextchat.test.inner=info"_s << u"oe ii iw ie fe"_s;
        QTest::newRow("with children") << u"error,nextchat.test=warning"_s << u"ow oe iw ie fe"_s;
        QTest::newRow("quieter") << u"info, qt=error"_s << u"oi ow oe ii iw ie fe"_s;
        QTest::newRow("a later one wins")
            << u"error,nextchat.test=info,nextchat.test.inner=error"_s << u"oi ow oe ie fe"_s;
        QTest::newRow("qt on demand") << u"info,qt.something=debug"_s << u"oi ow oe ii iw ie fd fi fw fe"_s;
    }
    void levelsDecideWhatIsWritten()
    {
        QFETCH(QString, level);
        const QByteArray output = capturedStderr([&level] {
            const Logging logging({.level = level});
            qCDebug(oursLog) << "od";
            qCInfo(oursLog) << "oi";
            if (oursLog().isWarningEnabled())
                warn(oursLog().categoryName(), "ow");
            qCCritical(oursLog) << "oe";
            qCDebug(innerLog) << "id";
            qCInfo(innerLog) << "ii";
            if (innerLog().isWarningEnabled())
                warn(innerLog().categoryName(), "iw");
            qCCritical(innerLog) << "ie";
            qCDebug(foreignLog) << "fd";
            qCInfo(foreignLog) << "fi";
            if (foreignLog().isWarningEnabled())
                warn(foreignLog().categoryName(), "fw");
            qCCritical(foreignLog) << "fe";
        });
        QStringList written;
        for (const QByteArray &line : output.trimmed().split('\n'))
            written.push_back(QString::fromUtf8(line.right(2)));
        QTEST(written.join(u' '), "written");
    }

    void badLevelsAreRefused_data()
    {
        QTest::addColumn<QString>("level");
        for (const char *level :
             {"", "loud", "INFO", "info,", "info,nextchat.net", "info,nextchat.net=", "info,=debug",
              "nextchat.net=debug", "info,a*=debug", "info,a=debug\nb=debug", "info,a=debug=b"})
            QTest::newRow(level) << QString::fromLatin1(level);
    }
    void badLevelsAreRefused()
    {
        QFETCH(QString, level);
        QVERIFY(!logFilterRules(level));
        QVERIFY(!logFilterRules(level).error().message.contains(u'\n'));
    }

    void fieldsComeAfterTheText()
    {
        const QByteArray output = capturedStderr([] {
            const Logging logging({.format = LogFormat::Json});
            qCInfo(oursLog) << "Closed." << field("connection", u"c 1"_s) << field("bytes", 12) << "Done.";
        });
        const QJsonObject record = QJsonDocument::fromJson(output).object();
        QCOMPARE(record.value(u"message"_s).toString().simplified(), u"Closed. Done."_s);
        QCOMPARE(record.value(u"category"_s), u"nextchat.test"_s);
        QCOMPARE(record.value(u"fields"_s).toObject().value(u"connection"_s), u"c 1"_s);
        QCOMPARE(record.value(u"fields"_s).toObject().value(u"bytes"_s), u"12"_s);
    }

    void noTextForgesALineOrAField()
    {
        const QByteArray output = capturedStderr([] {
            const Logging logging({});
            qCInfo(oursLog).noquote() << u"x\n2024-05-01T12:00:00.000Z error forged: y\x1f"
                                         "admin=true\x1f"_s
                                      << field("user", u"a\nb admin=true"_s);
        });
        QCOMPARE(output.count('\n'), 1);
        QVERIFY2(output.endsWith("\\u{1f}admin=true\\u{1f} user=\"a\\nb admin=true\"\n"), output.constData());
    }

    void withoutOurHandlerFieldsAreStillReadable()
    {
        QString text;
        QDebug(&text) << "Closed." << field("connection", u"c1"_s);
        QCOMPARE(text.simplified(), u"Closed. connection=c1"_s);
    }

    void linesOfSeveralThreadsStayWhole()
    {
        const QByteArray output = capturedStderr([] {
            const Logging logging({.format = LogFormat::Json});
            std::vector<std::thread> threads;
            for (int thread = 0; thread < 4; ++thread) {
                threads.emplace_back([thread] {
                    for (int i = 0; i < 250; ++i)
                        qCInfo(oursLog) << "Line" << QString(200, u'x') << field("thread", thread);
                });
            }
            for (std::thread &thread : threads)
                thread.join();
        });
        const QList<QByteArray> lines = output.trimmed().split('\n');
        QCOMPARE(lines.size(), 1000);
        for (const QByteArray &line : lines)
            QVERIFY2(QJsonDocument::fromJson(line).isObject(), line.constData());
    }

private:
    // As qCWarning(), which would end a test that runs with QT_FATAL_WARNINGS.
    static void warn(const char *category, const QString &text)
    {
        std::fputs(
            (LogRecord{QDateTime::currentDateTimeUtc(), QtWarningMsg, QString::fromUtf8(category), text, {}})
                .toLine(LogFormat::Text)
                .constData(),
            stderr);
    }
    static void warn(const char *category, const char *text) { warn(category, QString::fromLatin1(text)); }
};

QTEST_GUILESS_MAIN(LoggingTest)

#include "tst_logging.moc"
