// SPDX-License-Identifier: MIT
#include "sqlmigrate/statementsplitter.h"

#include <QTest>

using namespace nextchat::sqlmigrate;
using namespace Qt::StringLiterals;

class StatementSplitterTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void cutsBetweenStatements_data();
    void cutsBetweenStatements();
    void knowsTheLineOfEachStatement();
};

void StatementSplitterTest::cutsBetweenStatements_data()
{
    QTest::addColumn<QString>("script");
    QTest::addColumn<bool>("mysql");
    QTest::addColumn<QStringList>("statements");

    QTest::newRow("nothing") << "" << false << QStringList();
    QTest::newRow("blanks and semicolons") << " ;\n; \t;" << false << QStringList();
    QTest::newRow("comments alone") << "-- a; b\n/* c; d */" << false << QStringList();
    QTest::newRow("two") << "SELECT 1; SELECT 2;" << false << QStringList{u"SELECT 1"_s, u"SELECT 2"_s};
    QTest::newRow("no semicolon at the end") << "SELECT 1;\nSELECT 2\n"
                                             << false << QStringList{u"SELECT 1"_s, u"SELECT 2"_s};
    QTest::newRow("comments around") << "-- a\nSELECT 1 -- b;\n; /* c */ SELECT 2 /* ; */ ;" << false
                                     << QStringList{u"SELECT 1"_s, u"SELECT 2"_s};
    QTest::newRow("comment inside") << "SELECT /* ; */ 1;" << false << QStringList{u"SELECT /* ; */ 1"_s};
    QTest::newRow("string") << "SELECT ';--/*'; SELECT 2" << false
                            << QStringList{u"SELECT ';--/*'"_s, u"SELECT 2"_s};
    QTest::newRow("doubled quote") << "SELECT 'it''s;'; SELECT 2" << false
                                   << QStringList{u"SELECT 'it''s;'"_s, u"SELECT 2"_s};
    QTest::newRow("quoted names") << "SELECT \"a;\"\"b\", `c;`, [d;]; X" << false
                                  << QStringList{u"SELECT \"a;\"\"b\", `c;`, [d;]"_s, u"X"_s};
    QTest::newRow("backslash means nothing in SQLite")
        << R"(SELECT '\'; SELECT 2)" << false << QStringList{uR"(SELECT '\')"_s, u"SELECT 2"_s};
    QTest::newRow("backslash escapes in MySQL")
        << R"(SELECT '\';'; SELECT 2)" << true << QStringList{uR"(SELECT '\';')"_s, u"SELECT 2"_s};
    QTest::newRow("hash comment in MySQL")
        << "SELECT 1 # a;\n; SELECT 2" << true << QStringList{u"SELECT 1"_s, u"SELECT 2"_s};
    QTest::newRow("unfinished string") << "SELECT 'a; b" << false << QStringList{u"SELECT 'a; b"_s};
    QTest::newRow("unfinished comment") << "SELECT 1; /* a; b" << false << QStringList{u"SELECT 1"_s};
    const QString trigger = u"CREATE TRIGGER t AFTER INSERT ON a BEGIN UPDATE b SET c = CASE WHEN 1 THEN 2 "
                            u"END; DELETE FROM d; END"_s;
    QTest::newRow("trigger") << trigger + u"; SELECT 2;"_s << false << QStringList{trigger, u"SELECT 2"_s};
    const QString temporary = u"create temp trigger t after insert on a begin select 1; end"_s;
    QTest::newRow("temporary trigger")
        << temporary + u";SELECT 2"_s << false << QStringList{temporary, u"SELECT 2"_s};
    QTest::newRow("a table named trigger") << "CREATE TABLE trigger (a); SELECT 2" << false
                                           << QStringList{u"CREATE TABLE trigger (a)"_s, u"SELECT 2"_s};
}

void StatementSplitterTest::cutsBetweenStatements()
{
    QFETCH(const QString, script);
    QFETCH(const bool, mysql);
    QFETCH(const QStringList, statements);

    QStringList result;
    for (const Statement &statement : splitStatements(script, mysql))
        result.append(statement.sql);
    QCOMPARE(result, statements);
}

void StatementSplitterTest::knowsTheLineOfEachStatement()
{
    const auto statements =
        splitStatements(QStringLiteral("-- one\nSELECT\n 1;\n\n-- five\nSELECT 6; SELECT 7"), false);
    QCOMPARE(statements.size(), std::size_t(3));
    QCOMPARE(statements[0].line, 2);
    QCOMPARE(statements[1].line, 6);
    QCOMPARE(statements[2].line, 6);
}

QTEST_GUILESS_MAIN(StatementSplitterTest)
#include "tst_statementsplitter.moc"
