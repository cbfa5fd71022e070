// SPDX-License-Identifier: MIT
#include "common/support/configuration.h"

#include <QProcessEnvironment>
#include <QRegularExpression>

#include <yaml-cpp/emitter.h>

namespace nextchat {

namespace {

using namespace Qt::StringLiterals;

constexpr qint64 maximumFileSize = 1024 * 1024;
constexpr qint64 maximumSecretSize = 64 * 1024;

QString variableOf(const QString &key)
{
    return u"NEXTCHAT_"_s % key.toUpper().replace(u'.', u'_');
}

QString fileKeyOf(const QString &key)
{
    return key % u"File"_s;
}

tl::unexpected<Error> invalid(const QString &origin, const QString &complaint)
{
    return failure(Error::Code::InvalidArgument, origin % u": "_s % complaint);
}

// What Kubernetes tells every pod about a service whose name begins with "nextchat".
bool isServiceVariable(const QString &name)
{
    static const QRegularExpression pattern(
        u"_SERVICE_HOST$|_SERVICE_PORT(_[A-Z0-9_]+)?$|_PORT(_[0-9]+_(TCP|UDP|SCTP)(_[A-Z]+)?)?$"_s);
    return pattern.match(name).hasMatch();
}

void emitValue(YAML::Emitter &out, const ConfigurationKey &key, const ConfigurationValue &value)
{
    if (std::holds_alternative<std::monostate>(value)) {
        out << YAML::Null;
        return;
    }
    const QStringList shown = key.shown(value);
    const bool isText = std::holds_alternative<QString>(value) && key.type != ConfigurationKey::Type::Choice;
    if (const bool isList = std::holds_alternative<QStringList>(value); isList) {
        out << YAML::Flow << YAML::BeginSeq;
        for (const QString &element : shown)
            out << YAML::DoubleQuoted << element.toStdString();
        out << YAML::EndSeq;
    } else if (isText) {
        out << YAML::DoubleQuoted << shown.constFirst().toStdString();
    } else {
        out << shown.constFirst().toStdString();
    }
}

} // namespace

Configuration::Configuration(const ConfigurationSchema &schema)
    : m_schema(schema)
{
    for (const ConfigurationKey &key : schema.keys()) {
        m_keysByVariable.insert(variableOf(key.name), key.name);
        if (key.isSecret)
            m_keysByVariable.insert(variableOf(fileKeyOf(key.name)), fileKeyOf(key.name));
    }
}

Expected<void> Configuration::addFile(const QString &path)
{
    const Expected<QByteArray> yaml = readTextFile(path, maximumFileSize);
    if (!yaml)
        return tl::unexpected(yaml.error());
    const auto entries = parseConfiguration(*yaml, path);
    if (!entries)
        return tl::unexpected(entries.error());
    for (const ConfigurationEntry &entry : *entries) {
        const bool isEmptySection = std::holds_alternative<std::monostate>(entry.content)
            && std::ranges::any_of(m_schema.keys(),
                                   [start = QString(entry.key % u'.')](const ConfigurationKey &key) {
                                       return key.name.startsWith(start);
                                   });
        if (isEmptySection)
            continue;
        const QString origin = path % u':' % QString::number(entry.line);
        const Expected<void> given =
            give(entry.key, entry.content, false, origin % u": "_s % quoted(entry.key));
        if (!given)
            return given;
    }
    return {};
}

Expected<void> Configuration::addEnvironment(const QMap<QString, QString> &environment,
                                             const QStringList &others)
{
    for (auto variable = environment.begin(); variable != environment.end(); ++variable) {
        const QString &name = variable.key();
        if (!name.startsWith(u"NEXTCHAT_"))
            continue;
        const QString key = m_keysByVariable.value(name);
        if (key.isEmpty()) {
            if (others.contains(name) || name.startsWith(u"NEXTCHAT_TEST_") || isServiceVariable(name))
                continue;
            return invalid(quoted(name), u"names no configuration key"_s);
        }
        if (variable->contains(QChar::ReplacementCharacter))
            return invalid(name, u"is not valid UTF-8"_s);
        if (const Expected<void> given = give(key, *variable, true, name); !given)
            return given;
    }
    return {};
}

QMap<QString, QString> Configuration::processEnvironment()
{
    const QProcessEnvironment environment = QProcessEnvironment::systemEnvironment();
    QMap<QString, QString> variables;
    for (const QString &name : environment.keys())
        variables.insert(name, environment.value(name));
    return variables;
}

Expected<void> Configuration::add(const QString &key, const QString &text, const QString &origin)
{
    return give(key, text, true, origin);
}

Expected<void> Configuration::addSetting(const QString &setting)
{
    const qsizetype equals = setting.indexOf(u'=');
    if (equals <= 0)
        return invalid(u"--set"_s, u"KEY=VALUE is expected"_s);
    const QString key = setting.first(equals);
    return give(key, setting.sliced(equals + 1), true, u"--set "_s % quoted(key));
}

Expected<void> Configuration::give(const QString &key, const ConfigurationKey::Content &content,
                                   bool splitsLists, const QString &origin)
{
    const ConfigurationKey *known = m_schema.find(key);
    if (known) {
        Expected<ConfigurationValue> value = known->parse(content, splitsLists);
        if (!value)
            return invalid(origin, value.error().message);
        m_given.insert(key, {std::move(*value), origin});
        return {};
    }
    const ConfigurationKey *secret =
        key.endsWith(u"File") ? m_schema.find(QStringView(key).chopped(4)) : nullptr;
    if (!secret || !secret->isSecret)
        return invalid(origin, unknown(key));
    if (const QString *path = std::get_if<QString>(&content); path && !path->isEmpty()) {
        m_given.insert(key, {*path, origin});
        return {};
    }
    return invalid(origin, u"must be the path of a file"_s);
}

QString Configuration::unknown(const QString &key) const
{
    const QString similar = m_schema.similar(key);
    if (similar.isEmpty())
        return u"unknown key"_s;
    return u"unknown key; did you mean "_s % similar % u'?';
}

Expected<void> Configuration::apply()
{
    for (const ConfigurationKey &key : m_schema.keys()) {
        const auto file = m_given.constFind(fileKeyOf(key.name));
        if (!key.isSecret || file == m_given.constEnd())
            continue;
        if (const Expected<void> read = readSecret(key, Given(*file)); !read)
            return read;
    }
    for (const ConfigurationKey &key : m_schema.keys()) {
        if (const auto given = m_given.constFind(key.name); given != m_given.constEnd())
            key.store(given->value);
    }
    return {};
}

Expected<void> Configuration::readSecret(const ConfigurationKey &key, const Given &file)
{
    if (isSet(key.name))
        return invalid(file.origin,
                       u"is given together with "_s % key.name % u" ("_s % origin(key.name) % u')');
    const Expected<QByteArray> content = readTextFile(std::get<QString>(file.value), maximumSecretSize);
    if (!content)
        return invalid(file.origin, content.error().message);
    QString text = QString::fromUtf8(*content);
    if (text.endsWith(u"\r\n"))
        text.chop(2);
    else if (text.endsWith(u'\n'))
        text.chop(1);
    if (text.isEmpty())
        return invalid(file.origin, u"the file is empty"_s);
    Expected<ConfigurationValue> value = key.parse(text, true);
    if (!value)
        return invalid(file.origin, value.error().message);
    m_given.insert(key.name, {std::move(*value), file.origin});
    m_given.remove(fileKeyOf(key.name));
    return {};
}

tl::unexpected<Error> Configuration::refuse(const QString &key, const QString &complaint) const
{
    const QString from = origin(key);
    return invalid(from.isEmpty() ? key : from, complaint);
}

QByteArray Configuration::toYaml() const
{
    YAML::Emitter out;
    QStringList open; // the sections that are open, outermost first
    out << YAML::BeginMap;
    for (const ConfigurationKey &key : m_schema.keys()) {
        QStringList path = key.name.split(u'.');
        const QString name = path.takeLast();
        qsizetype shared = 0;
        while (shared < open.size() && shared < path.size() && open[shared] == path[shared])
            ++shared;
        for (; open.size() > shared; open.removeLast())
            out << YAML::EndMap;
        for (; open.size() < path.size(); open.push_back(path[open.size()]))
            out << YAML::Key << path[open.size()].toStdString() << YAML::Value << YAML::BeginMap;
        const auto given = m_given.constFind(key.name);
        out << YAML::Key << name.toStdString() << YAML::Value;
        emitValue(out, key, given == m_given.constEnd() ? key.standard : given->value);
    }
    for (qsizetype i = 0; i <= open.size(); ++i)
        out << YAML::EndMap;
    return QByteArray(out.c_str(), static_cast<qsizetype>(out.size())) + '\n';
}

} // namespace nextchat
