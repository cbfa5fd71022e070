// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/configurationfile.h"
#include "common/support/configurationvalue.h"

#include <functional>
#include <optional>
#include <utility>
#include <vector>

namespace nextchat {

// One key: what it may hold, what it holds by itself, and where its value goes.
struct ConfigurationKey
{
    enum class Type { Boolean, Integer, Duration, Size, Text, Choice, List, TextOrList };

    QString name; // e.g. server.ioThreads
    Type type = Type::Text;
    QString description; // a sentence for a person
    ConfigurationValue standard = {}; // the default; nothing: unset
    qint64 least = 0; // of integers, milliseconds, bytes; inclusive
    qint64 most = 0;
    QStringList choices = {}; // of Choice, and of the elements of a List when not empty
    bool mayBeUnset = false;
    bool isSecret = false; // may come from a file (`...File`), is never echoed in an error
    bool isUrl = false; // shown without its password; any other secret is shown as ***
    std::function<std::optional<QString>(const QString &)> check =
        {}; // a complaint about a text or an element
    std::function<void(const ConfigurationValue &)> store = {};

    // The value that a scalar or sequence stands for; `splitsLists` when a scalar holds a list by commas
    // (environment, flags). The error is a complaint that goes on after the name of the key.
    using Content = decltype(ConfigurationEntry::content);
    [[nodiscard]] Expected<ConfigurationValue> parse(const Content &content, bool splitsLists) const;

    // As it would stand in a file; masked when secret.
    [[nodiscard]] QStringList shown(const ConfigurationValue &value) const;
};

// The keys of a program, each bound to a member of a plain struct whose value at that time is the default.
// The struct must outlive the schema. Immutable once built; then readable from any thread.
class ConfigurationSchema
{
public:
    using Check = std::function<std::optional<QString>(const QString &)>;

    template <typename Integer>
    void integer(QString name, Integer &target, qint64 least, qint64 most, QString description)
    {
        add({.name = std::move(name),
             .type = ConfigurationKey::Type::Integer,
             .description = std::move(description),
             .standard = static_cast<qint64>(target),
             .least = least,
             .most = most,
             .store = [&target](const auto &value) {
                 target = static_cast<Integer>(std::get<qint64>(value));
             }});
    }
    template <typename Integer>
    void optionalInteger(QString name, std::optional<Integer> &target, qint64 least, qint64 most,
                         QString description)
    {
        add({.name = std::move(name),
             .type = ConfigurationKey::Type::Integer,
             .description = std::move(description),
             .standard = target ? ConfigurationValue(static_cast<qint64>(*target)) : ConfigurationValue(),
             .least = least,
             .most = most,
             .mayBeUnset = true,
             .store = [&target](const ConfigurationValue &value) {
                 const qint64 *number = std::get_if<qint64>(&value);
                 target = number ? std::optional(static_cast<Integer>(*number)) : std::nullopt;
             }});
    }
    template <typename Enumeration>
    void choice(QString name, Enumeration &target, std::vector<std::pair<QString, Enumeration>> choices,
                QString description)
    {
        ConfigurationKey key{.name = std::move(name),
                             .type = ConfigurationKey::Type::Choice,
                             .description = std::move(description)};
        for (const auto &[text, value] : choices) {
            key.choices.push_back(text);
            if (value == target)
                key.standard = text;
        }
        key.store = [&target, choices = std::move(choices)](const ConfigurationValue &value) {
            for (const auto &[text, member] : choices) {
                if (text == std::get<QString>(value))
                    target = member;
            }
        };
        add(std::move(key));
    }
    void boolean(QString name, bool &target, QString description);
    void duration(QString name, std::chrono::milliseconds &target, std::chrono::milliseconds least,
                  std::chrono::milliseconds most, QString description);
    void optionalDuration(QString name, std::optional<std::chrono::milliseconds> &target,
                          std::chrono::milliseconds least, std::chrono::milliseconds most,
                          QString description);
    void size(QString name, qint64 &target, qint64 least, qint64 most, QString description);
    // An empty text is unset.
    void text(QString name, QString &target, Check check, QString description);
    void secret(QString name, QString &target, Check check, QString description);
    void secretUrl(QString name, QString &target, Check check, QString description);
    void secretUrls(QString name, QStringList &target, Check check, QString description); // one or a list
    void list(QString name, QStringList &target, QStringList choices, Check check, QString description);

    [[nodiscard]] const std::vector<ConfigurationKey> &keys() const { return m_keys; }
    [[nodiscard]] const ConfigurationKey *find(QStringView name) const; // null when unknown
    // A known name that `name` probably means, null when there is none.
    [[nodiscard]] QString similar(QStringView name) const;

private:
    void add(ConfigurationKey key) { m_keys.push_back(std::move(key)); }
    ConfigurationKey textKey(QString name, QString &target, Check check, QString description);

    std::vector<ConfigurationKey> m_keys;
};

} // namespace nextchat
