// SPDX-License-Identifier: MIT
#include "common/signalr/jsonhubprotocol.h"

#include "common/signalr/jsonmessage.h"
#include "common/signalr/jsonwriter.h"
#include "common/signalr/traceheader.h"

#include <cstring>

namespace nextchat::signalr {

namespace {

// Writes the members of one hub message in the order in which .NET does. Each operator: false when it cannot
// be expressed.
struct MessageWriter
{
    JsonWriter &out;

    void begin(int type) const
    {
        out.beginObject();
        out.key("type");
        out.number(type);
    }

    void text(QByteArrayView key, const QString &value) const
    {
        out.key(key);
        out.string(value);
    }

    bool operator()(const Invocation &message) const
    {
        begin(message.streaming ? 4 : 1);
        if (!message.trace.isNone()) {
            out.key("headers");
            out.beginObject();
            text(traceHeader, QString::fromLatin1(message.trace.text()));
            out.endObject();
        }
        if (!message.invocationId.isNull())
            text("invocationId", message.invocationId);
        text("target", message.target);
        out.key("arguments");
        out.beginArray();
        for (const Value &argument : message.arguments) {
            if (!out.value(argument, 2))
                return false;
        }
        out.endArray();
        if (!message.streamIds.isEmpty()) {
            out.key("streamIds");
            out.beginArray();
            for (const QString &id : message.streamIds)
                out.string(id);
            out.endArray();
        }
        return true;
    }

    bool operator()(const StreamItem &message) const
    {
        begin(2);
        text("invocationId", message.invocationId);
        out.key("item");
        return out.value(message.item, 1);
    }

    bool operator()(const Completion &message) const
    {
        begin(3);
        text("invocationId", message.invocationId);
        if (!message.error.isNull()) {
            text("error", message.error);
            return !message.result;
        }
        if (!message.result)
            return true;
        out.key("result");
        return out.value(*message.result, 1);
    }

    bool operator()(const CancelInvocation &message) const
    {
        begin(5);
        text("invocationId", message.invocationId);
        return true;
    }

    bool operator()(const Ping &) const
    {
        begin(6);
        return true;
    }

    bool operator()(const Close &message) const
    {
        begin(7);
        if (!message.error.isNull())
            text("error", message.error);
        if (message.allowReconnect) {
            out.key("allowReconnect");
            out.boolean(true);
        }
        return true;
    }

    bool operator()(const Ack &message) const { return numbered(8, message.sequenceId); }
    bool operator()(const Sequence &message) const { return numbered(9, message.sequenceId); }

    bool numbered(int type, qint64 sequenceId) const
    {
        begin(type);
        out.key("sequenceId");
        out.number(sequenceId);
        return true;
    }
};

} // namespace

Expected<QByteArray> JsonHubProtocol::encode(const HubMessage &message) const
{
    JsonWriter writer;
    if (!std::visit(MessageWriter{writer}, message))
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("The value cannot be expressed in JSON."));
    writer.endObject();
    writer.end(recordSeparator);
    return writer.written().toByteArray();
}

Expected<HubProtocol::Decoded> JsonHubProtocol::decode(QByteArrayView buffer, qsizetype maximumSize) const
{
    const bool limited = maximumSize > 0;
    const qsizetype window = limited ? std::min(buffer.size(), maximumSize) : buffer.size();
    const void *end =
        window > 0 ? std::memchr(buffer.data(), recordSeparator, static_cast<std::size_t>(window)) : nullptr;
    if (!end) {
        if (limited && buffer.size() >= maximumSize)
            return failure(Error::Code::Protocol, tooLarge(maximumSize));
        return Decoded{};
    }
    const qsizetype size = static_cast<const char *>(end) - buffer.data();
    Expected<JsonRecord> record = JsonRecord::read(buffer.first(size));
    if (!record)
        return tl::unexpected(record.error());
    Expected<std::optional<HubMessage>> message = messageOf(std::move(*record));
    if (!message)
        return tl::unexpected(message.error());
    return Decoded{size + 1, std::move(*message)};
}

} // namespace nextchat::signalr
