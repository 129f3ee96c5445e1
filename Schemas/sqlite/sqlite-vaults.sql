-- Wrapped vault keys and the directory, beside the ledger and never copied with it.
--
-- A vault's key is wrapped (AES-256-KW, RFC 3394) under the epoch key, which lies elsewhere. What a destroyed vault
-- leaves behind is its tombstone.

PRAGMA application_id = 1095521876; -- 'ALVT'
PRAGMA user_version = 1;

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

CREATE TABLE tombstone (
    id BLOB NOT NULL PRIMARY KEY
) STRICT, WITHOUT ROWID;
