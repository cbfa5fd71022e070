// SPDX-License-Identifier: MIT
#include "client-cli/printer.h"

#include <QJsonArray>
#include <QJsonDocument>
#include <QTest>

using namespace nextchat;
using console::Colours;
using console::Printer;
using namespace Qt::StringLiterals;

class PrinterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void initTestCase();
    void init();
    void aMessageInPlainLines();
    void aMessageInLocalTime();
    void aMessageInColours();
    void aMessageAsJson();
    void histories();
    void lists();
    void notices();
    void presence();
    void jsonGoesToOnePlace();
    void hostileTextsStayInTheirLine();

private:
    [[nodiscard]] Printer printer(Printer::Format format, Colours colours = Colours::No)
    {
        return {format, colours, colours, [this](const QString &line) { m_results.append(line); },
                [this](const QString &line) { m_notices.append(line); }};
    }
    [[nodiscard]] QJsonObject json(qsizetype index = 0) const
    {
        return QJsonDocument::fromJson(m_results.value(index).toUtf8()).object();
    }

    QStringList m_results;
    QStringList m_notices;
    chat::Message m_message;
};

void PrinterTest::initTestCase()
{
    qputenv("TZ", "UTC0");
    m_message = {.groupId = u"general"_s,
                 .authorId = u"ann"_s,
                 .text = u"Hello"_s,
                 .sendTime = chat::Timestamp(std::chrono::microseconds(1'706'745'599'000'001)),
                 .seq = 7,
                 .epoch = u"e1"_s,
                 .clientMessageId = {}};
}

void PrinterTest::init()
{
    m_results.clear();
    m_notices.clear();
}

void PrinterTest::aMessageInPlainLines()
{
    printer(Printer::Format::Plain).message(m_message);
    QCOMPARE(m_results, QStringList{u"general [2024-01-31 23:59]: ann: Hello"_s});
}

void PrinterTest::aMessageInLocalTime()
{
    qputenv("TZ", "XYZ-02:00");
    tzset();
    printer(Printer::Format::Plain).message(m_message);
    qputenv("TZ", "UTC0");
    tzset();
    QCOMPARE(m_results, QStringList{u"general [2024-02-01 01:59]: ann: Hello"_s});
}

void PrinterTest::aMessageInColours()
{
    printer(Printer::Format::Plain, Colours::Many).message(m_message);
    QCOMPARE(m_results,
             QStringList{u"general\x1b[2m [2024-01-31 23:59]: \x1b[0m\x1b[1;%1mann\x1b[0m: Hello"_s.arg(
                 QLatin1String(console::colourOfUser(u"ann"_s, Colours::Many)))});
}

void PrinterTest::aMessageAsJson()
{
    printer(Printer::Format::Json, Colours::Many).message(m_message);
    QCOMPARE(m_results.size(), 1);
    QCOMPARE(json(),
             (QJsonObject{{u"event"_s, u"message"_s},
                          {u"groupId"_s, u"general"_s},
                          {u"authorId"_s, u"ann"_s},
                          {u"text"_s, u"Hello"_s},
                          {u"sendTime"_s, u"2024-01-31T23:59:59.000001+00:00"_s},
                          {u"seq"_s, 7},
                          {u"epoch"_s, u"e1"_s},
                          {u"clientMessageId"_s, QJsonValue::Null}}));
    m_message.clientMessageId = u"c"_s;
    printer(Printer::Format::Json).message(m_message);
    m_message.clientMessageId = QString();
    QCOMPARE(json(1).value(u"clientMessageId"), QJsonValue(u"c"_s));
}

void PrinterTest::histories()
{
    printer(Printer::Format::Plain).history(u"general"_s, {m_message, m_message}, true, true);
    QCOMPARE(m_results.size(), 2);
    QVERIFY(m_notices.isEmpty());
    printer(Printer::Format::Plain).history(u"general"_s, {}, false, false);
    QCOMPARE(m_notices.size(), 1);
    m_results.clear();
    printer(Printer::Format::Json).history(u"general"_s, {m_message}, true, false);
    QCOMPARE(m_results.size(), 1);
    QCOMPARE(json().value(u"event"), QJsonValue(u"history"_s));
    QCOMPARE(json().value(u"groupId"), QJsonValue(u"general"_s));
    QCOMPARE(json().value(u"hasMore"), QJsonValue(true));
    QCOMPARE(json().value(u"complete"), QJsonValue(false));
    QCOMPARE(json().value(u"messages")[0][u"text"], QJsonValue(u"Hello"_s));
}

void PrinterTest::lists()
{
    printer(Printer::Format::Plain).groups({u"a"_s, u"b"_s});
    printer(Printer::Format::Plain).members(u"g"_s, {u"ann"_s});
    QCOMPARE(m_results, (QStringList{u"a"_s, u"b"_s, u"ann"_s}));
    m_results.clear();
    printer(Printer::Format::Json).groups({u"a"_s});
    printer(Printer::Format::Json).members(u"g"_s, {u"ann"_s});
    QCOMPARE(m_results,
             (QStringList{uR"({"event":"groups","groups":[{"groupId":"a"}]})"_s,
                          uR"({"event":"members","groupId":"g","members":["ann"]})"_s}));
}

void PrinterTest::notices()
{
    const Printer plain = printer(Printer::Format::Plain);
    plain.joined(u"g"_s, u"ann"_s);
    plain.left(u"g"_s, u"ann"_s);
    plain.state(u"connected"_s, u"Connected."_s);
    plain.error(u"Group 'x' does not exist."_s, u"join"_s);
    QCOMPARE(m_notices,
             (QStringList{u"ann joined 'g'."_s, u"ann left 'g'."_s, u"Connected."_s,
                          u"join: Group 'x' does not exist."_s}));
    QVERIFY(m_results.isEmpty());
}

void PrinterTest::presence()
{
    const auto say = [](const Printer &to) {
        to.watching(u"g"_s, true);
        to.memberJoined(u"g"_s, u"ann"_s);
        to.typing(u"g"_s, u"ann"_s);
        to.memberLeft(u"g\n"_s, u"%2"_s);
        to.watching(u"g"_s, false);
    };
    say(printer(Printer::Format::Plain));
    QCOMPARE(m_results,
             (QStringList{u"ann joined 'g'."_s, u"ann is typing in 'g'."_s, u"%2 left 'g\u2424'."_s}));
    QCOMPARE(m_notices, (QStringList{u"Watching 'g'."_s, u"No longer watching 'g'."_s}));
    init();
    say(printer(Printer::Format::Json));
    QCOMPARE(m_results,
             (QStringList{uR"({"event":"watching","groupId":"g","on":true})"_s,
                          uR"({"event":"memberJoined","groupId":"g","userId":"ann"})"_s,
                          uR"({"event":"typing","groupId":"g","userId":"ann"})"_s,
                          uR"({"event":"memberLeft","groupId":"g\n","userId":"%2"})"_s,
                          uR"({"event":"watching","groupId":"g","on":false})"_s}));
    QVERIFY(m_notices.isEmpty());
}

void PrinterTest::jsonGoesToOnePlace()
{
    const Printer lines = printer(Printer::Format::Json);
    lines.joined(u"g"_s, u"ann"_s);
    lines.left(u"g"_s, u"ann"_s);
    lines.state(u"connected"_s, u"Connected."_s, {{u"userId"_s, u"ann"_s}});
    lines.error(u"No."_s);
    QCOMPARE(m_results,
             (QStringList{uR"({"event":"joined","groupId":"g","userId":"ann"})"_s,
                          uR"({"event":"left","groupId":"g","userId":"ann"})"_s,
                          uR"({"event":"state","state":"connected","userId":"ann"})"_s,
                          uR"({"error":"No.","event":"error"})"_s}));
    QVERIFY(m_notices.isEmpty());
}

void PrinterTest::hostileTextsStayInTheirLine()
{
    chat::Message hostile = m_message;
    hostile.groupId = u"g\x1b[2J"_s;
    hostile.authorId = u"ann\r"_s;
    hostile.text = u"x\ngeneral [2024-01-31 23:59]: ben: forged\x1b]52;c;eA==\x07\u009b"_s;
    for (const auto format : {Printer::Format::Plain, Printer::Format::Json}) {
        printer(format).message(hostile);
        printer(format).members(u"g"_s, {hostile.authorId});
        printer(format).groups({hostile.groupId});
        printer(format).error(hostile.text);
    }
    QCOMPARE(m_results.size() + m_notices.size(), 8);
    for (const QString &line : m_results + m_notices) {
        for (const QChar c : line)
            QVERIFY2(c.category() != QChar::Other_Control, qPrintable(line));
    }
}

QTEST_GUILESS_MAIN(PrinterTest)
#include "tst_printer.moc"
