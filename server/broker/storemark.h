// SPDX-License-Identifier: MIT
#pragma once

#include "common/support/expected.h"

#include <QString>

#include <optional>

namespace nextchat::broker {

// A file beside the database that says how far that has come, by a number that only grows and is stored in
// both. A database that is behind it was restored from a copy: its numbers were given out already. Any one
// thread.
class StoreMark
{
public:
    explicit StoreMark(QString path); // exists; reads it

    // Whether the database, which has come as far as `stored` (0: it does not say), is not the one that the
    // file is about, or an older state of it.
    [[nodiscard]] bool contradicts(qint64 stored) const;
    // Once the database has stored that. A failure is logged, and costs no more than that a copy made since
    // is not recognised.
    void keep(qint64 mark);

private:
    QString m_path;
    std::optional<qint64> m_kept;
};

} // namespace nextchat::broker
