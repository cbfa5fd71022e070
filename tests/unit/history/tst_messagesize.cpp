// SPDX-License-Identifier: MIT
#include "server/history/messagesize.h"

#include <QJsonDocument>
#include <QJsonObject>
#include <QTest>

using namespace nextchat;
using namespace Qt::StringLiterals;

class MessageSizeTest : public QObject
{
    Q_OBJECT

private Q_SLOTS:
    void isNotBelowTheJsonNorFarAbove_data();
    void isNotBelowTheJsonNorFarAbove();
};

void MessageSizeTest::isNotBelowTheJsonNorFarAbove_data()
{
    QTest::addColumn<QString>("text");
    QTest::newRow("empty") << "";
    QTest::newRow("latin") << QString(1000, u'x');
    QTest::newRow("quotes") << QString(1000, u'"');
    QTest::newRow("backslashes") << QString(1000, u'\\');
    QTest::newRow("two bytes") << QString(1000, u'\u00e9');
    QTest::newRow("three bytes") << QString(1000, u'\u20ac');
    QTest::newRow("four bytes") << u"\U0001F600"_s.repeated(1000);
    QTest::newRow("controls") << QString(1000, u'\x01');
}

void MessageSizeTest::isNotBelowTheJsonNorFarAbove()
{
    QFETCH(const QString, text);
    chat::Message message;
    message.groupId = u"room"_s;
    message.authorId = u"ann"_s;
    message.text = text;
    message.seq = (qint64(1) << 53) - 1;
    message.epoch = u"abcdefghijkl"_s;
    message.clientMessageId = u"id"_s;
    const QJsonObject json{{u"groupId"_s, message.groupId},
                           {u"authorId"_s, message.authorId},
                           {u"text"_s, message.text},
                           {u"sendTime"_s, u"2026-01-02T03:04:05.123456+00:00"_s},
                           {u"seq"_s, message.seq},
                           {u"epoch"_s, message.epoch},
                           {u"clientMessageId"_s, message.clientMessageId}};
    const qsizetype encoded = QJsonDocument(json).toJson(QJsonDocument::Compact).size();
    const qsizetype estimated = history::encodedSize(message);
    QVERIFY2(estimated >= encoded, qPrintable(QString::number(estimated - encoded)));
    QVERIFY2(estimated <= encoded + 32, qPrintable(QString::number(estimated - encoded)));
}

QTEST_GUILESS_MAIN(MessageSizeTest)
#include "tst_messagesize.moc"
