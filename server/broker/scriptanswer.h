// SPDX-License-Identifier: MIT
#pragma once

#include "server/broker/redis/reply.h"

#include <QByteArray>
#include <QString>

namespace nextchat::broker {

// What a script, or a command, answered: for a script a status and fields behind it.
class ScriptAnswer
{
public:
    enum class Kind {
        Done,
        Refused, // certainly not executed
        Forgotten, // the same, because Redis did not know the script; it does now
        Unknown, // may have been executed
    };

    ScriptAnswer() = default; // Refused: not sent
    explicit ScriptAnswer(const redis::Result &result); // a view, as its reply
    [[nodiscard]] ScriptAnswer copy() const;

    [[nodiscard]] Kind kind() const { return m_kind; }
    [[nodiscard]] bool isDone() const { return m_kind == Kind::Done; }
    // The word that Redis refused with, e.g. OOM; empty if it did not.
    [[nodiscard]] std::string_view errorCode() const { return m_reply.errorCode(); }

    [[nodiscard]] const redis::Reply &reply() const { return m_reply; }
    [[nodiscard]] std::string_view status() const { return view(0); }
    [[nodiscard]] std::size_t size() const { return m_reply.size(); }
    // Element `index`; what is missing, or of another type, is empty, or 0.
    [[nodiscard]] std::string_view view(std::size_t index) const { return m_reply[index].text(); }
    [[nodiscard]] QByteArray bytes(std::size_t index) const;
    [[nodiscard]] QString text(std::size_t index) const; // from UTF-8
    [[nodiscard]] qint64 number(std::size_t index) const; // from decimal digits

private:
    Kind m_kind = Kind::Refused;
    redis::Reply m_reply;
};

} // namespace nextchat::broker
