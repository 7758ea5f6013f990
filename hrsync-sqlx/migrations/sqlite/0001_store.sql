-- Ids, versions, fingerprints and sealed values; never a person's value in the clear. Bodies and entries are JSON texts of the
-- engine's and are kept byte for byte, because the journal's hashes are over them.

CREATE TABLE hrsync_migrations (
    number INTEGER NOT NULL PRIMARY KEY,
    name TEXT NOT NULL
) STRICT;

-- The last number and hash of each connection's journal, also when the entries are pruned. Its row is read first and written last
-- in every commit that appends.
CREATE TABLE hrsync_heads (
    connection TEXT NOT NULL PRIMARY KEY,
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash TEXT NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE hrsync_rows (
    connection TEXT NOT NULL,
    kind TEXT NOT NULL,
    id TEXT NOT NULL,
    version INTEGER NOT NULL CHECK (version > 0),
    body TEXT NOT NULL,
    PRIMARY KEY (connection, kind, id)
) STRICT, WITHOUT ROWID;

CREATE TABLE hrsync_journal (
    connection TEXT NOT NULL,
    seq INTEGER NOT NULL CHECK (seq > 0),
    hash TEXT NOT NULL,
    entry TEXT NOT NULL,
    PRIMARY KEY (connection, seq)
) STRICT, WITHOUT ROWID;

-- `until` is in microseconds since 1970 by the store's clock.
CREATE TABLE hrsync_leases (
    account TEXT NOT NULL PRIMARY KEY,
    holder TEXT NOT NULL,
    fence INTEGER NOT NULL CHECK (fence > 0),
    until INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- Whom to push. `position` is the place in the queue, `generation` changes whenever the person is marked again.
CREATE TABLE hrsync_outbox (
    connection TEXT NOT NULL,
    person TEXT NOT NULL,
    generation INTEGER NOT NULL,
    position INTEGER NOT NULL,
    PRIMARY KEY (connection, person)
) STRICT, WITHOUT ROWID;

CREATE INDEX hrsync_outbox_position ON hrsync_outbox (position);

-- Numbers that are given out once: versions of rows, generations and positions of marks.
CREATE TABLE hrsync_sequences (
    name TEXT NOT NULL PRIMARY KEY,
    last INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

INSERT INTO hrsync_sequences (name, last) VALUES ('rows', 0), ('marks', 0);
