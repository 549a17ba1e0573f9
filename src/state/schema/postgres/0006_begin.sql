-- The tables of one rollout, in a schema of its own; what they hold is explained where SQLite's are made (../0001_begin.sql
-- to ../0007_channel.sql), whose first six migrations are one here. Tables, columns and their order are the same, so that
-- a state goes from one store to the other. Truth values are numbers, as there. Text is compared byte by byte, as there.

CREATE TABLE meta (
    one        BIGINT PRIMARY KEY CHECK (one = 1),
    lineage    TEXT COLLATE "C" NOT NULL,
    key_check  BIGINT NOT NULL,
    created_at BIGINT NOT NULL,
    serial     BIGINT NOT NULL,
    events     BIGINT NOT NULL,
    head       BYTEA NOT NULL CHECK (length(head) = 32),
    keys_lost  BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE runs (
    number   BIGINT PRIMARY KEY,
    begun_at BIGINT NOT NULL,
    command  TEXT NOT NULL,
    plan     TEXT NOT NULL,
    "user"   TEXT NOT NULL,
    host     TEXT NOT NULL,
    pid      BIGINT NOT NULL,
    ended_at BIGINT,
    outcome  TEXT
);

CREATE TABLE rosters (
    number      BIGINT PRIMARY KEY,
    run         BIGINT NOT NULL REFERENCES runs DEFERRABLE,
    accepted_at BIGINT NOT NULL,
    exported_at BIGINT NOT NULL,
    sha256      TEXT NOT NULL,
    rows        BIGINT NOT NULL,
    caregivers  BIGINT NOT NULL,
    is_full     BIGINT NOT NULL
);

CREATE TABLE openings (
    cohort TEXT COLLATE "C" PRIMARY KEY,
    run    BIGINT NOT NULL REFERENCES runs DEFERRABLE,
    at     BIGINT NOT NULL,
    roster BIGINT NOT NULL
);

CREATE TABLE caregivers (
    caregiver    TEXT COLLATE "C" PRIMARY KEY,
    first_roster BIGINT,
    absent_since BIGINT,
    is_withdrawn BIGINT NOT NULL DEFAULT 0,
    address      BIGINT,
    name         BIGINT,
    students     BYTEA NOT NULL DEFAULT ''
);

CREATE TABLE subjects (
    number    BIGINT PRIMARY KEY,
    caregiver TEXT COLLATE "C" NOT NULL UNIQUE REFERENCES caregivers ON DELETE CASCADE DEFERRABLE,
    bound     TEXT COLLATE "C" NOT NULL,
    salt      BYTEA NOT NULL CHECK (length(salt) = 16)
);

-- The primary key is the promise: one password for one (caregiver, number).
CREATE TABLE activations (
    caregiver TEXT COLLATE "C" NOT NULL REFERENCES caregivers ON DELETE CASCADE DEFERRABLE,
    number    BIGINT NOT NULL CHECK (number >= 1),
    key       BYTEA NOT NULL CHECK (length(key) = 16),
    kind      TEXT NOT NULL,
    stage     TEXT NOT NULL,
    stage_at  BIGINT NOT NULL,
    cohort    TEXT COLLATE "C",
    run       BIGINT NOT NULL REFERENCES runs DEFERRABLE,
    username  TEXT,
    password  BYTEA,
    PRIMARY KEY (caregiver, number)
);

CREATE TABLE letters (
    caregiver   TEXT COLLATE "C" NOT NULL,
    activation  BIGINT NOT NULL,
    number      BIGINT NOT NULL CHECK (number >= 1),
    stage       TEXT NOT NULL,
    stage_at    BIGINT NOT NULL,
    attempts    BIGINT NOT NULL,
    fingerprint BIGINT NOT NULL,
    message_id  TEXT NOT NULL,
    recipient   TEXT NOT NULL,
    bytes       BYTEA,
    channel     TEXT NOT NULL DEFAULT 'mail' CHECK (channel IN ('mail', 'paper')),
    PRIMARY KEY (caregiver, activation, number),
    FOREIGN KEY (caregiver, activation) REFERENCES activations ON DELETE CASCADE DEFERRABLE
);

CREATE TABLE events (
    seq        BIGINT PRIMARY KEY,
    at         BIGINT NOT NULL,
    run        BIGINT NOT NULL,
    kind       TEXT NOT NULL,
    subject    BIGINT,
    activation BIGINT,
    letter     BIGINT,
    commitment BYTEA CHECK (length(commitment) = 32),
    has_text   BIGINT NOT NULL,
    detail     TEXT NOT NULL,
    hash       BYTEA NOT NULL CHECK (length(hash) = 32)
);

CREATE INDEX events_of_subject ON events (subject) WHERE subject IS NOT NULL;

CREATE FUNCTION append_only() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'the log is append-only';
END
$$;

CREATE TRIGGER events_are_not_edited BEFORE UPDATE ON events FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER events_are_not_removed BEFORE DELETE ON events FOR EACH ROW EXECUTE FUNCTION append_only();
CREATE TRIGGER events_are_not_emptied BEFORE TRUNCATE ON events FOR EACH STATEMENT EXECUTE FUNCTION append_only();

CREATE TABLE event_texts (
    seq  BIGINT PRIMARY KEY REFERENCES events DEFERRABLE,
    salt BYTEA CHECK (length(salt) = 16),
    text TEXT NOT NULL
);

CREATE TABLE observation (
    one     BIGINT PRIMARY KEY CHECK (one = 1),
    read_at BIGINT NOT NULL
);

CREATE TABLE observed_accounts (
    username    TEXT COLLATE "C" PRIMARY KEY,
    caregiver   TEXT COLLATE "C",
    first_name  TEXT NOT NULL,
    last_name   TEXT NOT NULL,
    email       TEXT NOT NULL,
    is_disabled BIGINT NOT NULL,
    is_staff    BIGINT NOT NULL,
    is_other    BIGINT NOT NULL,
    sign_in     BIGINT,
    marker      BYTEA
);

CREATE TABLE forgotten (
    hash   BIGINT PRIMARY KEY,
    number BIGINT NOT NULL CHECK (number >= 1),
    keys   BYTEA NOT NULL CHECK (length(keys) % 16 = 0)
);

CREATE TABLE handovers (
    number      BIGINT PRIMARY KEY,
    run         BIGINT NOT NULL REFERENCES runs DEFERRABLE,
    begun_at    BIGINT NOT NULL,
    name        TEXT NOT NULL,
    cohort      TEXT COLLATE "C",
    has_letters BIGINT NOT NULL,
    fingerprint TEXT NOT NULL,
    note        TEXT NOT NULL,
    placed_at   BIGINT,
    unsure_at   BIGINT,
    settled_at  BIGINT,
    outcome     TEXT
);

CREATE TABLE handover_rows (
    handover    BIGINT NOT NULL REFERENCES handovers DEFERRABLE,
    place       BIGINT NOT NULL,
    caregiver   TEXT COLLATE "C" NOT NULL REFERENCES caregivers ON DELETE CASCADE DEFERRABLE,
    activation  BIGINT NOT NULL,
    username    TEXT NOT NULL,
    is_create   BIGINT NOT NULL,
    is_open     BIGINT NOT NULL,
    is_imported BIGINT,
    key         BYTEA NOT NULL CHECK (length(key) = 16),
    bytes       BYTEA,
    PRIMARY KEY (handover, place)
);

CREATE UNIQUE INDEX one_open_handover ON handover_rows (caregiver) WHERE is_open = 1;
CREATE INDEX handovers_of_caregiver ON handover_rows (caregiver);

CREATE TABLE fingerprint_key (
    one   BIGINT PRIMARY KEY CHECK (one = 1),
    bytes BYTEA NOT NULL
);

-- A function that SQLite has under this name.
CREATE FUNCTION instr(TEXT, TEXT) RETURNS INTEGER LANGUAGE sql IMMUTABLE AS 'SELECT strpos($1, $2)';
