-- No lists of states: for one of three or more SQLite makes a table at each write of a row.
DROP INDEX needs_waiting;
CREATE INDEX needs_waiting ON needs (area_code, state, update_ms) WHERE state = 1 OR state = 2 OR state = 7;
DROP INDEX tasks_waiting;
CREATE INDEX tasks_waiting ON tasks (area_code, state, escalation_level, rating, create_ms, start_ms, end_ms, update_ms) WHERE state BETWEEN 1 AND 5;
