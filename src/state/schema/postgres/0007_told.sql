-- Which events are about somebody. (SQLite keeps its index by other means.)

CREATE VIEW told AS SELECT subject, seq FROM events WHERE subject IS NOT NULL;
