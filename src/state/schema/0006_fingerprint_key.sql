-- The key of the fingerprints, sealed under the sealing key, once that has been changed: the fingerprints stay what they were.
-- Without a row they are taken under the sealing key itself.

CREATE TABLE fingerprint_key (
    one   INTEGER PRIMARY KEY CHECK (one = 1),
    bytes BLOB NOT NULL
) STRICT;

-- How often the sealing key was lost: then nobody knows any more who those were whom the roster does not have.
ALTER TABLE meta ADD COLUMN keys_lost INTEGER NOT NULL DEFAULT 0;
