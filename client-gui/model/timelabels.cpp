// SPDX-License-Identifier: MIT
#include "client-gui/model/timelabels.h"

#include <QCoreApplication>
#include <QLocale>

namespace nextchat::desktop {

namespace {

QString say(const char *text)
{
    return QCoreApplication::translate("TimeLabels", text);
}

} // namespace

QDateTime localTime(chat::Timestamp time)
{
    using namespace std::chrono;
    return QDateTime::fromMSecsSinceEpoch(duration_cast<milliseconds>(time.time_since_epoch()).count());
}

QString dayLabel(const QDate &day, const QDate &today)
{
    if (day == today)
        return say(QT_TRANSLATE_NOOP("TimeLabels", "Today"));
    if (day.addDays(1) == today)
        return say(QT_TRANSLATE_NOOP("TimeLabels", "Yesterday"));
    const QString format = day.year() == today.year()
        ? say(QT_TRANSLATE_NOOP("TimeLabels", "dddd, d MMMM"))
        : say(QT_TRANSLATE_NOOP("TimeLabels", "dddd, d MMMM yyyy"));
    return QLocale().toString(day, format);
}

QString clockLabel(const QDateTime &time)
{
    return QLocale().toString(time.time(), QLocale::ShortFormat);
}

QString recentLabel(const QDateTime &time, const QDate &today)
{
    const QDate day = time.date();
    if (day == today)
        return clockLabel(time);
    if (day.addDays(1) == today)
        return say(QT_TRANSLATE_NOOP("TimeLabels", "Yesterday"));
    if (day < today && day.addDays(7) > today)
        return QLocale().toString(day, QStringLiteral("ddd"));
    if (day.year() == today.year())
        return QLocale().toString(day, say(QT_TRANSLATE_NOOP("TimeLabels", "d MMM")));
    return QLocale().toString(day, QStringLiteral("yyyy"));
}

QString fullLabel(const QDateTime &time)
{
    return QLocale().toString(time, QLocale::LongFormat);
}

} // namespace nextchat::desktop
