// SPDX-License-Identifier: MIT
#pragma once

#include "common/signalr/value.h"

#include <QList>
#include <QStringList>

#include <concepts>
#include <optional>
#include <utility>

namespace nextchat::signalr {

// How a C++ type travels as a Value. A type of its own specialises Convert with
//   static std::optional<T> from(const Value &);   // nothing when the value is not of this shape
//   static Value to(const T &);
template <typename T> struct Convert;

template <> struct Convert<Value>
{
    static std::optional<Value> from(const Value &value) { return value; }
    static Value to(const Value &value) { return value; }
};

template <> struct Convert<bool>
{
    static std::optional<bool> from(const Value &value)
    {
        const bool *held = value.get<bool>();
        return held ? std::optional(*held) : std::nullopt;
    }
    static Value to(bool value) { return value; }
};

// Integers reject fractions and what does not fit, as System.Text.Json does.
template <std::integral T>
requires(!std::same_as<T, bool>) struct Convert<T>
{
    static std::optional<T> from(const Value &value)
    {
        const qint64 *held = value.get<qint64>();
        return held && std::in_range<T>(*held) ? std::optional(static_cast<T>(*held)) : std::nullopt;
    }
    static Value to(T value) { return static_cast<qint64>(value); }
};

template <> struct Convert<double>
{
    static std::optional<double> from(const Value &value)
    {
        if (const double *held = value.get<double>())
            return *held;
        const qint64 *whole = value.get<qint64>();
        return whole ? std::optional(static_cast<double>(*whole)) : std::nullopt;
    }
    static Value to(double value) { return value; }
};

// Null becomes a null QString, as null does for a .NET string.
template <> struct Convert<QString>
{
    static std::optional<QString> from(const Value &value)
    {
        if (value.isNull())
            return QString();
        const QString *held = value.get<QString>();
        return held ? std::optional(*held) : std::nullopt;
    }
    static Value to(const QString &value) { return value.isNull() ? Value() : Value(value); }
};

template <typename T> struct Convert<std::optional<T>>
{
    static std::optional<std::optional<T>> from(const Value &value)
    {
        if (value.isNull())
            return std::optional<T>();
        std::optional<T> held = Convert<T>::from(value);
        // In place: an empty `held` would otherwise become a null of its own, and a wrong type pass for null.
        return held ? std::optional<std::optional<T>>(std::in_place, std::move(held)) : std::nullopt;
    }
    static Value to(const std::optional<T> &value) { return value ? Convert<T>::to(*value) : Value(); }
};

template <typename T> struct Convert<QList<T>>
{
    static std::optional<QList<T>> from(const Value &value)
    {
        const auto *array = value.get<Value::Array>();
        if (!array)
            return std::nullopt;
        QList<T> list;
        list.reserve(static_cast<qsizetype>(array->size()));
        for (const Value &element : *array) {
            std::optional<T> converted = Convert<T>::from(element);
            if (!converted)
                return std::nullopt;
            list.push_back(std::move(*converted));
        }
        return list;
    }
    static Value to(const QList<T> &list)
    {
        Value::Array array;
        array.reserve(static_cast<std::size_t>(list.size()));
        for (const T &element : list)
            array.push_back(Convert<T>::to(element));
        return array;
    }
};

} // namespace nextchat::signalr
