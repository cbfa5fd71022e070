// SPDX-License-Identifier: MIT
#include "common/signalr/jsonmessage.h"

#include "common/signalr/traceheader.h"

namespace nextchat::signalr {

namespace {

constexpr qsizetype shownName = 64; // characters of a header's name

// Takes the properties of one record; the first complaint is kept and makes the message fail.
class Properties
{
public:
    explicit Properties(JsonRecord &&record)
        : m_record(std::move(record))
    { }

    [[nodiscard]] const QString &complaint() const { return m_complaint; }

    qint64 number(JsonProperty property, QStringView name)
    {
        const Value *value = required(property, name);
        const qint64 *number = value ? value->get<qint64>() : nullptr;
        if (value && !number)
            complainOfType(name, u"Number");
        return number ? *number : 0;
    }

    QString requiredText(JsonProperty property, QStringView name)
    {
        return required(property, name) ? text(property, name) : QString();
    }

    QString optionalText(JsonProperty property, QStringView name)
    {
        const Value *value = m_record.get(property);
        return value && !value->isNull() ? text(property, name) : QString();
    }

    // Empty counts as absent (signalr-notes, check 57).
    QString invocationId(bool isRequired)
    {
        const QString id = isRequired ? requiredText(JsonProperty::InvocationId, u"invocationId")
                                      : optionalText(JsonProperty::InvocationId, u"invocationId");
        if (isRequired && id.isEmpty())
            complainOfAbsence(u"invocationId");
        return id.isEmpty() ? QString() : id;
    }

    Value requiredValue(JsonProperty property, QStringView name)
    {
        return required(property, name) ? *m_record.take(property) : Value();
    }

    std::optional<Value> optionalValue(JsonProperty property) { return m_record.take(property); }

    Value::Array arguments()
    {
        const Value *value = required(JsonProperty::Arguments, u"arguments");
        if (!value)
            return {};
        if (!value->get<Value::Array>()) {
            complainOfType(u"arguments", u"Array");
            return {};
        }
        Value taken = *m_record.take(JsonProperty::Arguments);
        return std::move(*taken.get<Value::Array>());
    }

    QStringList streamIds()
    {
        const Value *value = m_record.get(JsonProperty::StreamIds);
        if (!value || value->isNull())
            return {};
        const auto *array = value->get<Value::Array>();
        if (!array)
            complainOfType(u"streamIds", u"Array");
        QStringList ids;
        for (qsizetype i = 0; array && i < static_cast<qsizetype>(array->size()); ++i) {
            const auto *id = (*array)[static_cast<std::size_t>(i)].get<QString>();
            if (!id)
                complainOfType(u"streamIds", u"String");
            else
                ids.append(*id);
        }
        return ids;
    }

    bool allowReconnect()
    {
        const Value *value = m_record.get(JsonProperty::AllowReconnect);
        if (!value || value->isNull())
            return false;
        const bool *allowed = value->get<bool>();
        if (!allowed)
            complain(QStringLiteral("Expected 'allowReconnect' to be true or false."));
        return allowed && *allowed;
    }

    // Once they have been checked.
    [[nodiscard]] TraceContext trace() const
    {
        const Value *value = m_record.get(JsonProperty::Headers);
        const auto *headers = value ? value->get<Value::Map>() : nullptr;
        return headers ? traceOf(*headers) : TraceContext();
    }

    // They must be a map of strings.
    void checkHeaders()
    {
        const Value *value = m_record.get(JsonProperty::Headers);
        if (!value || value->isNull())
            return;
        const auto *headers = value->get<Value::Map>();
        if (!headers) {
            complain(u"Unexpected JSON Token Type '" % jsonTokenName(*value) % u"'. Expected a JSON Object.");
            return;
        }
        for (const Value::Member &header : headers->members) {
            if (!header.value.get<QString>())
                complainOfType(QStringView(header.name).left(shownName), u"String"); // it goes into the log
        }
    }

    void complain(const QString &text)
    {
        if (m_complaint.isNull())
            m_complaint = text;
    }

private:
    const Value *required(JsonProperty property, QStringView name)
    {
        const Value *value = m_record.get(property);
        if (!value)
            complainOfAbsence(name);
        return value;
    }

    // The property is there. Never null unless it is not a string.
    QString text(JsonProperty property, QStringView name)
    {
        std::optional<Value> value = m_record.take(property);
        auto *held = value->get<QString>();
        if (!held)
            complainOfType(name, u"String");
        return held ? std::move(*held) : QString();
    }

    void complainOfAbsence(QStringView name)
    {
        complain(u"Missing required property '" % name.toString() % u"'.");
    }

    void complainOfType(QStringView name, QStringView type)
    {
        complain(u"Expected '" % name.toString() % u"' to be of type " % type.toString() % u'.');
    }

    JsonRecord m_record;
    QString m_complaint;
};

Invocation invocation(Properties &properties, bool streaming)
{
    Invocation message;
    message.invocationId = properties.invocationId(streaming);
    message.target = properties.requiredText(JsonProperty::Target, u"target");
    message.arguments = properties.arguments();
    message.streamIds = properties.streamIds();
    message.streaming = streaming;
    message.trace = properties.trace();
    return message;
}

Completion completion(Properties &properties)
{
    Completion message;
    message.invocationId = properties.invocationId(true);
    message.error = properties.optionalText(JsonProperty::Error, u"error");
    message.result = properties.optionalValue(JsonProperty::Result);
    if (!message.error.isNull() && message.result)
        properties.complain(QStringLiteral("The 'error' and 'result' properties are mutually exclusive."));
    return message;
}

std::optional<HubMessage> messageOfType(qint64 type, Properties &properties)
{
    switch (type) {
    case 1:
        return invocation(properties, false);
    case 2: {
        QString id = properties.invocationId(true);
        return StreamItem{std::move(id), properties.requiredValue(JsonProperty::Item, u"item")};
    }
    case 3:
        return completion(properties);
    case 4:
        return invocation(properties, true);
    case 5:
        return CancelInvocation{properties.invocationId(true)};
    case 6:
        return Ping{};
    case 7: {
        QString error = properties.optionalText(JsonProperty::Error, u"error");
        return Close{std::move(error), properties.allowReconnect()};
    }
    case 8:
        return Ack{properties.number(JsonProperty::SequenceId, u"sequenceId")};
    case 9:
        return Sequence{properties.number(JsonProperty::SequenceId, u"sequenceId")};
    default:
        return std::nullopt; // a future one
    }
}

} // namespace

Expected<std::optional<HubMessage>> messageOf(JsonRecord &&record)
{
    Properties properties(std::move(record));
    const qint64 type = properties.number(JsonProperty::Type, u"type");
    properties.checkHeaders();
    if (!properties.complaint().isNull())
        return failure(Error::Code::Protocol, properties.complaint());
    std::optional<HubMessage> message = messageOfType(type, properties);
    if (!properties.complaint().isNull())
        return failure(Error::Code::Protocol, properties.complaint());
    return message;
}

} // namespace nextchat::signalr
