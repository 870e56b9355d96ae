-- Columns and indexes that reports ask for.

-- When enough people had accepted for the first time.
ALTER TABLE tasks ADD COLUMN staffed_ms BIGINT NOT NULL DEFAULT 0;

-- Area and start of the task, where it was known when the entry came; start_ms 0: look at the task.
ALTER TABLE ledger ADD COLUMN area_code TEXT NOT NULL DEFAULT '';
ALTER TABLE ledger ADD COLUMN start_ms BIGINT NOT NULL DEFAULT 0;

CREATE TABLE units (
  unit_id TEXT NOT NULL PRIMARY KEY,
  name TEXT NOT NULL,
  liaison_id TEXT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL
);

-- Registrations that became ACTIVE (delta 1) or ceased to be it (-1): the sum until a time is how many were it then.
CREATE TABLE activations (
  registration_id TEXT NOT NULL,
  area_code TEXT NOT NULL,
  of_unit BIGINT NOT NULL,
  delta BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL,
  PRIMARY KEY (registration_id, event_ms, event_seq)
);

-- Each has all that a report reads: an area's year is read from the index alone.
CREATE INDEX activations_of_area ON activations (area_code, time_ms, of_unit, delta);
CREATE INDEX registrations_of_area ON registrations (area_code, create_ms, subject_id);
CREATE INDEX needs_of_area ON needs (area_code, create_ms, state, category);
CREATE INDEX tasks_of_area ON tasks (area_code, start_ms, state, slots_max, accepted_count, rating, staffed_ms, create_ms);
CREATE INDEX assignments_of_area ON assignments (area_code, start_ms, state, person_id, unit_id);
CREATE INDEX assignments_of_unit ON assignments (unit_id, start_ms, state, area_code, person_id) WHERE unit_id <> '';
CREATE INDEX ledger_of_area ON ledger (area_code, start_ms, confirmation, minutes, reverses, person_id) WHERE start_ms <> 0;
CREATE INDEX ledger_unplaced ON ledger (task_id) WHERE start_ms = 0;
CREATE INDEX ledger_of_unit ON ledger (unit_id, task_id) WHERE unit_id <> '';
