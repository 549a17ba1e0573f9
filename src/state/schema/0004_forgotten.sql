-- Who had access and was forgotten. `hash` is 64 bits of a keyed hash of their id (the key is not in this file), `keys` the
-- random ids of their activations, 16 bytes each, oldest first: the LMS may still show the last one as a marker.

CREATE TABLE forgotten (
    hash   INTEGER PRIMARY KEY,
    number INTEGER NOT NULL CHECK (number >= 1),
    keys   BLOB NOT NULL CHECK (length(keys) % 16 = 0)
) STRICT;
