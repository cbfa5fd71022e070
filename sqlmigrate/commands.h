// SPDX-License-Identifier: MIT
#pragma once

#include "sqlmigrate/migrator.h"

#include <QTextStream>

namespace nextchat::sqlmigrate {

// The exit codes of nextchat-sqlmigrate (contract.md 4).
enum class ExitCode { Fine = 0, Failed = 1, Usage = 2, Checksum = 3, Locked = 4, FailedBefore = 5 };

// One run of the program, as the command line asked for it.
struct CommandLine
{
    enum class Command { Status, Up, Validate, Baseline, Repair };

    DatabaseUrl database;
    Command command = Command::Status;
    std::optional<int> to; // up
    bool dryRun = false; // up
    int baseline = 0;
    std::chrono::milliseconds wait{0}; // for the database to be there, and for other migrators
};

// Runs it; what was found goes to `out`, the one line that says what went wrong to `err`.
[[nodiscard]] ExitCode run(const CommandLine &commandLine, QTextStream &out, QTextStream &err);

} // namespace nextchat::sqlmigrate
