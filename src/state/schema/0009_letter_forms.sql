-- What the letters of one template have in common, written once: a sealed letter holds what it has besides. Without a form it
-- holds all of it.

CREATE TABLE letter_forms (
    id    INTEGER PRIMARY KEY,
    bytes BLOB NOT NULL
) STRICT;

ALTER TABLE letters ADD COLUMN form INTEGER REFERENCES letter_forms;
