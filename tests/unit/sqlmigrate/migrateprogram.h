// SPDX-License-Identifier: MIT
#pragma once

#include <QProcess>
#include <QStringList>

#include <memory>

// Runs of nextchat-sqlmigrate, with none of this process's NEXTCHAT_ variables.
struct MigrateProgram
{
    int code = -1; // -1: it crashed, or did not end within a minute
    QString out;
    QString err;

    // `environment` holds NAME=VALUE.
    [[nodiscard]] static MigrateProgram run(const QStringList &arguments,
                                            const QStringList &environment = {});
    [[nodiscard]] static std::unique_ptr<QProcess> start(const QStringList &arguments,
                                                         const QStringList &environment = {});
    // Waits for the end of what start() gave.
    [[nodiscard]] static MigrateProgram resultOf(QProcess &process);
};
