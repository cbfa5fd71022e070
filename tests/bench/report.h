// SPDX-License-Identifier: MIT
#pragma once

#include <QJsonObject>
#include <QList>
#include <QString>

#include <optional>

namespace nextchat::bench {

// One number of a scenario. `key` names it in the JSON object; `required` says what it must reach, where
// there is such a demand.
struct Figure
{
    QString key;
    QString name;
    double value = 0;
    QString unit;
    QString required = {};
    std::optional<bool> reached = {};
};

// What one scenario measured. Not finding what is required is no error: the figures depend on the machine.
struct ScenarioReport
{
    QString letter;
    QString name;
    QString title;
    QList<Figure> figures = {};
    QString error = {}; // why it could not be run to its end
};

// For people: a table.
[[nodiscard]] QString asTable(const QList<ScenarioReport> &reports);
// For programs: one object, figures by name and key.
[[nodiscard]] QJsonObject asJson(const QList<ScenarioReport> &reports);

} // namespace nextchat::bench
