-- SPDX-License-Identifier: MIT
-- Compatible with: 0.1.0
--
-- Who stores the messages of which partition of the log, how far, and what could not be stored. Times are microseconds since
-- 1970-01-01 UTC.

-- A writer owns a partition by raising its fence, until lease_until by this database's clock. Everything up to the log id
-- position_ms-position_n of that epoch is stored; number counts these entries.
CREATE TABLE partitions (
    k SMALLINT NOT NULL PRIMARY KEY,
    owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    fence BIGINT NOT NULL,
    lease_until BIGINT NOT NULL,
    epoch VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    position_ms BIGINT NOT NULL,
    position_n BIGINT NOT NULL,
    number BIGINT NOT NULL,
    stored_at BIGINT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Entries of the log that could not be stored, each with all that it held. Nothing is required of what was read from it.
CREATE TABLE dead_letters (
    id BIGINT NOT NULL AUTO_INCREMENT PRIMARY KEY,
    time BIGINT NOT NULL,
    k SMALLINT NOT NULL,
    log_id VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    group_id VARBINARY(1024),
    seq BIGINT,
    epoch VARBINARY(1024),
    entry LONGBLOB NOT NULL,
    reason TEXT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
