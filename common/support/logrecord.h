// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QDateTime>
#include <QString>

#include <utility>
#include <vector>

namespace nextchat {

enum class LogFormat { Text, Json };

// One line of the log before it is written out. Value type.
struct LogRecord
{
    QDateTime time = {};
    QtMsgType type = QtInfoMsg;
    QString category = {};
    QString message = {};
    std::vector<std::pair<QString, QString>> fields = {};

    // Text: `2024-05-01T12:00:00.000Z info nextchat.net: message name=value name="two words"`. JSON: one
    // object with time, level, category, message and, when there are any, fields. One line with its end;
    // whatever is not printable is escaped; a message or value above 8,192 characters is cut.
    [[nodiscard]] QByteArray toLine(LogFormat format) const;
};

} // namespace nextchat
