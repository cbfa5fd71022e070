// SPDX-License-Identifier: MIT
#include "common/signalr/messagepackhubprotocol.h"

#include "common/signalr/messagepacklength.h"
#include "common/signalr/messagepackmessage.h"
#include "common/signalr/messagepackreader.h"
#include "common/signalr/messagepackwriter.h"
#include "common/signalr/traceheader.h"

namespace nextchat::signalr {

namespace {

enum ResultKind { ErrorResult = 1, VoidResult = 2, ValueResult = 3 };

// Writes the elements of one hub message. Each operator: false when it cannot be expressed.
struct MessageWriter
{
    MessagePackWriter &out;

    void begin(std::size_t elements, int type, const QString &invocationId,
               const TraceContext &trace = {}) const
    {
        out.beginArray(elements);
        out.number(type);
        out.beginMap(trace.isNone() ? 0 : 1); // headers
        if (!trace.isNone()) {
            out.string(QString::fromLatin1(traceHeader));
            out.string(QString::fromLatin1(trace.text()));
        }
        out.optionalString(invocationId);
    }

    bool operator()(const Invocation &message) const
    {
        begin(6, message.streaming ? 4 : 1, message.invocationId, message.trace);
        out.string(message.target);
        out.beginArray(message.arguments.size());
        for (const Value &argument : message.arguments) {
            if (!out.value(argument, 2))
                return false;
        }
        out.beginArray(static_cast<std::size_t>(message.streamIds.size()));
        for (const QString &id : message.streamIds)
            out.string(id);
        return true;
    }

    bool operator()(const StreamItem &message) const
    {
        begin(4, 2, message.invocationId);
        return out.value(message.item, 1);
    }

    bool operator()(const Completion &message) const
    {
        const bool isVoid = message.error.isNull() && !message.result;
        begin(isVoid ? 4 : 5, 3, message.invocationId);
        if (isVoid) {
            out.number(VoidResult);
            return true;
        }
        if (message.error.isNull()) {
            out.number(ValueResult);
            return out.value(*message.result, 1);
        }
        out.number(ErrorResult);
        out.string(message.error);
        return !message.result;
    }

    bool operator()(const CancelInvocation &message) const
    {
        begin(3, 5, message.invocationId);
        return true;
    }

    bool operator()(const Ping &) const
    {
        out.beginArray(1);
        out.number(6);
        return true;
    }

    bool operator()(const Close &message) const
    {
        out.beginArray(3);
        out.number(7);
        out.optionalString(message.error);
        out.boolean(message.allowReconnect);
        return true;
    }

    bool operator()(const Ack &message) const { return numbered(8, message.sequenceId); }
    bool operator()(const Sequence &message) const { return numbered(9, message.sequenceId); }

    bool numbered(int type, qint64 sequenceId) const
    {
        out.beginArray(2);
        out.number(type);
        out.number(sequenceId);
        return true;
    }
};

} // namespace

Expected<QByteArray> MessagePackHubProtocol::encode(const HubMessage &message) const
{
    MessagePackWriter writer;
    if (!std::visit(MessageWriter{writer}, message))
        return failure(Error::Code::InvalidArgument,
                       QStringLiteral("The value cannot be expressed in MessagePack."));
    return writer.take();
}

Expected<HubProtocol::Decoded> MessagePackHubProtocol::decode(QByteArrayView buffer,
                                                              qsizetype maximumSize) const
{
    const auto length = MessagePackLength::read(buffer);
    if (!length)
        return failure(Error::Code::Protocol, QStringLiteral("Messages over 2GB in size are not supported."));
    if (length->size == 0)
        return Decoded{};
    const qsizetype size = length->size + length->length;
    if (maximumSize > 0 && size > maximumSize)
        return failure(Error::Code::Protocol, tooLarge(maximumSize));
    if (buffer.size() < size)
        return Decoded{};
    std::optional<Value> value = readMessagePack(buffer.sliced(length->size, length->length));
    if (!value)
        return failure(Error::Code::Protocol, QStringLiteral("Error reading MessagePack."));
    Expected<std::optional<HubMessage>> message = messageOf(std::move(*value));
    if (!message)
        return tl::unexpected(message.error());
    return Decoded{size, std::move(*message)};
}

} // namespace nextchat::signalr
