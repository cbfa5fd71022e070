// SPDX-License-Identifier: MIT
#include "client-cli/command.h"

#include <QFile>
#include <QProcess>
#include <QRegularExpression>
#include <QStandardPaths>
#include <QTemporaryDir>
#include <QTest>

using namespace nextchat::console;
using namespace Qt::StringLiterals;

// The manual pages and the shells' completions say what the programs can do.
class ProgramHelpTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void nameEveryOption_data();
    void nameEveryOption();
    void nameEveryCommandOfTheConsole();
    void pagesAreWellFormed_data() { programs(); }
    void pagesAreWellFormed();
    void bashCompletes_data();
    void bashCompletes();
    void areInstalled();

private:
    static void programs()
    {
        QTest::addColumn<QString>("program");
        QTest::addColumn<QString>("folder");
        QTest::addColumn<QString>("section");
        QTest::newRow("nextchat") << u"nextchat"_s << u"client-cli/install/"_s << u"1"_s;
        QTest::newRow("nextchat-server") << u"nextchat-server"_s << u"server/install/"_s << u"8"_s;
        QTest::newRow("nextchat-sqlmigrate")
            << u"nextchat-sqlmigrate"_s << u"sqlmigrate/install/"_s << u"8"_s;
    }
    static QString source(const QString &path)
    {
        QFile file(QStringLiteral(NEXTCHAT_SOURCE_DIR "/") % path);
        return file.open(QIODevice::ReadOnly) ? QString::fromUtf8(file.readAll()) : QString();
    }
    // What a program prints, when it ends with 0.
    static std::optional<QString> outputOf(const QString &program, const QStringList &arguments)
    {
        QProcess process;
        process.setProcessChannelMode(QProcess::MergedChannels);
        process.start(program, arguments);
        const bool ended = process.waitForFinished(60'000) && process.exitCode() == 0;
        return ended ? std::optional(QString::fromUtf8(process.readAll())) : std::nullopt;
    }
};

void ProgramHelpTest::nameEveryOption_data()
{
    programs();
}

void ProgramHelpTest::nameEveryOption()
{
    QFETCH(QString, program);
    QFETCH(QString, folder);
    QFETCH(QString, section);
    const auto help = outputOf(qEnvironmentVariable("NEXTCHAT_BIN_DIR") % u'/' % program, {u"--help"_s});
    QVERIFY(help);
    const QString page = source(folder % program % u'.' % section).replace(u"\\-"_s, u"-"_s);
    const QString bash = source(folder % program % u".bash");
    const QString zsh = source(folder % u'_' % program);
    const QString fish = source(folder % program % u".fish");
    static const QRegularExpression line(u"^  (?:-\\w, )?(--[a-z-]+)"_s, QRegularExpression::MultilineOption);
    int options = 0;
    for (const auto &found : line.globalMatch(*help)) {
        const QString option = found.captured(1);
        const QRegularExpression whole(QRegularExpression::escape(option) % u"(?![a-z-])");
        for (const auto &[what, text] :
             {std::pair("page", page), std::pair("bash", bash), std::pair("zsh", zsh)})
            QVERIFY2(whole.match(text).hasMatch(),
                     qPrintable(option % u" is not in the " % QLatin1String(what)));
        QVERIFY2(fish.contains(QString(u"-l " % option.mid(2) % u' ')), qPrintable(option));
        ++options;
    }
    QVERIFY2(options >= 5, qPrintable(*help));
}

void ProgramHelpTest::nameEveryCommandOfTheConsole()
{
    const QString page = source(u"client-cli/install/nextchat.1"_s);
    QString completions[] = {source(u"client-cli/install/nextchat.bash"_s),
                             source(u"client-cli/install/_nextchat"_s),
                             source(u"client-cli/install/nextchat.fish"_s)};
    for (const CommandSpec &spec : commandSpecs()) {
        const QString name = spec.name.toString();
        QVERIFY2(page.contains(QString(u".TP\n\\fB" % name % u"\\fR "))
                     || page.contains(QString(u".TP\n.B " % name % u'\n')),
                 qPrintable(name));
        const QRegularExpression word(u"\\b" % name % u"\\b");
        for (const QString &completion : completions)
            QVERIFY2(word.match(completion).hasMatch(), qPrintable(name));
    }
}

void ProgramHelpTest::pagesAreWellFormed()
{
    if (QStandardPaths::findExecutable(u"groff"_s).isEmpty())
        QSKIP("there is no groff");
    QFETCH(QString, program);
    QFETCH(QString, folder);
    QFETCH(QString, section);
    const QString page = QStringLiteral(NEXTCHAT_SOURCE_DIR "/") % folder % program % u'.' % section;
    const auto warnings = outputOf(u"groff"_s, {u"-man"_s, u"-ww"_s, u"-Tutf8"_s, u"-z"_s, page});
    QCOMPARE(warnings, QString());
}

void ProgramHelpTest::bashCompletes_data()
{
    QTest::addColumn<QString>("line"); // whose last word is completed
    QTest::addColumn<QString>("words"); // one a line, sorted as they come
    QTest::newRow("an option") << u"nextchat --tok"_s << u"--token-file\n--token\n"_s;
    QTest::newRow("a choice") << u"nextchat --color a"_s << u"auto\nalways\n"_s;
    QTest::newRow("a command") << u"nextchat -c ou"_s << u"outbox\n"_s;
    QTest::newRow("nothing for a URL") << u"nextchat --url h"_s << u""_s;
    QTest::newRow("the server's") << u"nextchat-server --auth j"_s << u"jwt\n"_s;
    QTest::newRow("the migrator's") << u"nextchat-sqlmigrate base"_s << u"baseline\n"_s;
}

void ProgramHelpTest::bashCompletes()
{
    if (QStandardPaths::findExecutable(u"bash"_s).isEmpty())
        QSKIP("there is no bash");
    QFETCH(QString, line);
    const QString script =
        u"for file in \"$0\"/*/install/*.bash; do . \"$file\"; done; COMP_WORDS=($1); "
        "COMP_CWORD=$((${#COMP_WORDS[@]} - 1)); "
        "_${COMP_WORDS[0]//-/_}; for word in \"${COMPREPLY[@]}\"; do echo \"$word\"; done"_s;
    const auto words = outputOf(u"bash"_s, {u"-c"_s, script, QStringLiteral(NEXTCHAT_SOURCE_DIR), line});
    QVERIFY(words);
    QTEST(*words, "words");
}

void ProgramHelpTest::areInstalled()
{
    QTemporaryDir root;
    const auto done = outputOf(u"cmake"_s,
                               {u"--install"_s, QStringLiteral(NEXTCHAT_BINARY_DIR), u"--component"_s,
                                u"console"_s, u"--prefix"_s, root.path()});
    QVERIFY(done);
    const QString page = root.filePath(u"share/man/man1/nextchat.1"_s);
    QVERIFY2(QFile::exists(page) || QFile::exists(page % u".gz"), qPrintable(*done));
    for (const QString &path :
         {u"bin/nextchat"_s, u"share/bash-completion/completions/nextchat"_s,
          u"share/zsh/site-functions/_nextchat"_s, u"share/fish/vendor_completions.d/nextchat.fish"_s})
        QVERIFY2(QFile::exists(root.filePath(path)), qPrintable(path % u"\n" % *done));
}

QTEST_GUILESS_MAIN(ProgramHelpTest)
#include "tst_programhelp.moc"
