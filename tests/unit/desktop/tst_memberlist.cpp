// SPDX-License-Identifier: MIT
#include "client-gui/model/memberlist.h"

#include <QAbstractItemModelTester>
#include <QTest>

using namespace nextchat::desktop;

class MemberListTest : public QObject
{
    Q_OBJECT

private:
    static QString names(const MemberList &list)
    {
        QStringList shown;
        for (int row = 0; row < list.rowCount(); ++row)
            shown.append(list.index(row).data(MemberList::UserId).toString());
        return shown.join(u' ');
    }

private Q_SLOTS:
    void thoseWhoAreHereComeFirst()
    {
        MemberList list;
        const QAbstractItemModelTester tester(&list, QAbstractItemModelTester::FailureReportingMode::QtTest);
        list.wrote(u"adam"_qs);
        list.setPresent({u"carl"_qs, u"Bob"_qs});
        QCOMPARE(names(list), u"Bob carl adam"_qs);
        list.joined(u"adam"_qs);
        QCOMPARE(names(list), u"adam Bob carl"_qs);
        list.left(u"Bob"_qs);
        QCOMPARE(names(list), u"adam carl"_qs); // he wrote nothing
        QCOMPARE(list.presentCount(), 2);
    }

    void whoWroteLastIsCompletedFirst()
    {
        MemberList list;
        list.setPresent({u"anna"_qs, u"andi"_qs, u"bob"_qs, u"Anton"_qs});
        list.wrote(u"anna"_qs);
        list.wrote(u"Anton"_qs);
        QCOMPARE(list.completions(u"an"_qs, 9), QStringList({u"Anton"_qs, u"anna"_qs, u"andi"_qs}));
        QCOMPARE(list.completions(u"an"_qs, 1), QStringList({u"Anton"_qs}));
        QVERIFY(list.completions(u"x"_qs, 9).isEmpty());
    }
};

QTEST_GUILESS_MAIN(MemberListTest)

#include "tst_memberlist.moc"
