-- What the letters of one template have in common, written once: a sealed letter holds what it has besides. Without a form it
-- holds all of it.

CREATE TABLE letter_forms (
    id    BIGINT PRIMARY KEY,
    bytes BYTEA NOT NULL
);

ALTER TABLE letters ADD COLUMN form BIGINT REFERENCES letter_forms;
