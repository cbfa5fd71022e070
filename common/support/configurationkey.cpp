// SPDX-License-Identifier: MIT
#include "common/support/configurationschema.h"

namespace nextchat {

namespace {

using namespace Qt::StringLiterals;

tl::unexpected<Error> complain(QString complaint)
{
    return failure(Error::Code::InvalidArgument, std::move(complaint));
}

Expected<ConfigurationValue> parseBoolean(const QString &text)
{
    if (text.compare(u"true", Qt::CaseInsensitive) == 0)
        return true;
    if (text.compare(u"false", Qt::CaseInsensitive) == 0)
        return false;
    return complain(quoted(text) % u" is neither true nor false"_s);
}

Expected<ConfigurationValue> parseInteger(const ConfigurationKey &key, const QString &text)
{
    const auto isDigit = [](QChar c) { return c >= u'0' && c <= u'9'; };
    bool fits = false;
    const qint64 number = text.toLongLong(&fits);
    const bool isNumber =
        std::ranges::all_of(QStringView(text).sliced(text.startsWith(u'-') ? 1 : 0), isDigit);
    if (!fits || !isNumber || number < key.least || number > key.most)
        return complain(quoted(text) % u" is not a whole number from "_s % QString::number(key.least)
                        % u" to "_s % QString::number(key.most));
    return number;
}

Expected<ConfigurationValue> parseDurationOf(const ConfigurationKey &key, const QString &text)
{
    const Expected<std::chrono::milliseconds> duration = parseDuration(text);
    if (!duration)
        return tl::unexpected(duration.error());
    if (duration->count() < key.least || duration->count() > key.most)
        return complain(quoted(text) % u" is not between "_s
                        % durationText(std::chrono::milliseconds(key.least)) % u" and "_s
                        % durationText(std::chrono::milliseconds(key.most)));
    return *duration;
}

Expected<ConfigurationValue> parseSizeOf(const ConfigurationKey &key, const QString &text)
{
    const Expected<qint64> bytes = parseSize(text);
    if (!bytes)
        return tl::unexpected(bytes.error());
    if (*bytes < key.least || *bytes > key.most)
        return complain(quoted(text) % u" is not between "_s % sizeText(key.least) % u" and "_s
                        % sizeText(key.most));
    return *bytes;
}

Expected<void> checkText(const ConfigurationKey &key, const QString &text)
{
    const auto isControl = [](QChar c) { return c.category() == QChar::Other_Control; };
    if (std::ranges::any_of(text, isControl))
        return complain(u"must not hold control characters"_s);
    if (!key.choices.isEmpty() && !key.choices.contains(text))
        return complain(quoted(text) % u" is not one of "_s % key.choices.join(u", "_s));
    if (!key.check)
        return {};
    const std::optional<QString> complaint = key.check(text);
    if (!complaint)
        return {};
    return complain(key.isSecret ? *complaint : QString(quoted(text) % u' ' % *complaint));
}

Expected<ConfigurationValue> parseText(const ConfigurationKey &key, const QString &text)
{
    if (text.isEmpty())
        return complain(u"must not be empty"_s);
    return checkText(key, text).map([&text] { return ConfigurationValue(text); });
}

Expected<ConfigurationValue> parseList(const ConfigurationKey &key, const QStringList &elements)
{
    if (elements.isEmpty() && !key.mayBeUnset)
        return complain(u"must not be empty"_s);
    for (qsizetype i = 0; i < elements.size(); ++i) {
        if (elements[i].isEmpty())
            return complain(u"has an empty element"_s);
        if (elements.indexOf(elements[i], i + 1) >= 0)
            return complain(u"has an element twice"_s);
        if (const Expected<void> checked = checkText(key, elements[i]); !checked)
            return tl::unexpected(checked.error());
    }
    return elements;
}

// `a, b` or one a line, as a file of URLs may have them. A URL may name several hosts, `x://a,b/c`: what has
// no scheme belongs to the one before.
QStringList split(QString text, bool areUrls)
{
    text = text.replace(u'\n', u',').trimmed();
    const QStringList pieces = text.isEmpty() ? QStringList() : text.split(u',');
    QStringList elements;
    for (const QString &untrimmed : pieces) {
        const QString piece = untrimmed.trimmed();
        const bool goesOn = areUrls && !elements.isEmpty() && !piece.isEmpty() && !piece.contains(u"://"_s);
        if (goesOn)
            elements.back() += u',' + piece;
        else
            elements.append(piece);
    }
    return elements;
}

} // namespace

Expected<ConfigurationValue> ConfigurationKey::parse(const Content &content, bool splitsLists) const
{
    if (std::holds_alternative<std::monostate>(content)) {
        if (!mayBeUnset)
            return complain(u"has no value"_s);
        return ConfigurationValue();
    }
    const bool isList = type == Type::List || type == Type::TextOrList;
    if (const QStringList *elements = std::get_if<QStringList>(&content)) {
        if (!isList)
            return complain(u"must be one value, not a list"_s);
        return parseList(*this, *elements);
    }
    const QString &text = std::get<QString>(content);
    if (text.isEmpty() && mayBeUnset && !isList)
        return ConfigurationValue();
    switch (type) {
    case Type::Boolean:
        return parseBoolean(text);
    case Type::Integer:
        return parseInteger(*this, text);
    case Type::Duration:
        return parseDurationOf(*this, text);
    case Type::Size:
        return parseSizeOf(*this, text);
    case Type::Text:
    case Type::Choice:
        return parseText(*this, text);
    case Type::List:
        if (!splitsLists)
            return complain(u"must be a list"_s);
        return parseList(*this, split(text, isUrl));
    case Type::TextOrList:
        if (splitsLists)
            return parseList(*this, split(text, isUrl));
        return parseList(*this, text.isEmpty() ? QStringList() : QStringList{text});
    }
    return complain(u"has no type"_s);
}

QStringList ConfigurationKey::shown(const ConfigurationValue &value) const
{
    if (isSecret && !isUrl)
        return {u"***"_s};
    switch (value.index()) {
    case 1:
        return {std::get<bool>(value) ? u"true"_s : u"false"_s};
    case 2:
        return {type == Type::Size ? sizeText(std::get<qint64>(value))
                                   : QString::number(std::get<qint64>(value))};
    case 3:
        return {durationText(std::get<std::chrono::milliseconds>(value))};
    case 4:
        return {withoutPassword(std::get<QString>(value))};
    case 5: {
        QStringList masked;
        for (const QString &element : std::get<QStringList>(value))
            masked.push_back(withoutPassword(element));
        return masked;
    }
    default:
        return {};
    }
}

} // namespace nextchat
