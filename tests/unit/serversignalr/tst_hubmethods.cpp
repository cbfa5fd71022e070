// SPDX-License-Identifier: MIT
#include "server/signalr/hubmethods.h"
#include "tests/support/waitfor.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::signalr;

namespace {

class Methods : public Hub
{
public:
    int calls = 0;

    QCoro::Task<Expected<void>> nothing()
    {
        ++calls;
        co_return Expected<void>();
    }
    QCoro::Task<Expected<qint64>> add(qint64 a, int b)
    {
        ++calls;
        co_return a + b;
    }
    QCoro::Task<Expected<QString>> text(QString given)
    {
        ++calls;
        co_return given;
    }
    QCoro::Task<Expected<bool>> isSet(std::optional<qint64> given)
    {
        ++calls;
        co_return given.has_value();
    }
    QCoro::Task<Expected<double>> half(double given)
    {
        ++calls;
        co_return given / 2;
    }
    QCoro::Task<Expected<QList<QString>>> list(QList<QString> given)
    {
        ++calls;
        co_return given;
    }
    QCoro::Task<Expected<std::optional<qint64>>> maybe(bool some)
    {
        ++calls;
        co_return some ? std::optional<qint64>(1) : std::nullopt;
    }
    QCoro::Task<Expected<quint8>> narrow(quint8 given)
    {
        ++calls;
        co_return given;
    }
    QCoro::Task<Expected<Value>> any(Value given)
    {
        ++calls;
        co_return given;
    }
    QCoro::Task<Expected<void>> fail()
    {
        ++calls;
        co_return failure(Error::Code::NotFound, QStringLiteral("No such thing."));
    }
    QCoro::Task<Expected<void>> count(StreamWriter<qint64>, qint64)
    {
        ++calls;
        co_return Expected<void>();
    }
};

HubMethods registered()
{
    HubMethods methods;
    methods.add(QStringLiteral("Nothing"), &Methods::nothing);
    methods.add(QStringLiteral("Add"), &Methods::add);
    methods.add(QStringLiteral("Text"), &Methods::text);
    methods.add(QStringLiteral("IsSet"), &Methods::isSet);
    methods.add(QStringLiteral("Half"), &Methods::half);
    methods.add(QStringLiteral("List"), &Methods::list);
    methods.add(QStringLiteral("Maybe"), &Methods::maybe);
    methods.add(QStringLiteral("Narrow"), &Methods::narrow);
    methods.add(QStringLiteral("Any"), &Methods::any);
    methods.add(QStringLiteral("Fail"), &Methods::fail);
    methods.add(QStringLiteral("Count"), &Methods::count);
    return methods;
}

Value text(const char *utf8)
{
    return QString::fromUtf8(utf8);
}

} // namespace

Q_DECLARE_METATYPE(nextchat::signalr::Value)

class TestHubMethods : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void calls_data();
    void calls();
    void refusesWhatDoesNotFit_data();
    void refusesWhatDoesNotFit();
    void reportsErrors();
    void findsWithoutRegardToCase();
    void knowsArityAndStreams();
};

void TestHubMethods::calls_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<Value>("arguments");
    QTest::addColumn<Value>("result");
    int rows = 0;
    const auto row = [&rows](const char *method, Value::Array arguments, const Value &result) {
        QTest::addRow("%s %d", method, ++rows)
            << QString::fromLatin1(method) << Value(std::move(arguments)) << result;
    };
    row("Add", {Value(2), Value(-3)}, Value(-1));
    row("Add", {Value(std::numeric_limits<qint64>::min()), Value(0)},
        Value(std::numeric_limits<qint64>::min()));
    row("Text", {text("a")}, text("a"));
    row("Text", {text("")}, text(""));
    row("Text", {Value()}, Value());
    row("IsSet", {Value()}, Value(false));
    row("IsSet", {Value(0)}, Value(true));
    row("Half", {Value(3.0)}, Value(1.5));
    row("Half", {Value(3)}, Value(1.5));
    row("List", {Value(Value::Array{text("a"), Value()})}, Value(Value::Array{text("a"), Value()}));
    row("List", {Value(Value::Array())}, Value(Value::Array()));
    row("Maybe", {Value(true)}, Value(1));
    row("Maybe", {Value(false)}, Value());
    row("Narrow", {Value(255)}, Value(255));
    row("Any", {Value()}, Value());
    row("Any", {Value(Value::Map{{{QStringLiteral("k"), Value(1)}}})},
        Value(Value::Map{{{QStringLiteral("k"), Value(1)}}}));
}

