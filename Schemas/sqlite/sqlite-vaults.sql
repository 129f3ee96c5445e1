-- Wrapped vault keys and the directory, beside the ledger and never copied with it.
--
-- A vault's key is wrapped (AES-256-KW, RFC 3394) under the epoch key, which lies elsewhere. What a destroyed vault
-- leaves behind is its tombstone. When the epoch key changes, all that is left is copied into a new file.

PRAGMA application_id = 1095521876; -- 'ALVT'
PRAGMA user_version = 1;

-- The values by which wrong keys are noticed: random bytes, wrapped as a vault's key is, and a MAC under the index key.
CREATE TABLE meta (
    id INTEGER PRIMARY KEY CHECK (id = 1),
    epoch_since INTEGER NOT NULL, -- microseconds since 1970
    epoch_check BLOB NOT NULL,
    index_check BLOB NOT NULL
) STRICT;

CREATE TABLE vault (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'day', 'ledger')),
    day INTEGER CHECK ((kind = 'day') = (day IS NOT NULL)),
    wrapped BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE UNIQUE INDEX vault_of_day ON vault (day) WHERE kind = 'day';
CREATE UNIQUE INDEX vault_of_ledger ON vault (kind) WHERE kind = 'ledger';

-- A MAC over (environment, user store, kind, value), the reference that stands for it in the log, and the vault of the
-- account that this reference opens.
CREATE TABLE directory (
    mac BLOB NOT NULL PRIMARY KEY,
    ref BLOB NOT NULL,
    vault BLOB NOT NULL
) STRICT, WITHOUT ROWID;

CREATE INDEX directory_by_vault ON directory (vault);

-- `emptied`: the sealed records beside the log are deleted too.
CREATE TABLE tombstone (
    id BLOB NOT NULL PRIMARY KEY,
    kind TEXT NOT NULL CHECK (kind IN ('account', 'day')),
    day INTEGER CHECK ((kind = 'day') = (day IS NOT NULL)),
    emptied INTEGER NOT NULL DEFAULT 0 CHECK (emptied IN (0, 1))
) STRICT, WITHOUT ROWID;

CREATE INDEX tombstone_to_empty ON tombstone (emptied) WHERE emptied = 0;
