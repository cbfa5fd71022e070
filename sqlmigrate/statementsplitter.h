// SPDX-License-Identifier: MIT
#pragma once

#include <QString>

#include <vector>

namespace nextchat::sqlmigrate {

struct Statement
{
    QString sql; // without its semicolon and without blanks and comments around it
    int line = 1; // of its first word

    friend bool operator==(const Statement &, const Statement &) = default;
};

// Cuts a script at the semicolons between its statements. Knows strings ('', "", ``, []), `--` and block
// comments, and the bodies of CREATE TRIGGER, which end at `END;`. With `backslashEscapes` (MySQL, with
// its mode ANSI_QUOTES) a backslash escapes in '', `#` begins a comment and [] are no quotes. What an
// unfinished string or comment holds belongs to the last statement.
[[nodiscard]] std::vector<Statement> splitStatements(const QString &script, bool backslashEscapes);

} // namespace nextchat::sqlmigrate
