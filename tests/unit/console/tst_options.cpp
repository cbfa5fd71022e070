// SPDX-License-Identifier: MIT
#include "client-cli/options.h"

#include <QTemporaryFile>
#include <QTest>

using namespace nextchat::console;
using namespace Qt::StringLiterals;

class OptionsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nothingIsFine();
    void readsAll();
    void tokenComesFromTheSafestPlace();
    void answersHelpAndVersion();
    void refuses_data();
    void refuses();
    void readsUrls_data();
    void readsUrls();

private:
    static nextchat::Expected<Options> read(QStringList arguments,
                                            const QProcessEnvironment &environment = {})
    {
        arguments.prepend(u"nextchat"_s);
        return readOptions(arguments, environment);
    }
};

void OptionsTest::nothingIsFine()
{
    const auto options = read({});
    QVERIFY(options);
    QVERIFY(!options->url.isValid());
    QVERIFY(!options->json);
    QCOMPARE(options->transports.size(), 3);
    QCOMPARE(read({u"--transport=AUTO"_s})->transports, options->transports);
    QCOMPARE(options->colours, ColourChoice::Auto);
    QVERIFY(options->commands.isEmpty() && options->token.isEmpty() && options->answer.isEmpty());
}

void OptionsTest::readsAll()
{
    const auto options =
        read({u"--url"_s, u"http://h:5000/next-chat"_s, u"--user=ann"_s, u"--json"_s, u"--transport"_s,
              u"longPolling"_s, u"-c"_s, u"list"_s, u"-c"_s, u"say g hi"_s, u"--color"_s, u"never"_s});
    QVERIFY(options);
    QCOMPARE(options->url, QUrl(u"http://h:5000/next-chat"_s));
    QCOMPARE(options->user, u"ann"_s);
    QVERIFY(options->json);
    QCOMPARE(options->transports, QList{nextchat::signalr::HubTransport::LongPolling});
    QCOMPARE(options->colours, ColourChoice::Never);
    QCOMPARE(options->commands, (QStringList{u"list"_s, u"say g hi"_s}));
}

void OptionsTest::tokenComesFromTheSafestPlace()
{
    QTemporaryFile file;
    QVERIFY(file.open());
    file.write("of-the-file\n");
    file.flush();
    QProcessEnvironment environment;
    const QStringList visible{u"--token"_s, u"visible"_s};
    auto options = read(visible, environment);
    QVERIFY(options);
    QCOMPARE(options->token, u"visible"_s);
    QVERIFY(options->tokenIsVisible);
    environment.insert(u"NEXTCHAT_TOKEN"_s, u"of-the-environment"_s);
    options = read(visible, environment);
    QVERIFY(options);
    QCOMPARE(options->token, u"of-the-environment"_s);
    QVERIFY(!options->tokenIsVisible);
    options = read(visible + QStringList{u"--token-file"_s, file.fileName()}, environment);
    QVERIFY(options);
    QCOMPARE(options->token, u"of-the-file"_s);
}

void OptionsTest::answersHelpAndVersion()
{
    const auto help = read({u"--help"_s});
    QVERIFY(help);
    for (const auto &option :
         {u"--url"_s, u"--user"_s, u"--token-file"_s, u"--transport"_s, u"--json"_s, u"--color"_s, u"-c"_s})
        QVERIFY2(help->answer.contains(option), qPrintable(option));
    const auto version = read({u"--version"_s});
    QVERIFY(version);
    QVERIFY(version->answer.endsWith(u'\n'));
}

void OptionsTest::refuses_data()
{
    QTest::addColumn<QStringList>("arguments");
    QTest::addColumn<QString>("saying");
    using S = QStringList;
    QTest::newRow("unknown option") << S{u"--colour"_s} << u"colour"_s;
    QTest::newRow("an unknown choice of colours") << S{u"--color=yes"_s} << u"--color is"_s;
    QTest::newRow("missing value") << S{u"--url"_s} << u"url"_s;
    QTest::newRow("bad URL") << S{u"--url"_s, u"ftp://h/"_s, u"--user"_s, u"a"_s} << u"--url: 'ftp://h/'"_s;
    QTest::newRow("URL alone") << S{u"--url"_s, u"http://h"_s} << u"--url needs --user"_s;
    QTest::newRow("user alone") << S{u"--user"_s, u"ann"_s} << u"--user needs --url"_s;
    QTest::newRow("a bare command") << S{u"list"_s} << u"'list' is no option"_s;
    QTest::newRow("unknown transport")
        << S{u"--transport"_s, u"pigeons"_s} << u"--transport: 'pigeons' is none of"_s;
    QTest::newRow("no such file") << S{u"--token-file"_s, u"/does/not/exist"_s} << u"--token-file"_s;
    QTest::newRow("an empty file") << S{u"--token-file"_s, u"/dev/null"_s} << u"there is no token"_s;
}

void OptionsTest::refuses()
{
    QFETCH(QStringList, arguments);
    QFETCH(QString, saying);
    const auto options = read(arguments);
    QVERIFY(!options);
    QVERIFY2(options.error().message.contains(saying), qPrintable(options.error().message));
    QVERIFY(!options.error().message.contains(u'\n'));
}

void OptionsTest::readsUrls_data()
{
    QTest::addColumn<QString>("text");
    QTest::addColumn<QString>("url"); // empty: refused
    QTest::newRow("whole") << u"https://h:1/p?q=1"_s << u"https://h:1/p?q=1"_s;
    QTest::newRow("no path") << u"http://h:5000"_s << u"http://h:5000/next-chat"_s;
    QTest::newRow("root") << u"http://h:5000/"_s << u"http://h:5000/next-chat"_s;
    QTest::newRow("no scheme") << u"localhost:5000"_s << u"http://localhost:5000/next-chat"_s;
    QTest::newRow("IPv6") << u"http://[::1]:5000"_s << u"http://[::1]:5000/next-chat"_s;
    QTest::newRow("ws") << u"ws://h/x"_s << u"ws://h/x"_s;
    QTest::newRow("empty") << u""_s << QString();
    QTest::newRow("no host") << u"http:///next-chat"_s << QString();
    QTest::newRow("scheme") << u"file:///etc/passwd"_s << QString();
    QTest::newRow("bad port") << u"http://h:99999"_s << QString();
    QTest::newRow("blank") << u"http://a b/"_s << QString();
}

void OptionsTest::readsUrls()
{
    QFETCH(QString, text);
    QFETCH(QString, url);
    const auto read = readUrl(text);
    QCOMPARE(read.has_value(), !url.isEmpty());
    if (read)
        QCOMPARE(read->toString(), url);
}

QTEST_GUILESS_MAIN(OptionsTest)
#include "tst_options.moc"
