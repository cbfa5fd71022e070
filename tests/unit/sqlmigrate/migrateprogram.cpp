// SPDX-License-Identifier: MIT
#include "migrateprogram.h"

#include <QProcessEnvironment>

std::unique_ptr<QProcess> MigrateProgram::start(const QStringList &arguments, const QStringList &environment)
{
    QProcessEnvironment variables = QProcessEnvironment::systemEnvironment();
    for (const QString &name : variables.keys()) {
        if (name.startsWith(QLatin1String("NEXTCHAT_")) || name == QLatin1String("MYSQL_PWD"))
            variables.remove(name);
    }
    for (const QString &variable : environment)
        variables.insert(variable.section(u'=', 0, 0), variable.section(u'=', 1));
    auto process = std::make_unique<QProcess>();
    process->setProcessEnvironment(variables);
    process->start(qEnvironmentVariable("NEXTCHAT_BIN_DIR") + QStringLiteral("/nextchat-sqlmigrate"),
                   arguments);
    return process;
}

MigrateProgram MigrateProgram::resultOf(QProcess &process)
{
    const bool ended = process.waitForFinished(60000) && process.exitStatus() == QProcess::NormalExit;
    return {ended ? process.exitCode() : -1, QString::fromUtf8(process.readAllStandardOutput()),
            QString::fromUtf8(process.readAllStandardError())};
}

MigrateProgram MigrateProgram::run(const QStringList &arguments, const QStringList &environment)
{
    return resultOf(*start(arguments, environment));
}
