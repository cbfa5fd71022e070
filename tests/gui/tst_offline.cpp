// SPDX-License-Identifier: MIT
#include "tests/gui/desktopfixture.h"
#include "tests/support/freeport.h"

#include <QTest>

using namespace nextchat;
using namespace nextchat::desktop;
using namespace nextchat::test;

// What the window says and keeps while there is no server, over restarts of both.
class OfflineTest : public OneDesktop
{
    Q_OBJECT

private:
    QLabel *banner() { return m_ann->window().findChild<QLabel *>(u"bannerText"_qs); }

private Q_SLOTS:
    void init() { begin(); }
    void cleanup() { end(); }

    void aLostServerIsSaidAndWhatIsWrittenGoesOutAfterwards()
    {
        m_ann->type(u"before"_qs);
        QTRY_VERIFY(m_ann->messages()->lastSeq() > 0);
        m_server->kill9();
        QTRY_COMPARE(m_ann->session().link(), Session::Link::Waiting);
        QTRY_VERIFY(banner()->isVisible());
        QVERIFY(banner()->text().startsWith(u"Offline."));
        m_ann->type(u"one"_qs);
        m_ann->type(u"two"_qs);
        QCOMPARE(m_ann->texts(), QStringList({u"before"_qs, u"one"_qs, u"two"_qs}));
        QCOMPARE(m_ann->messages()->row(2).delivery, MessageRow::Delivery::Sending);
        QVERIFY(m_server->restart());
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->messages()->messages().size(), 3, 30'000);
        QCOMPARE(m_ann->texts(), QStringList({u"before"_qs, u"one"_qs, u"two"_qs}));
        QTRY_VERIFY(!banner()->isVisible());
        QVERIFY(!m_ann->messages()->row(1).afterGap);
    }

    void theWindowIsFullBeforeTheNetworkAnswers()
    {
        m_ann->type(u"kept"_qs);
        QTRY_VERIFY(m_ann->messages()->lastSeq() > 0);
        m_server->kill9();
        m_ann->restart();
        QTRY_COMPARE(m_ann->texts(), QStringList({u"kept"_qs}));
        QTRY_COMPARE(m_ann->session().link(), Session::Link::Waiting);
        QVERIFY(m_server->restart());
        QTRY_COMPARE_WITH_TIMEOUT(m_ann->session().link(), Session::Link::Online, 40'000);
        QTRY_COMPARE(m_ann->page().conversation()->place(), Conversation::Place::Joined);
        QCOMPARE(m_ann->texts(), QStringList({u"kept"_qs}));
    }

    void outboxAndDraftOutliveTheProgram()
    {
        m_server->kill9();
        QTRY_COMPARE(m_ann->session().link(), Session::Link::Waiting);
        m_ann->type(u"unsent"_qs);
        QTest::keyClicks(m_ann->page().composer().edit(), u"half a sent"_qs);
        m_ann->restart();
        QTRY_COMPARE(m_ann->texts(), QStringList({u"unsent"_qs}));
        QCOMPARE(m_ann->page().composer().text(), u"half a sent"_qs);
        QVERIFY(m_server->restart());
        QTRY_VERIFY_WITH_TIMEOUT(m_ann->messages()->lastSeq() > 0, 40'000);
        QCOMPARE(m_ann->texts(), QStringList({u"unsent"_qs}));
        QCOMPARE(m_ann->page().composer().text(), u"half a sent"_qs);
    }

    void whatWasWrittenMeanwhileIsUnreadAfterARestart()
    {
        const auto bob = somebody(m_server->url(), u"bob"_qs, group);
        QVERIFY(bob);
        QVERIFY(say(*bob, group, u"old"_qs));
        QTRY_COMPARE(m_ann->messages()->rowCount(), 1);
        QTRY_COMPARE(m_ann->page().conversation()->unread(), 0);
        m_ann->restart();
        QTRY_COMPARE(m_ann->session().link(), Session::Link::Online);
        m_ann->window().hide();
        QVERIFY(say(*bob, group, u"new"_qs));
        QTRY_COMPARE(m_ann->page().conversation()->unread(), 1);
    }

    void aServerThatIsNoneIsSaidInTheDialog()
    {
        m_ann->desktop().ask();
        ConnectDialog *dialog = m_ann->desktop().dialog();
        dialog->setServer({QUrl(u"http://127.0.0.1:%1/next-chat"_qs.arg(freePort())), u"ann"_qs});
        QTest::mouseClick(dialog->findChild<QPushButton *>(), Qt::LeftButton);
        auto *problem = dialog->findChild<QLabel *>(u"problem"_qs);
        QTRY_VERIFY(problem->isVisible());
        QVERIFY2(problem->text().contains(u"refused"), qPrintable(problem->text()));
        QVERIFY(!m_ann->desktop().session());
        dialog->setServer({m_server->url(), u"ann"_qs});
        QTest::mouseClick(dialog->findChild<QPushButton *>(), Qt::LeftButton);
        QTRY_VERIFY(m_ann->desktop().window());
        QTRY_COMPARE(m_ann->desktop().settings().servers().value(0).url, m_server->url());
    }
};

QTEST_MAIN(OfflineTest)

#include "tst_offline.moc"
