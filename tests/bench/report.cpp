// SPDX-License-Identifier: MIT
#include "tests/bench/report.h"

#include <cmath>

namespace nextchat::bench {

namespace {

QString inWords(double value)
{
    const double size = std::abs(value);
    if (size >= 1000)
        return QLocale(QLocale::English).toString(std::llround(value));
    return QString::number(value, 'f', size >= 100 ? 0 : size >= 10 ? 1 : 2);
}

QString verdict(const Figure &figure)
{
    if (figure.required.isEmpty())
        return {};
    if (!figure.reached)
        return figure.required;
    return figure.required % (*figure.reached ? u"   reached" : u"   NOT REACHED");
}

} // namespace

QString asTable(const QList<ScenarioReport> &reports)
{
    QString table;
    for (const ScenarioReport &report : reports) {
        table += u"\n(" % report.letter % u") " % report.title % u'\n';
        for (const Figure &figure : report.figures) {
            const QString value = inWords(figure.value) % u' ' % figure.unit;
            table +=
                u"    " % figure.name.leftJustified(66) % value.leftJustified(20) % verdict(figure) % u'\n';
        }
        if (!report.error.isEmpty())
            table += u"    could not be run: " % report.error % u'\n';
    }
    return table;
}

QJsonObject asJson(const QList<ScenarioReport> &reports)
{
    QJsonObject all;
    for (const ScenarioReport &report : reports) {
        QJsonObject figures;
        for (const Figure &figure : report.figures) {
            QJsonObject object{{QStringLiteral("value"), figure.value},
                               {QStringLiteral("unit"), figure.unit}};
            if (!figure.required.isEmpty())
                object.insert(QStringLiteral("required"), figure.required);
            if (figure.reached)
                object.insert(QStringLiteral("reached"), *figure.reached);
            figures.insert(figure.key, object);
        }
        QJsonObject object{{QStringLiteral("title"), report.title}, {QStringLiteral("figures"), figures}};
        if (!report.error.isEmpty())
            object.insert(QStringLiteral("error"), report.error);
        all.insert(report.name, object);
    }
    return all;
}

} // namespace nextchat::bench
