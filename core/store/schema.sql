-- Wharfinger's database. An operator may read it at any time: sqlite3 -readonly wharfinger.db

CREATE TABLE container (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL UNIQUE,
    created_at REAL NOT NULL,          -- Unix seconds
    config     TEXT NOT NULL,          -- JSON, never changed
    state      TEXT NOT NULL           -- JSON, valid for the boot that it names
) STRICT, WITHOUT ROWID;

CREATE INDEX container_by_creation ON container (created_at, id);

CREATE TABLE event (
    sequence INTEGER PRIMARY KEY AUTOINCREMENT,
    content  TEXT NOT NULL             -- JSON
) STRICT;

CREATE TABLE health_result (
    sequence     INTEGER PRIMARY KEY AUTOINCREMENT,
    container_id TEXT NOT NULL REFERENCES container (id) ON DELETE CASCADE,
    content      TEXT NOT NULL         -- JSON
) STRICT;

CREATE INDEX health_result_of_container ON health_result (container_id, sequence);

CREATE TABLE object (
    kind    TEXT NOT NULL,             -- what it is, such as volume or network
    name    TEXT NOT NULL,
    content TEXT NOT NULL,             -- JSON
    PRIMARY KEY (kind, name)
) STRICT, WITHOUT ROWID;

CREATE TABLE setting (
    name  TEXT PRIMARY KEY,
    value TEXT NOT NULL
) STRICT, WITHOUT ROWID;
