// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/configurationschema.h"

#include <QByteArray>
#include <QHash>
#include <QMap>
#include <QStringList>

namespace nextchat {

// The layers of a program's configuration: defaults < file < environment < flags. Add them in this order, a
// later value of a key takes the place of an earlier one, then apply().
//
// Errors are one line that names where: `FILE:LINE: KEY: complaint`, `NEXTCHAT_SERVER_LISTEN: complaint`,
// `--listen: complaint`. For one thread; the schema must outlive it.
class Configuration
{
public:
    explicit Configuration(const ConfigurationSchema &schema);

    // YAML, at most 1 MiB.
    [[nodiscard]] Expected<void> addFile(const QString &path);

    // Every variable that begins with NEXTCHAT_ must name a key, except those in `others` (whole names),
    // NEXTCHAT_TEST_*, and what Kubernetes sets for a service of that name (NEXTCHAT_PORT_5000_TCP and the
    // like).
    [[nodiscard]] Expected<void> addEnvironment(const QMap<QString, QString> &environment,
                                                const QStringList &others);

    // The environment of the process by name.
    [[nodiscard]] static QMap<QString, QString> processEnvironment();

    // `text` as in the environment; `origin` names the flag in errors, e.g. `--listen`.
    [[nodiscard]] Expected<void> add(const QString &key, const QString &text, const QString &origin);

    // `KEY=VALUE` of a --set flag.
    [[nodiscard]] Expected<void> addSetting(const QString &setting);

    // Reads the files of secrets and stores every value where the schema says. Fails when a secret is given
    // with and without File.
    [[nodiscard]] Expected<void> apply();

    // Whether any layer gave the key; where the value in force comes from (null: it is the default).
    [[nodiscard]] bool isSet(const QString &key) const { return m_given.contains(key); }
    [[nodiscard]] QString origin(const QString &key) const { return m_given.value(key).origin; }

    // An error about a value that is well formed but does not fit the others; names its origin.
    [[nodiscard]] tl::unexpected<Error> refuse(const QString &key, const QString &complaint) const;

    // Every key with its value in force, as YAML that could be a file; secrets masked.
    [[nodiscard]] QByteArray toYaml() const;

private:
    struct Given
    {
        ConfigurationValue value;
        QString origin;
    };

    Expected<void> give(const QString &key, const ConfigurationKey::Content &content, bool splitsLists,
                        const QString &origin);
    Expected<void> readSecret(const ConfigurationKey &key, const Given &file);
    [[nodiscard]] QString unknown(const QString &key) const;

    const ConfigurationSchema &m_schema;
    QHash<QString, QString> m_keysByVariable;
    QHash<QString, Given> m_given; // by key; `...File` keys hold the path
};

} // namespace nextchat
