// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>

namespace nextchat::sqlmigrate {

struct MigrationError
{
    enum class Kind {
        Usage, // a version that does not exist
        Failed, // the database said no, or is not there
        Checksum, // an applied migration was edited or is missing here
        Locked, // another migrator was at work for too long
        FailedBefore, // the record of a failed migration waits for repair()
    };
    Kind kind = Kind::Failed;
    QString message;
};

template <typename T> using Outcome = tl::expected<T, MigrationError>;

// What a function that returns an Outcome returns when it fails.
[[nodiscard]] inline tl::unexpected<MigrationError> refused(MigrationError::Kind kind, QString message)
{
    return tl::unexpected(MigrationError{kind, std::move(message)});
}

// For an error of the connection.
[[nodiscard]] inline tl::unexpected<MigrationError> refused(const Error &error)
{
    if (error.code == Error::Code::TimedOut) {
        return refused(MigrationError::Kind::Locked,
                       u"Another connection holds the database: " % error.message);
    }
    return refused(MigrationError::Kind::Failed, error.message);
}

} // namespace nextchat::sqlmigrate