void TestHubMethods::calls()
{
    QFETCH(QString, method);
    QFETCH(Value, arguments);
    QFETCH(Value, result);
    const HubMethods methods = registered();
    Methods hub;
    auto call = methods.find(method)->start(hub, {*arguments.get<Value::Array>(), nullptr, {}});
    QVERIFY(call);
    const auto outcome = test::waitFor(std::move(*call));
    QVERIFY(outcome && *outcome && **outcome);
    QVERIFY(***outcome == result);
    QCOMPARE(hub.calls, 1);
}

void TestHubMethods::refusesWhatDoesNotFit_data()
{
    QTest::addColumn<QString>("method");
    QTest::addColumn<Value>("arguments");
    const auto row = [](const char *name, const char *method, Value::Array arguments) {
        QTest::newRow(name) << QString::fromLatin1(method) << Value(std::move(arguments));
    };
    row("text for a number", "Add", {text("2"), Value(3)});
    row("second is wrong", "Add", {Value(2), text("3")});
    row("fraction for an integer", "Add", {Value(2.5), Value(3)});
    row("null for a number", "Add", {Value(), Value(3)});
    row("too large for int", "Add", {Value(1), Value(qint64(1) << 40)});
    row("negative for unsigned", "Narrow", {Value(-1)});
    row("too large for a byte", "Narrow", {Value(256)});
    row("number for text", "Text", {Value(1)});
    row("text for optional number", "IsSet", {text("1")});
    row("number for bool", "Maybe", {Value(1)});
    row("text for double", "Half", {text("1.5")});
    row("text for a list", "List", {text("a")});
    row("wrong element in a list", "List", {Value(Value::Array{text("a"), Value(1)})});
    row("null for a list", "List", {Value()});
    row("text for a stream's argument", "Count", {text("a")});
}

void TestHubMethods::refusesWhatDoesNotFit()
{
    QFETCH(QString, method);
    QFETCH(Value, arguments);
    const HubMethods methods = registered();
    Methods hub;
    QVERIFY(!methods.find(method)->start(hub, {*arguments.get<Value::Array>(), nullptr, {}}));
    QCOMPARE(hub.calls, 0);
}

void TestHubMethods::reportsErrors()
{
    const HubMethods methods = registered();
    Methods hub;
    const auto outcome =
        test::waitFor(std::move(*methods.find(QStringLiteral("Fail"))->start(hub, {{}, nullptr, {}})));
    QVERIFY(outcome && !*outcome);
    QCOMPARE(outcome->error().message, QStringLiteral("No such thing."));
    const auto nothing =
        test::waitFor(std::move(*methods.find(QStringLiteral("Nothing"))->start(hub, {{}, nullptr, {}})));
    QVERIFY(nothing && *nothing && !**nothing); // void: no result at all
}

void TestHubMethods::findsWithoutRegardToCase() // check 64
{
    const HubMethods methods = registered();
    for (const char *name : {"Add", "add", "ADD", "aDD"})
        QCOMPARE(methods.find(QString::fromLatin1(name))->name, QStringLiteral("Add"));
    QVERIFY(!methods.find(QStringLiteral("Ad")));
    QVERIFY(!methods.find(QString()));
}

void TestHubMethods::knowsArityAndStreams()
{
    const HubMethods methods = registered();
    QCOMPARE(methods.find(QStringLiteral("Add"))->arity, std::size_t(2));
    QVERIFY(!methods.find(QStringLiteral("Add"))->streams);
    QCOMPARE(methods.find(QStringLiteral("Nothing"))->arity, std::size_t(0));
    QCOMPARE(methods.find(QStringLiteral("Count"))->arity,
             std::size_t(1)); // the writer is not the client's to give
    QVERIFY(methods.find(QStringLiteral("Count"))->streams);
}

QTEST_GUILESS_MAIN(TestHubMethods)
#include "tst_hubmethods.moc"
