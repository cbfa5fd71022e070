// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"
#include "common/support/logrecord.h"

#include <QDebug>
#include <QString>

#include <optional>

namespace nextchat {

struct LogOptions
{
    // debug, info, warning or error, then exceptions per category: `info,nextchat.net=debug`. Without
    // exception, debug means our own categories: Qt's are far too talkative.
    QString level = QStringLiteral("info");
    LogFormat format = LogFormat::Text;
};

// The QLoggingCategory filter rules for LogOptions::level. InvalidArgument with a complaint about the level.
[[nodiscard]] Expected<QString> logFilterRules(QStringView level);

// Sends everything that is logged with Qt's macros to stderr, one line a record, until destroyed. One at a
// time, made in main() before other threads start; logging itself is thread-safe.
class Logging
{
public:
    explicit Logging(const LogOptions &options); // an invalid level counts as info
    ~Logging();
    Logging(const Logging &) = delete;
    Logging &operator=(const Logging &) = delete;

    // Other levels and another format from now on. Any thread.
    void change(const LogOptions &options);

private:
    QtMessageHandler m_previous;
};

// A named value of a record: `qCInfo(netLog) << "Connection closed." << field("connection", id)`. Fields come
// after the text.
struct LogField
{
    const char *name; // letters and digits
    QString value;
};

[[nodiscard]] inline LogField field(const char *name, QString value)
{
    return {name, std::move(value)};
}
[[nodiscard]] inline LogField field(const char *name, qint64 value)
{
    return {name, QString::number(value)};
}

QDebug operator<<(QDebug debug, const LogField &field);
QDebug operator<<(QDebug debug, const std::optional<LogField> &field); // nothing without one

} // namespace nextchat
