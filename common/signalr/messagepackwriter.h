// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"

#include <QByteArrayView>

namespace nextchat::signalr {

// Writes one hub message as MessagePack behind its length, element by element. For one thread and one
// message.
class MessagePackWriter
{
public:
    MessagePackWriter();

    void beginArray(std::size_t size);
    void beginMap(std::size_t size);
    void null();
    void number(qint64 number); // in its shortest form
    void boolean(bool value);
    void string(const QString &text); // lone surrogates become U+FFFD
    void optionalString(const QString &text); // nil when null

    // False when the value is nested above 64 levels (`depth` is what is open already). What was written
    // until then is then of no use.
    [[nodiscard]] bool value(const Value &value, int depth);

    // The message with its length in front; the writer is empty then.
    [[nodiscard]] QByteArray take();

private:
    struct ValueVisitor;

    [[nodiscard]] bool members(const std::vector<Value::Member> &members, bool pascalCase, int depth);
    void fraction(double number);
    void bytes(const QByteArray &bytes);
    void timestamp(Timestamp time);

    QByteArray m_bytes; // room for the length, then the message
};

} // namespace nextchat::signalr
