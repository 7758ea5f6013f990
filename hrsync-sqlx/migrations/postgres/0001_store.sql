-- Ids, versions, fingerprints and sealed values; never a person's value in the clear. Bodies and entries are JSON texts of the
-- engine's and are kept byte for byte (not jsonb), because the journal's hashes are over them. Ids sort by their bytes.

CREATE SCHEMA IF NOT EXISTS {schema};

CREATE TABLE {schema}.migrations (
    number bigint NOT NULL PRIMARY KEY,
    name text NOT NULL
);

-- The last number and hash of each connection's journal, also when the entries are pruned. Locking the row is what serialises the
-- commits of a connection; 0 and '' until something was appended.
CREATE TABLE {schema}.heads (
    connection text COLLATE "C" NOT NULL PRIMARY KEY,
    seq bigint NOT NULL CHECK (seq >= 0),
    hash text NOT NULL
);

CREATE TABLE {schema}.rows (
    connection text COLLATE "C" NOT NULL,
    kind text COLLATE "C" NOT NULL,
    id text COLLATE "C" NOT NULL,
    version bigint NOT NULL CHECK (version > 0),
    body text NOT NULL,
    PRIMARY KEY (connection, kind, id)
);

CREATE TABLE {schema}.journal (
    connection text COLLATE "C" NOT NULL,
    seq bigint NOT NULL CHECK (seq > 0),
    hash text NOT NULL,
    entry text NOT NULL,
    PRIMARY KEY (connection, seq)
);

-- `until` is in microseconds since 1970 by the store's clock.
CREATE TABLE {schema}.leases (
    account text COLLATE "C" NOT NULL PRIMARY KEY,
    holder text NOT NULL,
    fence bigint NOT NULL CHECK (fence > 0),
    until bigint NOT NULL
);

-- Whom to push. `position` is the place in the queue, `generation` changes whenever the person is marked again.
CREATE TABLE {schema}.outbox (
    connection text COLLATE "C" NOT NULL,
    person text COLLATE "C" NOT NULL,
    generation bigint NOT NULL,
    position bigint NOT NULL,
    PRIMARY KEY (connection, person)
);

CREATE INDEX outbox_position ON {schema}.outbox (position);

-- Numbers that are given out once: versions of rows, generations and positions of marks.
CREATE SEQUENCE {schema}.row_versions;
CREATE SEQUENCE {schema}.mark_numbers;
