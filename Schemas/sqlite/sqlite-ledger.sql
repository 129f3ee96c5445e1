-- A ledger in one SQLite file. Design: the log is `event`; all else is its head, its tree, or a cache of it.
--
-- `event`, `tile` and `checkpoint` never change: triggers refuse it. A row of `sealed` goes only by erasure, in a
-- transaction that sets `meta.erasing` first and clears it last. The columns `mac` are filled under the state key.

PRAGMA application_id = 1095517255; -- 'ALDG'
PRAGMA user_version = 1;

CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    schema_version INTEGER NOT NULL,
    ledger TEXT NOT NULL, -- the origin under which the ledger was created
    state_check BLOB, -- a MAC under the state key, by which a wrong one is noticed
    erasing INTEGER NOT NULL DEFAULT 0 CHECK (erasing IN (0, 1))
) STRICT;

-- The hot table: no other column, no other index.
CREATE TABLE event (
    position INTEGER PRIMARY KEY,
    leaf_hash BLOB NOT NULL,
    body BLOB NOT NULL
) STRICT;

CREATE TABLE head (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    size INTEGER NOT NULL CHECK (size >= 0),
    root BLOB NOT NULL CHECK (length(root) = 32),
    edge BLOB NOT NULL, -- the roots of the perfect subtrees, largest first
    estate_positions BLOB NOT NULL, -- (fence key of 16 bytes, position as 8 bytes big-endian), ascending by key
    mac BLOB
) STRICT;

-- Full tiles only (C2SP tlog-tiles): 256 hashes.
CREATE TABLE tile (
    level INTEGER NOT NULL,
    n INTEGER NOT NULL,
    hashes BLOB NOT NULL CHECK (length(hashes) = 8192),
    PRIMARY KEY (level, n)
) STRICT;

-- Checkpoints that left the house.
CREATE TABLE checkpoint (
    size INTEGER PRIMARY KEY,
    note BLOB NOT NULL
) STRICT;

CREATE TABLE estate_event (
    position INTEGER PRIMARY KEY
) STRICT;

-- Where the outcome of a decision stands. The id is time-ordered, so that its index appends.
CREATE TABLE decision (
    id BLOB NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE sealed (
    position INTEGER NOT NULL,
    field TEXT NOT NULL,
    vault BLOB NOT NULL,
    nonce_and_ciphertext BLOB NOT NULL,
    PRIMARY KEY (position, field)
) STRICT, WITHOUT ROWID;

-- Fences of accounts, subjects and tokens: where each was last touched.
CREATE TABLE fence (
    key BLOB NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    mac BLOB
) STRICT, WITHOUT ROWID;

-- Refresh token families, by their time-ordered id: where each began and where it was last touched.
CREATE TABLE family (
    id BLOB NOT NULL PRIMARY KEY,
    position INTEGER NOT NULL,
    touched INTEGER NOT NULL,
    mac BLOB
) STRICT, WITHOUT ROWID;

CREATE TABLE idempotency (
    key_mac BLOB NOT NULL PRIMARY KEY,
    request_mac BLOB NOT NULL,
    position INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE snapshot (
    position INTEGER PRIMARY KEY,
    root BLOB NOT NULL,
    engine INTEGER NOT NULL,
    bytes BLOB NOT NULL,
    mac BLOB
) STRICT;

CREATE TRIGGER event_keeps_rows BEFORE DELETE ON event
BEGIN SELECT RAISE(ABORT, 'events are never deleted'); END;
CREATE TRIGGER event_keeps_values BEFORE UPDATE ON event
BEGIN SELECT RAISE(ABORT, 'events never change'); END;

CREATE TRIGGER tile_keeps_rows BEFORE DELETE ON tile
BEGIN SELECT RAISE(ABORT, 'tiles are never deleted'); END;
CREATE TRIGGER tile_keeps_values BEFORE UPDATE ON tile
BEGIN SELECT RAISE(ABORT, 'tiles never change'); END;

CREATE TRIGGER checkpoint_keeps_rows BEFORE DELETE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints are never deleted'); END;
CREATE TRIGGER checkpoint_keeps_values BEFORE UPDATE ON checkpoint
BEGIN SELECT RAISE(ABORT, 'checkpoints never change'); END;

CREATE TRIGGER sealed_keeps_rows BEFORE DELETE ON sealed
WHEN (SELECT erasing FROM meta) = 0
BEGIN SELECT RAISE(ABORT, 'sealed values go by erasure only'); END;
CREATE TRIGGER sealed_keeps_values BEFORE UPDATE ON sealed
BEGIN SELECT RAISE(ABORT, 'sealed values never change'); END;
