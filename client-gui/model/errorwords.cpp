// SPDX-License-Identifier: MIT
#include "client-gui/model/errorwords.h"

#include <QCoreApplication>
#include <QRegularExpression>

namespace nextchat::desktop {

namespace {

// The sentences of contract.md 1.5 and common/signalr/connecterror.cpp; %1 and %2 stand for what varies.
constexpr const char *known[] = {
    QT_TRANSLATE_NOOP("Errors", "No server answers at %1 (connection refused)."),
    QT_TRANSLATE_NOOP("Errors", "There is no host '%1'."),
    QT_TRANSLATE_NOOP("Errors", "No secure connection to %1: %2."),
    QT_TRANSLATE_NOOP("Errors", "No connection to %1: %2."),
    QT_TRANSLATE_NOOP("Errors",
                      "Unauthorized: the server at %1 does not accept who you say you are (status 401)."),
    QT_TRANSLATE_NOOP("Errors", "Forbidden: the server at %1 does not let you in (status 403)."),
    QT_TRANSLATE_NOOP("Errors", "The server at %1 has too many connections of yours (status 429)."),
    QT_TRANSLATE_NOOP("Errors", "The server at %1 is not available (status %2)."),
    QT_TRANSLATE_NOOP("Errors", "%1 is not a SignalR endpoint: %2"),
    QT_TRANSLATE_NOOP("Errors", "Group '%1' does not exist."),
    QT_TRANSLATE_NOOP("Errors", "You are not a member of group '%1'."),
    QT_TRANSLATE_NOOP("Errors", "Too many requests; slow down."),
    QT_TRANSLATE_NOOP("Errors", "You are in too many groups."),
    QT_TRANSLATE_NOOP("Errors", "There are too many groups."),
    QT_TRANSLATE_NOOP("Errors", "Messaging is temporarily unavailable; try again."),
    QT_TRANSLATE_NOOP("Errors", "History is temporarily unavailable; try again."),
    QT_TRANSLATE_NOOP("Errors",
                      "It is not known whether the message was sent; look before you send it again."),
};

QRegularExpression patternOf(const QString &sentence)
{
    QString pattern = QRegularExpression::escape(sentence);
    for (const QString &place : {QStringLiteral("\\%1"), QStringLiteral("\\%2")})
        pattern.replace(place, QStringLiteral("(.+)"));
    return QRegularExpression(QRegularExpression::anchoredPattern(pattern));
}

const QList<QRegularExpression> &patterns()
{
    static const QList<QRegularExpression> all = [] {
        QList<QRegularExpression> made;
        for (const char *sentence : known)
            made.append(patternOf(QString::fromLatin1(sentence)));
        return made;
    }();
    return all;
}

} // namespace

QString inOwnWords(const QString &sentence)
{
    for (qsizetype i = 0; i < patterns().size(); ++i) {
        const auto match = patterns().at(i).match(sentence);
        if (!match.hasMatch())
            continue;
        QString words = QCoreApplication::translate("Errors", known[i]);
        for (int place = 1; place <= match.lastCapturedIndex(); ++place)
            words.replace(QString(u'%' % QString::number(place)), match.captured(place));
        return words;
    }
    return sentence;
}

} // namespace nextchat::desktop
