// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"
#include "common/support/tracecontext.h"

#include <QStringList>

namespace nextchat::signalr {

// The messages of the hub protocol (signalr-notes 1.5), independent of the encoding. An absent invocation id
// is a null string; decoders turn an empty one into null (check 57). Of the headers, the trace
// context of an invocation is all that is kept.

struct Invocation // type 1, and type 4 when `streaming`
{
    QString invocationId; // null: non-blocking, never answered
    QString target;
    Value::Array arguments;
    QStringList streamIds; // uploads that belong to the call
    bool streaming = false;
    TraceContext trace = {};

    friend bool operator==(const Invocation &, const Invocation &) = default;
};

struct StreamItem // type 2
{
    QString invocationId;
    Value item;

    friend bool operator==(const StreamItem &, const StreamItem &) = default;
};

struct Completion // type 3
{
    QString invocationId;
    std::optional<Value> result = {}; // absent for void; a null Value is a result
    QString error = {}; // null when there is none; never together with a result

    friend bool operator==(const Completion &, const Completion &) = default;
};

struct CancelInvocation // type 5
{
    QString invocationId;

    friend bool operator==(const CancelInvocation &, const CancelInvocation &) = default;
};

struct Ping // type 6
{
    friend bool operator==(const Ping &, const Ping &) = default;
};

struct Close // type 7
{
    QString error = {}; // null when there is none
    bool allowReconnect = false;

    friend bool operator==(const Close &, const Close &) = default;
};

struct Ack // type 8
{
    qint64 sequenceId = 0;

    friend bool operator==(const Ack &, const Ack &) = default;
};

struct Sequence // type 9
{
    qint64 sequenceId = 0;

    friend bool operator==(const Sequence &, const Sequence &) = default;
};

using HubMessage =
    std::variant<Invocation, StreamItem, Completion, CancelInvocation, Ping, Close, Ack, Sequence>;

} // namespace nextchat::signalr
