-- SPDX-License-Identifier: MIT
-- Compatible with: 0.1.0

-- Who writes, so that the partitions can be shared out evenly. Times are microseconds since 1970-01-01 UTC.
CREATE TABLE writers (
    owner VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    lease_until BIGINT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
