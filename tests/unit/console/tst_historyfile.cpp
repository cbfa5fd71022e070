// SPDX-License-Identifier: MIT
#include "client-cli/historyfile.h"

#include <QDir>
#include <QFile>
#include <QFileInfo>
#include <QTemporaryDir>
#include <QTest>

using nextchat::console::HistoryFile;
using namespace Qt::StringLiterals;

class HistoryFileTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void linesComeBack();
    void onlyItsUserReadsIt();
    void isShortenedWhenLong();
    void isNothingWhereItCannotBe();
    void usualPath_data();
    void usualPath();
};

void HistoryFileTest::linesComeBack()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"state/nextchat/history"_s);
    QCOMPARE(HistoryFile(path).load(), QStringList());
    HistoryFile(path).append(u"join général"_s);
    HistoryFile(path).append(u"say a two\nlines"_s);
    HistoryFile(path).append(u"list"_s);
    QCOMPARE(HistoryFile(path).load(), (QStringList{u"join général"_s, u"list"_s}));
}

void HistoryFileTest::onlyItsUserReadsIt()
{
    const QTemporaryDir directory;
    const QString path = directory.filePath(u"nextchat/history"_s);
    const HistoryFile history(path);
    QVERIFY(history.load().isEmpty());
    const auto others = QFile::ReadGroup | QFile::WriteGroup | QFile::ReadOther | QFile::WriteOther
        | QFile::ExeGroup | QFile::ExeOther;
    QVERIFY(!(QFile::permissions(path) & others));
    QVERIFY(!(QFile::permissions(directory.filePath(u"nextchat"_s)) & others));
    QVERIFY(QFile::setPermissions(path, QFile::permissions(path) | QFile::ReadOther));
    QVERIFY(history.load().isEmpty());
    QVERIFY(!(QFile::permissions(path) & others));
}

void HistoryFileTest::isShortenedWhenLong()
{
    const QTemporaryDir directory;
    const HistoryFile history(directory.filePath(u"history"_s));
    QVERIFY(history.load().isEmpty());
    for (int i = 0; i < HistoryFile::mostLines + 10; ++i)
        history.append(u"line " % QString::number(i));
    QCOMPARE(history.load().first(), u"line 10"_s);
    QCOMPARE(history.load().size(), HistoryFile::mostLines);
    QCOMPARE(QFileInfo(directory.filePath(u"history"_s)).permission(QFile::ReadOther), false);
}

void HistoryFileTest::isNothingWhereItCannotBe()
{
    const QTemporaryDir directory;
    QFile inTheWay(directory.filePath(u"nextchat"_s));
    QVERIFY(inTheWay.open(QIODevice::WriteOnly));
    const HistoryFile history(directory.filePath(u"nextchat/history"_s));
    history.append(u"list"_s);
    QCOMPARE(history.load(), QStringList());
}

void HistoryFileTest::usualPath_data()
{
    QTest::addColumn<QString>("stateHome");
    QTest::addColumn<QString>("path");
    const QString usual = QDir::homePath() % u"/.local/state/nextchat/history";
    QTest::newRow("set") << u"/var/me"_s << u"/var/me/nextchat/history"_s;
    QTest::newRow("unset") << QString() << usual;
    QTest::newRow("relative") << u"me"_s << usual;
}

void HistoryFileTest::usualPath()
{
    QFETCH(QString, stateHome);
    QProcessEnvironment environment;
    if (!stateHome.isNull())
        environment.insert(u"XDG_STATE_HOME"_s, stateHome);
    QTEST(HistoryFile::usualPath(environment), "path");
}

QTEST_GUILESS_MAIN(HistoryFileTest)
#include "tst_historyfile.moc"
