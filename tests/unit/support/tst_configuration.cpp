// SPDX-License-Identifier: MIT
#include "common/support/configuration.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat;
using namespace std::chrono_literals;
using namespace Qt::StringLiterals;

namespace {

enum class Colour { Red, Green };

struct Options
{
    bool flag = true;
    int count = 3;
    Colour colour = Colour::Red;
    std::chrono::milliseconds wait = 10s;
    std::optional<std::chrono::milliseconds> keep;
    qint64 room = 32 * 1024;
    QString name = u"ann"_s;
    QString path;
    QString secret;
    QString url;
    QStringList urls;
    QStringList words{u"a"_s};
    QStringList anything;
};

} // namespace

class ConfigurationTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void init()
    {
        m_options = {};
        m_schema = {};
        m_schema.boolean(u"one.flag"_s, m_options.flag, u"A flag."_s);
        m_schema.integer(u"one.count"_s, m_options.count, 1, 100, u"A count."_s);
        m_schema.choice<Colour>(u"one.colour"_s, m_options.colour,
                                {{u"red"_s, Colour::Red}, {u"green"_s, Colour::Green}}, u"A colour."_s);
        m_schema.duration(u"one.wait"_s, m_options.wait, 0ms, 1h, u"A wait."_s);
        m_schema.optionalDuration(u"one.keep"_s, m_options.keep, 1s, 24h, u"A time."_s);
        m_schema.size(u"one.room"_s, m_options.room, 1024, 1024 * 1024, u"A size."_s);
        m_schema.text(u"two.name"_s, m_options.name, startsLower, u"A name."_s);
        m_schema.text(u"two.path"_s, m_options.path, {}, u"A path."_s);
        m_schema.secret(u"two.inner.secret"_s, m_options.secret, longEnough, u"A secret."_s);
        m_schema.secretUrl(u"two.inner.url"_s, m_options.url, isUrl, u"A URL."_s);
        m_schema.secretUrls(u"three.urls"_s, m_options.urls, isUrl, u"URLs."_s);
        m_schema.list(u"three.words"_s, m_options.words, {u"a"_s, u"b"_s, u"c"_s}, {}, u"Words."_s);
        m_schema.list(u"three.anything"_s, m_options.anything, {}, {}, u"Anything."_s);
    }

    void withoutLayersEveryDefaultStays()
    {
        Configuration configuration(m_schema);
        QVERIFY(configuration.apply());
        QCOMPARE(m_options.count, 3);
        QVERIFY(!configuration.isSet(u"one.count"_s));
        QVERIFY(configuration.origin(u"one.count"_s).isNull());
    }

    void laterLayersWin()
    {
        const QString file = write("one:\n  count: 4\n  wait: 4s\n  flag: false\n");
        Configuration configuration(m_schema);
        QVERIFY(configuration.addFile(file));
        QVERIFY(configuration.addEnvironment(
            {{u"NEXTCHAT_ONE_COUNT"_s, u"5"_s}, {u"NEXTCHAT_ONE_WAIT"_s, u"5s"_s}}, {}));
        QVERIFY(configuration.addSetting(u"one.count=6"_s));
        QCOMPARE(m_options.count, 3); // nothing is stored before apply()
        QVERIFY(configuration.apply());
        QCOMPARE(m_options.count, 6);
        QCOMPARE(m_options.wait, 5s);
        QCOMPARE(m_options.flag, false);
        QCOMPARE(configuration.origin(u"one.count"_s), u"--set 'one.count'"_s);
        QCOMPARE(configuration.origin(u"one.wait"_s), u"NEXTCHAT_ONE_WAIT"_s);
        QVERIFY(configuration.origin(u"one.flag"_s).startsWith(QString(file % u":4"_s)));
        QCOMPARE(configuration.refuse(u"one.wait"_s, u"is odd"_s).value().message,
                 u"NEXTCHAT_ONE_WAIT: is odd"_s);
    }

    void everyTypeIsRead()
    {
        Configuration configuration(m_schema);
        QVERIFY(configuration.addFile(
            write("one: {flag: False, count: \"7\", colour: green, wait: 0, keep: 2h, room: 1KiB}\n"
                  "two:\n"
                  "  name: bob\n"
                  "  path: \"\"\n"
                  "  inner: {secret: '0123456789', url: 'x://u:p@h'}\n"
                  "three:\n"
                  "  urls: x://a\n"
                  "  words: [c, b]\n"
                  "  anything: []\n")));
        QVERIFY(configuration.apply());
        QCOMPARE(m_options.flag, false);
        QCOMPARE(m_options.count, 7);
        QCOMPARE(m_options.colour, Colour::Green);
        QCOMPARE(m_options.wait, 0s);
        QVERIFY(m_options.keep == std::chrono::milliseconds(2h));
        QCOMPARE(m_options.room, 1024);
        QCOMPARE(m_options.name, u"bob"_s);
        QCOMPARE(m_options.path, QString());
        QCOMPARE(m_options.secret, u"0123456789"_s);
        QCOMPARE(m_options.url, u"x://u:p@h"_s);
        QCOMPARE(m_options.urls, QStringList{u"x://a"_s});
        QCOMPARE(m_options.words, (QStringList{u"c"_s, u"b"_s}));
    }

    void badValuesAreRefusedWithTheirPlace_data()
    {
        QTest::addColumn<QString>("key");
        QTest::addColumn<QString>("value"); // as YAML
        QTest::addColumn<QString>("complaint");
        const auto row = [](const char *name, const char *key, const QString &value, const char *complaint) {
            QTest::newRow(name) << QString::fromLatin1(key) << value << QString::fromLatin1(complaint);
        };
        row("unknown", "one.nothing", u"1"_s, "unknown key");
        row("unknown section", "nothing", u"{a: 1}"_s, "unknown key");
        row("another case", "one.COUNT", u"1"_s, "unknown key; did you mean one.count?");
        row("without section", "count", u"1"_s, "unknown key; did you mean one.count?");
        row("a section as value", "one", u"5"_s, "unknown key");
        row("below a value", "one.count", u"{a: 5}"_s, "unknown key");
        row("File of no secret", "two.nameFile", u"/a"_s, "unknown key");
        row("null", "one.count", u"~"_s, "has no value");
        row("empty", "one.count", u"''"_s, "'' is not a whole number from 1 to 100");
        row("list for number", "one.count", u"[1]"_s, "must be one value, not a list");
        row("text for number", "one.count", u"many"_s, "'many' is not a whole number from 1 to 100");
        row("fraction", "one.count", u"1.0"_s, "'1.0' is not a whole number from 1 to 100");
        row("plus", "one.count", u"+1"_s, "'+1' is not a whole number from 1 to 100");
        row("blank", "one.count", u"' 1'"_s, "' 1' is not a whole number from 1 to 100");
        row("hexadecimal", "one.count", u"0x10"_s, "'0x10' is not a whole number from 1 to 100");
        row("below", "one.count", u"0"_s, "'0' is not a whole number from 1 to 100");
        row("above", "one.count", u"101"_s, "'101' is not a whole number from 1 to 100");
        row("negative", "one.count", u"-5"_s, "'-5' is not a whole number from 1 to 100");
        row("huge", "one.count", QString(400, u'9'), "'999999");
        row("wraps 32 bits", "one.count", u"4294967299"_s,
            "'4294967299' is not a whole number from 1 to 100");
        row("boolean", "one.flag", u"yes"_s, "'yes' is neither true nor false");
        row("choice", "one.colour", u"blue"_s, "'blue' is not one of red, green");
        row("choice case", "one.colour", u"Red"_s, "'Red' is not one of red, green");
        row("duration", "one.wait", u"10"_s, "'10' is not a duration such as 500ms, 30s, 10m or 1h");
        row("long duration", "one.wait", u"61m"_s, "'61m' is not between 0 and 1h");
        row("short duration", "one.keep", u"500ms"_s, "'500ms' is not between 1s and 1d");
        row("size", "one.room", u"big"_s, "'big' is not a size such as 32KiB, 1MiB or 100KB");
        row("small size", "one.room", u"1KB"_s, "'1KB' is not between 1KiB and 1MiB");
        row("empty text", "two.name", u"''"_s, "must not be empty");
        row("checked text", "two.name", u"Bob"_s, "'Bob' must start with a small letter");
        row("control character", "two.path", u"\"a\\nb\""_s, "must not hold control characters");
        row("escaped NUL", "two.path", u"\"a\\0b\""_s, "must not hold control characters");
        row("scalar for list", "three.words", u"a"_s, "must be a list");
        row("bad element", "three.words", u"[a, d]"_s, "'d' is not one of a, b, c");
        row("element twice", "three.words", u"[a, b, a]"_s, "has an element twice");
        row("empty element", "three.words", u"[a, '']"_s, "has an empty element");
        row("empty list", "three.words", u"[]"_s, "must not be empty");
        row("secret", "two.inner.secret", u"short"_s, "is too short");
        row("secret url", "two.inner.url", u"hunter2"_s, "is no URL");
        row("secret urls", "three.urls", u"[x://a, hunter2]"_s, "is no URL");
    }
    void badValuesAreRefusedWithTheirPlace()
    {
        QFETCH(QString, key);
        QFETCH(QString, value);
        QFETCH(QString, complaint);
        const QString file = write(QString(u"\n\n"_s % key % u": "_s % value % u'\n').toUtf8());
        Configuration configuration(m_schema);
        const Expected<void> added = configuration.addFile(file);
        QVERIFY(!added);
        const QString message = added.error().message;
        QVERIFY2(message.startsWith(QString(file % u":3: '"_s % key)), qPrintable(message));
        QVERIFY2(message.contains(QString(u"': "_s % complaint)), qPrintable(message));
        QVERIFY(!message.contains(u'\n') && !message.contains(u"hunter2"));
    }

    void theEnvironmentNamesTheVariable_data()
    {
        QTest::addColumn<QString>("name");
        QTest::addColumn<QString>("value");
        QTest::addColumn<QString>("message");
        const auto row = [](const char *name, const char *value, const char *message) {
            QTest::newRow(name) << QString::fromLatin1(name) << QString::fromUtf8(value)
                                << QString::fromLatin1(message);
        };
        row("NEXTCHAT_ONE_COUNT", "x", "NEXTCHAT_ONE_COUNT: 'x' is not a whole number from 1 to 100");
        row("NEXTCHAT_ONE_CUONT", "1", "'NEXTCHAT_ONE_CUONT': names no configuration key");
        row("NEXTCHAT_one_count", "1", "'NEXTCHAT_one_count': names no configuration key");
        row("NEXTCHAT_THREE_WORDS", "a,,b", "NEXTCHAT_THREE_WORDS: has an empty element");
        row("NEXTCHAT_TWO_INNER_SECRET", "hunter2", "NEXTCHAT_TWO_INNER_SECRET: is too short");
        row("NEXTCHAT_TWO_PATH", "\xef\xbf\xbd", "NEXTCHAT_TWO_PATH: is not valid UTF-8");
        // None of ours:
        row("NEXTCHAT_TOKEN", "t", "");
        row("NEXTCHAT_TEST_ANYTHING", "t", "");
        row("NEXTCHAT_PORT", "tcp://10.0.0.1:5000", "");
        row("NEXTCHAT_PORT_5000_TCP_ADDR", "10.0.0.1", "");
        row("NEXTCHAT_SERVICE_HOST", "10.0.0.1", "");
        row("NEXTCHAT_REDIS_SERVICE_PORT_REDIS", "6379", "");
        row("NEXTCHATTER", "1", "");
        row("PATH", "/bin", "");
    }
    void theEnvironmentNamesTheVariable()
    {
        QFETCH(QString, name);
        QFETCH(QString, value);
        QFETCH(QString, message);
        Configuration configuration(m_schema);
        const Expected<void> added = configuration.addEnvironment({{name, value}}, {u"NEXTCHAT_TOKEN"_s});
        QCOMPARE(added ? QString() : added.error().message, message);
        QVERIFY(message.isEmpty() == added.has_value());
    }

    void listsAreSplitByCommaOutsideOfFiles()
    {
        Configuration configuration(m_schema);
        QVERIFY(configuration.addEnvironment({{u"NEXTCHAT_THREE_URLS"_s, u"x://a, x://b:1,c:2,d/n"_s},
                                              {u"NEXTCHAT_THREE_WORDS"_s, u"b,c"_s},
                                              {u"NEXTCHAT_ONE_KEEP"_s, QString()}},
                                             {}));
        QVERIFY(configuration.addSetting(u"three.anything=p=q,r"_s));
        QVERIFY(configuration.apply());
        QCOMPARE(m_options.urls, (QStringList{u"x://a"_s, u"x://b:1,c:2,d/n"_s})); // several hosts of one URL
        QCOMPARE(m_options.words, (QStringList{u"b"_s, u"c"_s}));
        QCOMPARE(m_options.anything, (QStringList{u"p=q"_s, u"r"_s}));
        QVERIFY(!m_options.keep);
    }

    void flagsNameThemselves_data()
    {
        QTest::addColumn<QString>("setting");
        QTest::addColumn<QString>("message");
        QTest::newRow("no value") << u"one.count"_s << u"--set: KEY=VALUE is expected"_s;
        QTest::newRow("no key") << u"=1"_s << u"--set: KEY=VALUE is expected"_s;
        QTest::newRow("unknown") << u"one.x=1"_s << u"--set 'one.x': unknown key"_s;
        QTest::newRow("bad") << u"one.count=x"_s
                             << u"--set 'one.count': 'x' is not a whole number from 1 to 100"_s;
    }
    void flagsNameThemselves()
    {
        QFETCH(QString, setting);
        Configuration configuration(m_schema);
        QTEST(configuration.addSetting(setting).error().message, "message");
        QCOMPARE(configuration.add(u"one.count"_s, u"x"_s, u"--count"_s).error().message,
                 u"--count: 'x' is not a whole number from 1 to 100"_s);
    }

    void secretsComeFromFiles_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<QString>("secret"); // null: refused
        QTest::newRow("plain") << QByteArray("0123456789") << u"0123456789"_s;
        QTest::newRow("newline") << QByteArray("0123456789\n") << u"0123456789"_s;
        QTest::newRow("Windows newline") << QByteArray("0123456789\r\n") << u"0123456789"_s;
        QTest::newRow("blanks stay") << QByteArray(" 0123456789 \n") << u" 0123456789 "_s;
        QTest::newRow("two lines") << QByteArray("0123456789\n\n") << QString();
        QTest::newRow("empty") << QByteArray("\n") << QString();
        QTest::newRow("too short") << QByteArray("short") << QString();
        QTest::newRow("no text") << QByteArray("\xff\xfe\xfd") << QString();
        QTest::newRow("too large") << QByteArray(100'000, 'x') << QString();
    }
    void secretsComeFromFiles()
    {
        QFETCH(QByteArray, content);
        QFETCH(QString, secret);
        const QString path = write(content, u"secret"_s);
        Configuration configuration(m_schema);
        QVERIFY(configuration.addEnvironment({{u"NEXTCHAT_TWO_INNER_SECRETFILE"_s, path}}, {}));
        const Expected<void> applied = configuration.apply();
        QCOMPARE(applied.has_value(), !secret.isNull());
        QCOMPARE(m_options.secret, secret.isNull() ? QString() : secret);
        if (!applied)
            QVERIFY2(applied.error().message.startsWith(u"NEXTCHAT_TWO_INNER_SECRETFILE: "),
                     qPrintable(applied.error().message));
        else
            QVERIFY(configuration.isSet(u"two.inner.secret"_s));
    }

    void aFileOfUrlsHoldsOneALine()
    {
        Configuration configuration(m_schema);
        QVERIFY(configuration.addSetting(QString(u"three.urlsFile="_s % write("x://a\nx://b\n", u"urls"_s))));
        QVERIFY(configuration.apply());
        QCOMPARE(m_options.urls, (QStringList{u"x://a"_s, u"x://b"_s}));
    }

    void aSecretGivenTwiceIsRefused()
    {
        const QString path = write("0123456789", u"secret"_s);
        Configuration configuration(m_schema);
        QVERIFY(configuration.addFile(write(QByteArray("two.inner.secretFile: " + path.toUtf8() + '\n'))));
        QVERIFY(configuration.addEnvironment({{u"NEXTCHAT_TWO_INNER_SECRET"_s, u"9876543210"_s}}, {}));
        const Expected<void> applied = configuration.apply();
        QVERIFY(!applied);
        QVERIFY2(applied.error().message.endsWith(
                     u": is given together with two.inner.secret (NEXTCHAT_TWO_INNER_SECRET)"_s),
                 qPrintable(applied.error().message));
    }

    void badSecretFilesAreRefused()
    {
        Configuration missing(m_schema);
        QVERIFY(missing.addSetting(u"two.inner.secretFile=/no/such/file"_s));
        QVERIFY(missing.apply().error().message.startsWith(
            u"--set 'two.inner.secretFile': /no/such/file: cannot be read: "_s));
        Configuration empty(m_schema);
        QCOMPARE(empty.addSetting(u"two.inner.secretFile="_s).error().message,
                 u"--set 'two.inner.secretFile': must be the path of a file"_s);
    }

    void theResultIsShownWithoutSecretsAndReadsBack()
    {
        Configuration configuration(m_schema);
        const auto added = configuration.addFile(
            write("one: {wait: 90s, keep: 23h, room: 3000}\n"
                  "two: {name: 'n: \"x\"', inner: {secret: 0123hunter2, url: 'x://u:hunter2@h'}}\n"
                  "three: {urls: ['x://a?password=hunter2', 'x://b'], anything: ['5', 'true']}\n"));
        QVERIFY2(added, added ? "" : qPrintable(added.error().message));
        QVERIFY(configuration.apply());
        const QByteArray yaml = configuration.toYaml();
        QCOMPARE(QString::fromUtf8(yaml),
                 u"one:\n"
                 "  flag: true\n"
                 "  count: 3\n"
                 "  colour: red\n"
                 "  wait: 90s\n"
                 "  keep: 23h\n"
                 "  room: 3KB\n"
                 "two:\n"
                 "  name: \"n: \\\"x\\\"\"\n"
                 "  path: ~\n"
                 "  inner:\n"
                 "    secret: \"***\"\n"
                 "    url: \"x://u:***@h\"\n"
                 "three:\n"
                 "  urls: [\"x://a?password=***\", \"x://b\"]\n"
                 "  words: [\"a\"]\n"
                 "  anything: [\"5\", \"true\"]\n"_s);
        QByteArray readable = yaml;
        Configuration again(m_schema);
        QVERIFY(again.addFile(write(readable.replace("***", "0123456789"))));
        QVERIFY(again.apply());
        QCOMPARE(m_options.name, u"n: \"x\""_s);
        QVERIFY(!again.isSet(u"two.nothing"_s));
    }

private:
    static std::optional<QString> startsLower(const QString &text)
    {
        return text.at(0).isLower() ? std::nullopt : std::optional(u"must start with a small letter"_s);
    }
    static std::optional<QString> longEnough(const QString &text)
    {
        return text.size() >= 10 ? std::nullopt : std::optional(u"is too short"_s);
    }
    static std::optional<QString> isUrl(const QString &text)
    {
        return text.contains(u"://") ? std::nullopt : std::optional(u"is no URL"_s);
    }

    QString write(const QByteArray &content, const QString &name = u"configuration.yaml"_s) const
    {
        QFile file(m_directory.filePath(name));
        if (!file.open(QIODevice::WriteOnly) || file.write(content) != content.size())
            qFatal("cannot write");
        return file.fileName();
    }

    QTemporaryDir m_directory;
    Options m_options;
    ConfigurationSchema m_schema;
};

QTEST_GUILESS_MAIN(ConfigurationTest)

#include "tst_configuration.moc"
