// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QByteArrayList>

#include <vector>

namespace nextchat::test {

// What a Redis answered to one command of a test, as plain values.
struct RedisAnswer
{
    enum class Type { Lost, Nil, Text, Status, Error, Integer, Array };

    Type type = Type::Lost; // Lost: no answer within the patience, or no connection
    QByteArray text; // of Text, Status and Error, any bytes; of Integer in decimal; of Lost why
    qint64 integer = 0;
    std::vector<RedisAnswer> elements;

    [[nodiscard]] bool isError() const { return type == Type::Error || type == Type::Lost; }

    // As text: errors as "(error) ...", nil as "(nil)", the elements of an array (of arrays too) one a line.
    [[nodiscard]] QByteArray toText() const;

    // The elements as texts; empty unless this is an array.
    [[nodiscard]] QByteArrayList toList() const;
};

// Runs one command on a connection of its own to 127.0.0.1:`port`, and blocks until it is answered, 5 s at
// most. Arguments may hold any bytes. `password` is given by AUTH first unless it is empty.
[[nodiscard]] RedisAnswer askRedis(quint16 port, const QByteArrayList &arguments,
                                   const QByteArray &password = {});

} // namespace nextchat::test
