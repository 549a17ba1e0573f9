-- What the LMS showed when it was last read by a run: for plans without the LMS. Not part of the record: it proves nothing,
-- stands in no chain, and may be thrown away.

CREATE TABLE observation (
    one     INTEGER PRIMARY KEY CHECK (one = 1),
    read_at INTEGER NOT NULL
) STRICT;

-- sign_in: NULL for never, -1 where the LMS can't say, else microseconds since 1970.
CREATE TABLE observed_accounts (
    username    TEXT PRIMARY KEY,
    caregiver   TEXT,
    first_name  TEXT NOT NULL,
    last_name   TEXT NOT NULL,
    email       TEXT NOT NULL,
    is_disabled INTEGER NOT NULL,
    is_staff    INTEGER NOT NULL,
    is_other    INTEGER NOT NULL,
    sign_in     INTEGER,
    marker      BLOB
) STRICT, WITHOUT ROWID;
