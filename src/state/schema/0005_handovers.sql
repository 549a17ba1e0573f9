-- Hand-overs: files that a person imports into the LMS. The rows stay sealed until that person says what became of them.

CREATE TABLE handovers (
    number      INTEGER PRIMARY KEY,
    run         INTEGER NOT NULL REFERENCES runs,
    begun_at    INTEGER NOT NULL,
    name        TEXT NOT NULL,
    cohort      TEXT,
    has_letters INTEGER NOT NULL,
    fingerprint TEXT NOT NULL,
    note        TEXT NOT NULL,
    placed_at   INTEGER,
    unsure_at   INTEGER,
    settled_at  INTEGER,
    outcome     TEXT
) STRICT;

-- is_imported: NULL until somebody has said so.
CREATE TABLE handover_rows (
    handover    INTEGER NOT NULL REFERENCES handovers,
    place       INTEGER NOT NULL,
    caregiver   TEXT NOT NULL REFERENCES caregivers ON DELETE CASCADE,
    activation  INTEGER NOT NULL,
    username    TEXT NOT NULL,
    is_create   INTEGER NOT NULL,
    is_open     INTEGER NOT NULL,
    is_imported INTEGER,
    key         BLOB NOT NULL CHECK (length(key) = 16),
    bytes       BLOB,
    PRIMARY KEY (handover, place)
) STRICT, WITHOUT ROWID;

-- Nobody stands in two open hand-overs.
CREATE UNIQUE INDEX one_open_handover ON handover_rows (caregiver) WHERE is_open = 1;
CREATE INDEX handovers_of_caregiver ON handover_rows (caregiver);
