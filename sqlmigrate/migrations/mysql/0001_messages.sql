-- SPDX-License-Identifier: MIT
-- Compatible with: 0.1.0
--
-- Messages and groups. Ids and texts are compared as bytes. Times are microseconds since 1970-01-01 UTC.

-- Facts about this database.
CREATE TABLE store_facts (
    name VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL PRIMARY KEY,
    value VARCHAR(255) NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- last_seq and last_time are at least those of the messages that were deleted; those that are there may have higher ones. So
-- storing messages does not write here.
CREATE TABLE chat_groups (
    group_id VARCHAR(64) NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_time BIGINT NOT NULL
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;

-- Kept in the order in which pages are read. A client's id is binary: utf8mb4_bin takes trailing blanks for nothing.
CREATE TABLE messages (
    group_id VARCHAR(64) NOT NULL,
    seq BIGINT NOT NULL,
    epoch VARCHAR(64) CHARACTER SET ascii COLLATE ascii_bin NOT NULL,
    author_id VARCHAR(64) NOT NULL,
    text TEXT NOT NULL,
    send_time BIGINT NOT NULL,
    client_message_id VARBINARY(256),
    PRIMARY KEY (group_id, seq),
    -- Finds what a sender already posted under an id.
    KEY messages_by_client_id (group_id, author_id, client_message_id),
    -- Finds what is too old to be kept.
    KEY messages_by_time (send_time)
) ENGINE = InnoDB ROW_FORMAT = DYNAMIC DEFAULT CHARACTER SET utf8mb4 COLLATE utf8mb4_bin;
