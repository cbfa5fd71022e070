-- SPDX-License-Identifier: MIT
-- Compatible with: 0.1.0

-- Who writes, so that the partitions can be shared out evenly. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE writers (
    owner TEXT NOT NULL PRIMARY KEY,
    lease_until BIGINT NOT NULL
) WITHOUT ROWID;
