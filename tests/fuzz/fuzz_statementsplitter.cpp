// SPDX-License-Identifier: MIT
#include "sqlmigrate/statementsplitter.h"
#include "tests/fuzz/invariant.h"

#include <QStringList>

#include <cstdint>

using namespace nextchat;
using nextchat::fuzz::require;
using sqlmigrate::splitStatements;
using sqlmigrate::Statement;

namespace {

void check(const QString &script, bool backslashEscapes)
{
    const std::vector<Statement> statements = splitStatements(script, backslashEscapes);
    QStringList texts;
    qsizetype at = 0;
    for (const Statement &statement : statements) {
        const bool last = &statement == &statements.back(); // may end within a string
        require(!statement.sql.isEmpty() && !statement.sql.front().isSpace()
                    && (last || !statement.sql.back().isSpace()),
                "a statement has no blanks around it");
        at = script.indexOf(statement.sql, at);
        require(at >= 0, "statements stand in the script, in order");
        at += statement.sql.size();
        require(splitStatements(statement.sql, backslashEscapes) == std::vector{Statement{statement.sql, 1}},
                "a statement is not cut again");
        texts.append(statement.sql);
    }
    const std::vector<Statement> again = splitStatements(texts.join(u";\n"), backslashEscapes);
    require(std::ranges::equal(again, statements, {}, &Statement::sql, &Statement::sql),
            "the statements, joined, are cut where they were");
    require(std::ranges::is_sorted(statements, {}, &Statement::line)
                && (statements.empty() || statements.back().line <= script.count(u'\n') + 1),
            "lines are those of the script");
}

} // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t *data, std::size_t size)
{
    const QString script =
        QString::fromUtf8(reinterpret_cast<const char *>(data), static_cast<qsizetype>(size));
    check(script, false);
    check(script, true);
    return 0;
}
