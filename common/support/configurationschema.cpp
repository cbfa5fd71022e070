// SPDX-License-Identifier: MIT
#include "common/support/configurationschema.h"

namespace nextchat {

void ConfigurationSchema::boolean(QString name, bool &target, QString description)
{
    add({.name = std::move(name),
         .type = ConfigurationKey::Type::Boolean,
         .description = std::move(description),
         .standard = target,
         .store = [&target](const ConfigurationValue &value) { target = std::get<bool>(value); }});
}

void ConfigurationSchema::duration(QString name, std::chrono::milliseconds &target,
                                   std::chrono::milliseconds least, std::chrono::milliseconds most,
                                   QString description)
{
    add({.name = std::move(name),
         .type = ConfigurationKey::Type::Duration,
         .description = std::move(description),
         .standard = target,
         .least = least.count(),
         .most = most.count(),
         .store = [&target](const auto &value) { target = std::get<std::chrono::milliseconds>(value); }});
}

void ConfigurationSchema::optionalDuration(QString name, std::optional<std::chrono::milliseconds> &target,
                                           std::chrono::milliseconds least, std::chrono::milliseconds most,
                                           QString description)
{
    add({.name = std::move(name),
         .type = ConfigurationKey::Type::Duration,
         .description = std::move(description),
         .standard = target ? ConfigurationValue(*target) : ConfigurationValue(),
         .least = least.count(),
         .most = most.count(),
         .mayBeUnset = true,
         .store = [&target](const ConfigurationValue &value) {
             const auto *duration = std::get_if<std::chrono::milliseconds>(&value);
             target = duration ? std::optional(*duration) : std::nullopt;
         }});
}

void ConfigurationSchema::size(QString name, qint64 &target, qint64 least, qint64 most, QString description)
{
    add({.name = std::move(name),
         .type = ConfigurationKey::Type::Size,
         .description = std::move(description),
         .standard = target,
         .least = least,
         .most = most,
         .store = [&target](const ConfigurationValue &value) { target = std::get<qint64>(value); }});
}

ConfigurationKey ConfigurationSchema::textKey(QString name, QString &target, Check check, QString description)
{
    return {.name = std::move(name),
            .type = ConfigurationKey::Type::Text,
            .description = std::move(description),
            .standard = target.isEmpty() ? ConfigurationValue() : ConfigurationValue(target),
            .mayBeUnset = target.isEmpty(),
            .check = std::move(check),
            .store = [&target](const ConfigurationValue &value) {
                const QString *text = std::get_if<QString>(&value);
                target = text ? *text : QString();
            }};
}

void ConfigurationSchema::text(QString name, QString &target, Check check, QString description)
{
    add(textKey(std::move(name), target, std::move(check), std::move(description)));
}

void ConfigurationSchema::secret(QString name, QString &target, Check check, QString description)
{
    ConfigurationKey key = textKey(std::move(name), target, std::move(check), std::move(description));
    key.isSecret = true;
    add(std::move(key));
}

void ConfigurationSchema::secretUrl(QString name, QString &target, Check check, QString description)
{
    secret(std::move(name), target, std::move(check), std::move(description));
    m_keys.back().isUrl = true;
}

void ConfigurationSchema::list(QString name, QStringList &target, QStringList choices, Check check,
                               QString description)
{
    add({.name = std::move(name),
         .type = ConfigurationKey::Type::List,
         .description = std::move(description),
         .standard = target,
         .choices = std::move(choices),
         .mayBeUnset = target.isEmpty(),
         .check = std::move(check),
         .store = [&target](const ConfigurationValue &value) {
             const QStringList *list = std::get_if<QStringList>(&value);
             target = list ? *list : QStringList();
         }});
}

void ConfigurationSchema::secretUrls(QString name, QStringList &target, Check check, QString description)
{
    list(std::move(name), target, {}, std::move(check), std::move(description));
    m_keys.back().type = ConfigurationKey::Type::TextOrList;
    m_keys.back().isSecret = true;
    m_keys.back().isUrl = true;
}

const ConfigurationKey *ConfigurationSchema::find(QStringView name) const
{
    const auto found = std::ranges::find_if(m_keys, [name](const auto &key) { return key.name == name; });
    return found == m_keys.end() ? nullptr : &*found;
}

QString ConfigurationSchema::similar(QStringView name) const
{
    for (const ConfigurationKey &key : m_keys) {
        // Another case, or only the last part of the name.
        if (key.name.compare(name, Qt::CaseInsensitive) == 0
            || key.name.endsWith(QString(u'.' % name), Qt::CaseInsensitive))
            return key.name;
    }
    return {};
}

} // namespace nextchat
