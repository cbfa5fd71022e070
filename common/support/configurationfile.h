// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QByteArray>
#include <QString>
#include <QStringList>

#include <variant>
#include <vector>

namespace nextchat {

// One key of a configuration file, as it stands there.
struct ConfigurationEntry
{
    QString key; // the path with dots, e.g. server.listen
    std::variant<std::monostate, QString, QStringList> content; // null, a scalar, or a sequence of scalars
    int line = 0; // from 1
};

// The whole content of a file (or pipe) of at most `limit` bytes of UTF-8. The error names the path, not the
// content.
[[nodiscard]] Expected<QByteArray> readTextFile(const QString &path, qint64 limit);

// The keys of YAML text: mappings of mappings down to scalars and sequences of scalars. Anchors, aliases,
// tags, duplicate keys, several documents and anything deeper than a configuration can be are refused. Errors
// begin with `name` and, where known, the line: `name:12: `.
[[nodiscard]] Expected<std::vector<ConfigurationEntry>> parseConfiguration(const QByteArray &yaml,
                                                                           const QString &name);

} // namespace nextchat
