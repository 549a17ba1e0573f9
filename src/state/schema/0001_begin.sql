-- Times are microseconds since 1970 (as PostgreSQL keeps them), fingerprints the 64 bits as a signed number.
-- What names a person stands in caregivers, subjects, activations, letters and event_texts, which can be erased;
-- events can't, and name nobody.

CREATE TABLE meta (
    one        INTEGER PRIMARY KEY CHECK (one = 1),
    lineage    TEXT NOT NULL,
    key_check  INTEGER NOT NULL,
    created_at INTEGER NOT NULL,
    serial     INTEGER NOT NULL,
    events     INTEGER NOT NULL,
    head       BLOB NOT NULL CHECK (length(head) = 32)
) STRICT;

CREATE TABLE runs (
    number   INTEGER PRIMARY KEY,
    begun_at INTEGER NOT NULL,
    command  TEXT NOT NULL,
    plan     TEXT NOT NULL,
    user     TEXT NOT NULL,
    host     TEXT NOT NULL,
    pid      INTEGER NOT NULL,
    ended_at INTEGER,
    outcome  TEXT
) STRICT;

CREATE TABLE rosters (
    number      INTEGER PRIMARY KEY,
    run         INTEGER NOT NULL REFERENCES runs,
    accepted_at INTEGER NOT NULL,
    exported_at INTEGER NOT NULL,
    sha256      TEXT NOT NULL,
    rows        INTEGER NOT NULL,
    caregivers  INTEGER NOT NULL,
    is_full     INTEGER NOT NULL
) STRICT;

CREATE TABLE openings (
    cohort TEXT PRIMARY KEY,
    run    INTEGER NOT NULL REFERENCES runs,
    at     INTEGER NOT NULL,
    roster INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

-- first_roster is NULL for somebody that no accepted roster has had.
CREATE TABLE caregivers (
    caregiver    TEXT PRIMARY KEY,
    first_roster INTEGER,
    absent_since INTEGER,
    is_withdrawn INTEGER NOT NULL DEFAULT 0,
    address      INTEGER,
    name         INTEGER,
    students     BLOB NOT NULL DEFAULT x''
) STRICT, WITHOUT ROWID;

-- The only bridge between a caregiver and the random number under which events speak of them. `bound` is the id that the
-- commitments were made with: it stays when the person's SMS id becomes another.
CREATE TABLE subjects (
    number    INTEGER PRIMARY KEY,
    caregiver TEXT NOT NULL UNIQUE REFERENCES caregivers ON DELETE CASCADE,
    bound     TEXT NOT NULL,
    salt      BLOB NOT NULL CHECK (length(salt) = 16)
) STRICT;

-- The primary key is the promise: one password for one (caregiver, number).
CREATE TABLE activations (
    caregiver TEXT NOT NULL REFERENCES caregivers ON DELETE CASCADE,
    number    INTEGER NOT NULL CHECK (number >= 1),
    key       BLOB NOT NULL CHECK (length(key) = 16),
    kind      TEXT NOT NULL,
    stage     TEXT NOT NULL,
    stage_at  INTEGER NOT NULL,
    cohort    TEXT,
    run       INTEGER NOT NULL REFERENCES runs,
    username  TEXT,
    password  BLOB,
    PRIMARY KEY (caregiver, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE letters (
    caregiver   TEXT NOT NULL,
    activation  INTEGER NOT NULL,
    number      INTEGER NOT NULL CHECK (number >= 1),
    stage       TEXT NOT NULL,
    stage_at    INTEGER NOT NULL,
    attempts    INTEGER NOT NULL,
    fingerprint INTEGER NOT NULL,
    message_id  TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    bytes       BLOB,
    PRIMARY KEY (caregiver, activation, number),
    FOREIGN KEY (caregiver, activation) REFERENCES activations ON DELETE CASCADE
) STRICT, WITHOUT ROWID;

CREATE TABLE events (
    seq        INTEGER PRIMARY KEY,
    at         INTEGER NOT NULL,
    run        INTEGER NOT NULL,
    kind       TEXT NOT NULL,
    subject    INTEGER,
    activation INTEGER,
    letter     INTEGER,
    commitment BLOB CHECK (length(commitment) = 32),
    has_text   INTEGER NOT NULL,
    detail     TEXT NOT NULL,
    hash       BLOB NOT NULL CHECK (length(hash) = 32)
) STRICT;

CREATE INDEX events_of_subject ON events (subject) WHERE subject IS NOT NULL;

CREATE TRIGGER events_are_not_edited BEFORE UPDATE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events
BEGIN
    SELECT RAISE(ABORT, 'the log is append-only');
END;

-- salt is NULL where the event's subject has one.
CREATE TABLE event_texts (
    seq  INTEGER PRIMARY KEY REFERENCES events,
    salt BLOB CHECK (length(salt) = 16),
    text TEXT NOT NULL
) STRICT;
