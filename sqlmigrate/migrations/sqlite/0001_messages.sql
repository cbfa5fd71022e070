-- SPDX-License-Identifier: MIT
-- Compatible with: 0.1.0
--
-- Messages, and what the in-process broker must know after a restart. Ids are compared as bytes (BINARY, the default, on UTF-8).
-- Times are microseconds since 1970-01-01 UTC.

-- Facts about this database, e.g. `epoch`.
CREATE TABLE store_facts (
    name TEXT NOT NULL PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- last_seq and last_time change in the transaction that stores the group's messages, so that a start need not search for them.
CREATE TABLE chat_groups (
    group_id TEXT NOT NULL PRIMARY KEY,
    created_at BIGINT NOT NULL,
    last_seq BIGINT NOT NULL,
    last_time BIGINT NOT NULL
) WITHOUT ROWID;

-- Kept in the order in which pages are read.
CREATE TABLE messages (
    group_id TEXT NOT NULL,
    seq BIGINT NOT NULL,
    epoch TEXT NOT NULL,
    author_id TEXT NOT NULL,
    text TEXT NOT NULL,
    send_time BIGINT NOT NULL,
    client_message_id TEXT,
    PRIMARY KEY (group_id, seq)
) WITHOUT ROWID;

-- Finds what a sender already posted under an id.
CREATE INDEX messages_by_client_id ON messages (group_id, author_id, client_message_id)
    WHERE client_message_id IS NOT NULL;
