// SPDX-License-Identifier: MIT
#include "client-gui/model/errorwords.h"
#include "common/chat/rules.h"
#include "common/signalr/connecterror.h"

#include <QTest>
#include <QTranslator>

using namespace nextchat;
using nextchat::desktop::inOwnWords;

namespace {

// Puts a mark before every sentence of its context, so that a known one is told from one that was passed
// through.
class Marker : public QTranslator
{
public:
    QString translate(const char *context, const char *source, const char *, int) const override
    {
        return qstrcmp(context, "Errors") == 0 ? u"+ "_qs + QString::fromLatin1(source) : QString();
    }
    bool isEmpty() const override { return false; }
};

} // namespace

class ErrorWordsTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void knownSentencesAreTranslated_data()
    {
        QTest::addColumn<QString>("sentence");
        const QUrl hub(u"http://chat.example:5000/next-chat"_qs);
        using namespace signalr;
        QTest::newRow("refused") << connectError(hub, QNetworkReply::ConnectionRefusedError, {}).message;
        QTest::newRow("no host") << connectError(hub, QNetworkReply::HostNotFoundError, {}).message;
        QTest::newRow("TLS") << connectError(hub, QNetworkReply::SslHandshakeFailedError, u"bad"_qs).message;
        QTest::newRow("401") << statusError(hub, 401).message;
        QTest::newRow("403") << statusError(hub, 403).message;
        QTest::newRow("429") << statusError(hub, 429).message;
        QTest::newRow("503") << statusError(hub, 503).message;
        QTest::newRow("no endpoint") << notAnEndpoint(hub, u"it answered"_qs).message;
        QTest::newRow("no group") << chat::texts::unknownGroup(u"x");
        QTest::newRow("no member") << chat::texts::notMember(u"x");
        QTest::newRow("too fast") << chat::texts::tooManyRequests();
        QTest::newRow("too many groups of a connection") << chat::texts::tooManyGroupsOfConnection();
        QTest::newRow("too many groups") << chat::texts::tooManyGroups();
        QTest::newRow("messaging") << chat::texts::messagingUnavailable();
        QTest::newRow("history") << chat::texts::historyUnavailable();
        QTest::newRow("outcome") << chat::texts::unknownOutcome();
    }

    void knownSentencesAreTranslated()
    {
        QFETCH(QString, sentence);
        Marker marker;
        QCoreApplication::installTranslator(&marker);
        QCOMPARE(inOwnWords(sentence), u"+ "_qs + sentence);
    }

    void othersStayAsTheyAre() { QCOMPARE(inOwnWords(u"Something else."_qs), u"Something else."_qs); }
};

QTEST_GUILESS_MAIN(ErrorWordsTest)

#include "tst_errorwords.moc"
