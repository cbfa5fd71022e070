// SPDX-License-Identifier: MIT
#include "common/support/configurationfile.h"

#include <QFile>
#include <QTemporaryDir>
#include <QTest>

#include <unistd.h>

using namespace nextchat;

class ConfigurationFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void leavesBecomeKeysWithTheirLines()
    {
        const auto entries = parseConfiguration("# comment\n"
                                                "server:\n"
                                                "  listen: \"127.0.0.1:5000\"\n"
                                                "  tls:\n"
                                                "    key: /a b # not this\n"
                                                "redis.url: [redis://a, redis://b]\n"
                                                "list:\n"
                                                "  - one\n"
                                                "  - two\n"
                                                "empty:\n"
                                                "none: []\n",
                                                QStringLiteral("f"));
        QVERIFY2(entries, entries ? "" : qPrintable(entries.error().message));
        QStringList seen;
        for (const ConfigurationEntry &entry : *entries) {
            QString content = QStringLiteral("null");
            if (const auto *text = std::get_if<QString>(&entry.content))
                content = *text;
            else if (const auto *list = std::get_if<QStringList>(&entry.content))
                content = QString(u'[' % list->join(u'|') % u']');
            seen.push_back(QString::number(entry.line) % u' ' % entry.key % u'=' % content);
        }
        QCOMPARE(seen,
                 (QStringList{QStringLiteral("3 server.listen=127.0.0.1:5000"),
                              QStringLiteral("5 server.tls.key=/a b"),
                              QStringLiteral("6 redis.url=[redis://a|redis://b]"),
                              QStringLiteral("7 list=[one|two]"), QStringLiteral("10 empty=null"),
                              QStringLiteral("11 none=[]")}));
    }

    void emptyFilesHoldNoKeys_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::newRow("nothing") << QByteArray();
        QTest::newRow("a comment") << QByteArray("# hello\n");
        QTest::newRow("a marker") << QByteArray("---\n");
        QTest::newRow("a byte order mark") << QByteArray("\xef\xbb\xbf");
    }
    void emptyFilesHoldNoKeys()
    {
        QFETCH(QByteArray, yaml);
        const auto entries = parseConfiguration(yaml, QStringLiteral("f"));
        QVERIFY2(entries, entries ? "" : qPrintable(entries.error().message));
        QVERIFY(entries->empty());
    }

    void badTextIsRefusedWithItsLine_data()
    {
        QTest::addColumn<QByteArray>("yaml");
        QTest::addColumn<QString>("message"); // how it begins
        const auto row = [](const char *name, const QByteArray &yaml, const char *message) {
            QTest::newRow(name) << yaml << QString::fromLatin1(message);
        };
        row("a scalar", "hello", "f:1: a mapping of keys is expected");
        row("a list", "- a\n- b\n", "f:1: a list is not expected here");
        row("a syntax error", "a: 1\nb: [1, 2\n", "f:");
        row("a tab", "a:\n\tb: 1\n", "f:2: is not valid YAML: ");
        row("a duplicate", "a: 1\nb: 2\na: 3\n", "f:3: 'a' was already given in line 1");
        row("a duplicate with dots", "a:\n  b: 1\na.b: 2\n", "f:3: 'a.b' was already given in line 2");
        row("two sections of a name", "a:\n  b: 1\na:\n  b: 2\n", "f:4: 'a.b' was already given in line 2");
        row("an alias", "a: &x 1\nb: *x\n", "f:1: anchors are not allowed");
        row("a merge", "a: &x {b: 1}\nc:\n  <<: *x\n", "f:1: anchors are not allowed");
        row("a recursive alias", "a: &x [*x]\n", "f:1: anchors are not allowed");
        row("a tag", "a: !!binary aGVsbG8=\n", "f:1: tags are not allowed");
        row("two documents", "a: 1\n---\nb: 2\n", "f:");
        row("a mapping in a list", "a:\n  - b: 1\n", "f:2: a mapping is not expected in a list");
        row("a list in a list", "a: [[1]]\n", "f:1: a list is not expected here");
        row("a list as key", "? [a]\n: b\n", "f:1: a key must be a name");
        row("a null element", "a: [1, ~]\n", "f:1: an element of the list is empty");
        row("an empty key", "\"\": 1\n", "f:1: a key must be a name");
        row("deep maps", "a: {a: {a: {a: {a: {a: {a: {a: {a: 1}}}}}}}}\n", "f:1: the nesting is too deep");
        row("very deep maps", QByteArray("{a: ").repeated(100'000), "f:1: ");
        row("very deep lists", QByteArray("[").repeated(100'000), "f:1: ");
        row("a long list", "a: [" + QByteArray("x,").repeated(2000) + "]\n", "f:1: the list is too long");
        row("an escaped line end", "a: \"b\\\n", "f:1: the quoted text is not closed");
        row("an open quote", "a: 1\nb: \"x\nc: 2\n", "f:2: the quoted text is not closed");
        row("an escaped quote", "b: \"x\\\"\nc: 2\n", "f:1: the quoted text is not closed");
        row("an open single quote", "a: 'it''s\nc: 2\n", "f:1: the quoted text is not closed");
        row("an alias of nothing", "a: *x\n", "f:1: ");
        row("an odd escape", "a: \"\\\x01\"\n", "f:1: is not valid YAML: ");
        row("a NUL byte", QByteArray("a: 1\nb: \0\n", 10), "f:2: holds a NUL byte");
    }
    void badTextIsRefusedWithItsLine()
    {
        QFETCH(QByteArray, yaml);
        QFETCH(QString, message);
        const auto entries = parseConfiguration(yaml, QStringLiteral("f"));
        QVERIFY(!entries);
        QVERIFY2(entries.error().message.startsWith(message), qPrintable(entries.error().message));
        QCOMPARE(entries.error().code, Error::Code::InvalidArgument);
        const auto isPrint = [](QChar c) { return c.isPrint(); };
        QVERIFY(std::ranges::all_of(entries.error().message, isPrint));
    }

    void quotedTextsAreReadWhereverTheyStand()
    {
        const auto entries = parseConfiguration("\xef\xbb\xbf# \xc3\xbc\r\na: \"\xc3\xbc \\\" \\u00fc\"\r\n"
                                                "b: 'it''s'\nc: ['', \"x\", 'y']\nd: |\n  block\ne: \"\"",
                                                QStringLiteral("f"));
        QVERIFY2(entries, entries ? "" : qPrintable(entries.error().message));
        QCOMPARE(entries->size(), 5);
        QCOMPARE(std::get<QString>(entries->at(0).content), QStringLiteral("\u00fc \" \u00fc"));
        QCOMPARE(std::get<QString>(entries->at(1).content), QStringLiteral("it's"));
        QCOMPARE(std::get<QStringList>(entries->at(2).content).size(), 3);
        QCOMPARE(std::get<QString>(entries->at(4).content), QString());
    }

    // The "billion laughs": with expansion this would not end.
    void aBombOfAliasesIsRefusedAtOnce()
    {
        QByteArray yaml = "a0: &a0 [lol]\n";
        for (int i = 1; i < 30; ++i) {
            const QByteArray previous = "*a" + QByteArray::number(i - 1);
            yaml += "a" + QByteArray::number(i) + ": &a" + QByteArray::number(i) + " [" + previous + ", "
                + previous + "]\n";
        }
        const auto entries = parseConfiguration(yaml, QStringLiteral("f"));
        QVERIFY(!entries);
        QCOMPARE(entries.error().message, QStringLiteral("f:1: anchors are not allowed"));
    }

    void filesAreReadWhole()
    {
        QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("f"));
        write(path, "abc\n");
        QCOMPARE(*readTextFile(path, 4), QByteArray("abc\n"));
        write(path, "");
        QCOMPARE(*readTextFile(path, 4), QByteArray());
    }

    void unreadableFilesAreRefused_data()
    {
        QTest::addColumn<QString>("path");
        QTest::addColumn<QString>("message");
        QTest::newRow("missing") << QStringLiteral("%1/none") << QStringLiteral("cannot be read: ");
        QTest::newRow("a directory") << QStringLiteral("%1") << QStringLiteral("is a directory, not a file");
        QTest::newRow("too large") << QStringLiteral("%1/large") << QStringLiteral("is larger than 5B");
        QTest::newRow("endless") << QStringLiteral("/dev/zero") << QStringLiteral("is larger than 5B");
        QTest::newRow("below a file") << QStringLiteral("%1/large/x") << QStringLiteral("cannot be read: ");
    }
    void unreadableFilesAreRefused()
    {
        QFETCH(QString, path);
        QFETCH(QString, message);
        QTemporaryDir directory;
        write(directory.filePath(QStringLiteral("large")), "123456");
        path.replace(QStringLiteral("%1"), directory.path());
        const auto content = readTextFile(path, 5);
        QVERIFY(!content);
        QVERIFY2(content.error().message.startsWith(QString(path % QStringView(u": ") % message)),
                 qPrintable(content.error().message));
    }

    void namesThatAreNoneAreRefused()
    {
        QCOMPARE(readTextFile(QString(), 5).error().message, QStringLiteral("'': is no name of a file"));
        QCOMPARE(readTextFile(QString(u'a' % QChar(u'\0') % u'b'), 5).error().message,
                 QStringLiteral("'a?b': is no name of a file"));
    }

    void aFileWithoutPermissionIsRefused()
    {
        if (geteuid() == 0)
            QSKIP("root may read everything");
        QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("f"));
        write(path, "abc");
        QVERIFY(QFile::setPermissions(path, {}));
        QVERIFY(!readTextFile(path, 100));
    }

    void otherEncodingsAreRefusedWithTheirLine_data()
    {
        QTest::addColumn<QByteArray>("content");
        QTest::addColumn<int>("line");
        QTest::newRow("Latin-1") << QByteArray("a: b\nc: \xfc\n") << 2;
        QTest::newRow("UTF-16") << QByteArray("\xff\xfe\x61\x00", 4) << 1;
        QTest::newRow("cut short") << QByteArray("a: \xc3") << 1;
        QTest::newRow("overlong") << QByteArray("\n\n\xc0\xaf") << 3;
        QTest::newRow("surrogate") << QByteArray("\n\xed\xa0\x80") << 2;
    }
    void otherEncodingsAreRefusedWithTheirLine()
    {
        QFETCH(QByteArray, content);
        QFETCH(int, line);
        QTemporaryDir directory;
        const QString path = directory.filePath(QStringLiteral("f"));
        write(path, content);
        const auto read = readTextFile(path, 100);
        QVERIFY(!read);
        QCOMPARE(read.error().message,
                 QString(path % u':' % QString::number(line) % QStringView(u": is not valid UTF-8")));
    }

private:
    static void write(const QString &path, const QByteArray &content)
    {
        QFile file(path);
        QVERIFY(file.open(QIODevice::WriteOnly));
        QCOMPARE(file.write(content), content.size());
    }
};

QTEST_GUILESS_MAIN(ConfigurationFileTest)

#include "tst_configurationfile.moc"
