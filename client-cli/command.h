// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>
#include <QStringList>

#include <span>

namespace nextchat::console {

// One line of input, understood.
struct Command
{
    enum class Verb {
        Connect,
        Disconnect,
        List,
        Create,
        Join,
        Leave,
        Say,
        History,
        More,
        Members,
        Search,
        Watch,
        Talk,
        Unread,
        Outbox,
        Retry,
        Discard,
        Wait,
        Help,
        Bye
    };

    Verb verb = Verb::Help;
    QStringList
        arguments; // as many as CommandSpec says; the rest of the line is one argument, as it was typed

    friend bool operator==(const Command &, const Command &) = default;
};

// What is known of a verb: the table behind parsing, help and completion.
struct CommandSpec
{
    Command::Verb verb;
    QStringView name;
    QStringView usage; // the arguments, as contract.md 4 writes them
    QStringView summary; // one sentence
    int least = 0; // arguments
    int most = 0;
    bool namesGroup = false; // the first argument is a group
    bool endsWithText = false; // the last argument is the rest of the line
    QStringView lastChoices = {}; // what the last argument can only be, separated by blanks
};

[[nodiscard]] std::span<const CommandSpec> commandSpecs();
[[nodiscard]] const CommandSpec &commandSpec(Command::Verb verb);
[[nodiscard]] const CommandSpec *
findCommandSpec(QStringView name); // null when there is none; case is ignored

// What a line means to a person who talks in the group `current` (empty: in none). There, a command begins
// with a slash, and anything else is said; // says something that begins with one. A command about a group is
// about this one where it names none, or names it by a full stop. Without such a group, a slash changes
// nothing. Errors as parseCommand().
[[nodiscard]] Expected<Command> parseLine(QStringView line, const QString &current);

// Understands a line: a verb and its arguments, separated by blanks. A word with blanks in it is written in
// double quotes, where \" and \\ stand for themselves. Nothing in it is an error (InvalidArgument) with one
// sentence that says what to write. `current` as above.
[[nodiscard]] Expected<Command> parseCommand(QStringView line, const QString &current = {});

// `word` as parseCommand() reads it back: in quotes when it must be.
[[nodiscard]] QString quoted(const QString &word);

} // namespace nextchat::console
