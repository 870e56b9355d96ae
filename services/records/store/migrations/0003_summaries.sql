-- The work that waits is little of all there ever was: indexes of it alone.
CREATE INDEX registrations_waiting ON registrations (area_code, update_ms) WHERE state = 1;
CREATE INDEX needs_waiting ON needs (area_code, state, update_ms) WHERE state IN (1, 2, 7);
CREATE INDEX tasks_waiting ON tasks (area_code, state, escalation_level, rating, create_ms, start_ms, end_ms, update_ms) WHERE state IN (1, 2, 3, 4, 5);
CREATE INDEX assignments_waiting ON assignments (area_code, update_ms) WHERE state = 1;
