// SPDX-License-Identifier: MIT
#include "common/signalr/messagepackmessage.h"

#include "common/signalr/traceheader.h"

namespace nextchat::signalr {

namespace {

// Takes the elements of one message in their order; the first complaint is kept and makes the message fail.
class Elements
{
public:
    explicit Elements(Value::Array &&elements)
        : m_elements(std::move(elements))
    { }

    [[nodiscard]] const QString &complaint() const { return m_complaint; }
    [[nodiscard]] bool atEnd() const { return m_next >= m_elements.size(); }

    qint64 number(QStringView name, QStringView type)
    {
        const Value value = next();
        const auto *number = value.get<qint64>();
        if (!number)
            complainOfType(name, type);
        return number ? *number : 0;
    }

    QString text(QStringView name)
    {
        Value value = next();
        auto *text = value.get<QString>();
        if (!text)
            complainOfType(name, u"String");
        return text ? std::move(*text) : QString();
    }

    // Nil and what is not there count as null.
    QString optionalText(QStringView name)
    {
        if (!atEnd() && !m_elements[m_next].isNull())
            return text(name);
        ++m_next;
        return {};
    }

    // Empty counts as nil (signalr-notes, check 57).
    QString invocationId(bool isRequired)
    {
        const QString id = optionalText(u"invocationId");
        if (isRequired && id.isEmpty())
            complainOfType(u"invocationId", u"String");
        return id.isEmpty() ? QString() : id;
    }

    Value::Array array(QStringView name)
    {
        Value value = next();
        auto *array = value.get<Value::Array>();
        if (!array)
            complain(u"Reading array length for '" % name.toString() % u"' failed.");
        return array ? std::move(*array) : Value::Array();
    }

    QStringList streamIds() // older clients leave them out
    {
        QStringList ids;
        if (atEnd() || m_elements[m_next].isNull())
            return ids;
        for (const Value &element : array(u"streamIds")) {
            if (const auto *id = element.get<QString>())
                ids.append(*id);
            else
                complainOfType(u"streamIds", u"String");
        }
        return ids;
    }

    bool allowReconnect() // older clients leave it out
    {
        if (atEnd())
            return false;
        const Value value = next();
        const auto *allowed = value.get<bool>();
        if (!allowed)
            complainOfType(u"allowReconnect", u"Boolean");
        return allowed && *allowed;
    }

    // They must be a map of strings. Gives the trace that they name.
    TraceContext headers()
    {
        const Value value = next();
        const auto *headers = value.get<Value::Map>();
        if (!headers) {
            complain(QStringLiteral("Reading map length for 'headers' failed."));
            return {};
        }
        for (const Value::Member &header : headers->members) {
            if (!header.value.get<QString>())
                complainOfType(u"headers", u"String");
        }
        return traceOf(*headers);
    }

    Value value(QStringView name)
    {
        if (atEnd())
            complain(u"Reading '" % name.toString() % u"' failed.");
        return next();
    }

    void complain(const QString &text)
    {
        if (m_complaint.isNull())
            m_complaint = text;
    }

private:
    Value next() { return m_next < m_elements.size() ? std::move(m_elements[m_next++]) : Value(); }

    void complainOfType(QStringView name, QStringView type)
    {
        complain(u"Reading '" % name.toString() % u"' as " % type.toString() % u" failed.");
    }

    Value::Array m_elements;
    std::size_t m_next = 0;
    QString m_complaint;
};

Invocation invocation(Elements &elements, bool streaming)
{
    Invocation message;
    message.trace = elements.headers();
    message.invocationId = elements.invocationId(streaming);
    message.target = elements.text(u"target");
    message.arguments = elements.array(u"arguments");
    message.streamIds = elements.streamIds();
    message.streaming = streaming;
    return message;
}

StreamItem streamItem(Elements &elements)
{
    elements.headers();
    StreamItem message{elements.invocationId(true), {}};
    message.item = elements.value(u"item");
    return message;
}

Completion completion(Elements &elements)
{
    elements.headers();
    Completion message{elements.invocationId(true)};
    switch (elements.number(u"resultKind", u"Int32")) {
    case 1:
        message.error = elements.text(u"error");
        break;
    case 2:
        break;
    case 3:
        message.result = elements.value(u"result");
        break;
    default:
        elements.complain(QStringLiteral("Invalid invocation result kind."));
    }
    return message;
}

std::optional<HubMessage> messageOfType(qint64 type, Elements &elements)
{
    switch (type) {
    case 1:
        return invocation(elements, false);
    case 2:
        return streamItem(elements);
    case 3:
        return completion(elements);
    case 4:
        return invocation(elements, true);
    case 5:
        elements.headers();
        return CancelInvocation{elements.invocationId(true)};
    case 6:
        return Ping{};
    case 7: {
        QString error = elements.optionalText(u"error");
        return Close{std::move(error), elements.allowReconnect()};
    }
    case 8:
        return Ack{elements.number(u"sequenceId", u"Int64")};
    case 9:
        return Sequence{elements.number(u"sequenceId", u"Int64")};
    default:
        return std::nullopt; // a future one
    }
}

} // namespace

Expected<std::optional<HubMessage>> messageOf(Value &&value)
{
    auto *array = value.get<Value::Array>();
    if (!array)
        return failure(Error::Code::Protocol,
                       QStringLiteral("Reading array length for 'elementCount' failed."));
    Elements elements(std::move(*array));
    const qint64 type = elements.number(u"messageType", u"Int32");
    if (!elements.complaint().isNull())
        return failure(Error::Code::Protocol, elements.complaint());
    std::optional<HubMessage> message = messageOfType(type, elements);
    if (!elements.complaint().isNull())
        return failure(Error::Code::Protocol, elements.complaint());
    return message;
}

} // namespace nextchat::signalr
