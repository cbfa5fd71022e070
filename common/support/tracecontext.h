// SPDX-License-Identifier: MIT
#pragma once

#include <QByteArray>
#include <QString>

namespace nextchat {

// Which trace a call belongs to, as its caller says in `traceparent` (W3C Trace Context 3.2); or none. Costs
// next to nothing where there is none.
class TraceContext
{
public:
    static constexpr qsizetype longest = 256; // bytes that are looked at

    TraceContext() = default; // none

    // Of `00-<trace id>-<parent id>-<flags>`, whatever a later version puts behind that; none when it is
    // anything else, or longer than `longest`.
    [[nodiscard]] static TraceContext parse(QByteArrayView text);

    [[nodiscard]] bool isNone() const { return m_text.isEmpty(); }
    // The caller records this trace.
    [[nodiscard]] bool isSampled() const { return !isNone() && hasSampledFlag(); }
    [[nodiscard]] QString traceId() const; // 32 hexadecimal digits
    [[nodiscard]] QString parentId() const; // 16
    // As version 00 writes it: 55 ASCII characters, empty for none.
    [[nodiscard]] const QByteArray &text() const { return m_text; }

    friend bool operator==(const TraceContext &, const TraceContext &) = default;

private:
    [[nodiscard]] bool hasSampledFlag() const;

    QByteArray m_text;
};

} // namespace nextchat
