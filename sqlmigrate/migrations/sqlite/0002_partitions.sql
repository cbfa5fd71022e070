-- SPDX-License-Identifier: MIT
-- Compatible with: 0.1.0
--
-- For history.singleServer, where the messages come from a log: who stores those of which partition, how far, and what could not
-- be stored. Times are microseconds since 1970-01-01 UTC.

-- A writer owns a partition by raising its fence, until lease_until. Everything up to the log id position_ms-position_n of that
-- epoch is stored; number counts these entries.
CREATE TABLE partitions (
    k SMALLINT NOT NULL PRIMARY KEY,
    owner TEXT NOT NULL,
    fence BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    epoch TEXT NOT NULL,
    position_ms BIGINT NOT NULL,
    position_n BIGINT NOT NULL,
    number BIGINT NOT NULL,
    stored_at BIGINT NOT NULL
) WITHOUT ROWID;

-- Entries of the log that could not be stored, each with all that it held. Nothing is required of what was read from it.
CREATE TABLE dead_letters (
    id INTEGER PRIMARY KEY AUTOINCREMENT,
    time BIGINT NOT NULL,
    k SMALLINT NOT NULL,
    log_id TEXT NOT NULL,
    group_id BLOB,
    seq BIGINT,
    epoch BLOB,
    entry BLOB NOT NULL,
    reason TEXT NOT NULL
);
