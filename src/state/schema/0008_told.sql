-- Which events are about somebody, without reading the whole log. People's numbers are random, so an index that is kept in each
-- commit would write a page of its own for each event. This one is filled in order when a run ends, as far as `told_upto`; what
-- was told after that is looked for at the log's end. Derived: it is in no export.

DROP INDEX events_of_subject;

CREATE TABLE told_upto (
    one INTEGER PRIMARY KEY CHECK (one = 1),
    seq INTEGER NOT NULL
) STRICT;

CREATE TABLE told_before (
    subject INTEGER NOT NULL,
    seq     INTEGER NOT NULL,
    PRIMARY KEY (subject, seq)
) STRICT, WITHOUT ROWID;

INSERT INTO told_before SELECT subject, seq FROM events WHERE subject IS NOT NULL ORDER BY subject, seq;
INSERT INTO told_upto SELECT 1, coalesce(max(seq), 0) FROM events;

CREATE VIEW told AS
    SELECT subject, seq FROM told_before
    UNION ALL
    SELECT subject, seq FROM events WHERE seq > (SELECT seq FROM told_upto) AND subject IS NOT NULL;
