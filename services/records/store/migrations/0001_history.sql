-- Statements end with a semicolon at the end of a line. The same text runs on SQLite and PostgreSQL: times are
-- milliseconds since the epoch, and 0 or '' stands for none.

-- How far each event stream is in here: everything up to stream_id. Written with the rows, in one transaction.
CREATE TABLE positions (
  service TEXT NOT NULL,
  shard BIGINT NOT NULL,
  stream_id TEXT NOT NULL,
  -- Passed since the beginning, dead letters among them.
  events BIGINT NOT NULL DEFAULT 0,
  -- Not 0: events before this time were trimmed before they came here.
  complete_since_ms BIGINT NOT NULL DEFAULT 0,
  PRIMARY KEY (service, shard)
);

-- One row, made up at random with the database: Redis notes which database is written.
CREATE TABLE identity (
  one BIGINT NOT NULL PRIMARY KEY,
  id TEXT NOT NULL
);

-- event_ms and event_seq of a row: the event it was last written from. Older ones do not change it.

CREATE TABLE tasks (
  task_id TEXT NOT NULL PRIMARY KEY,
  -- The part that the events of assignments tell of their task as well, and the event it was last written from.
  title TEXT NOT NULL DEFAULT '',
  area_code TEXT NOT NULL DEFAULT '',
  requester_id TEXT NOT NULL DEFAULT '',
  need_id TEXT NOT NULL DEFAULT '',
  state BIGINT NOT NULL DEFAULT 0,
  slots_max BIGINT NOT NULL DEFAULT 0,
  accepted_count BIGINT NOT NULL DEFAULT 0,
  start_ms BIGINT NOT NULL DEFAULT 0,
  end_ms BIGINT NOT NULL DEFAULT 0,
  head_ms BIGINT NOT NULL DEFAULT 0,
  head_seq BIGINT NOT NULL DEFAULT 0,
  -- The part that only its own events tell.
  category TEXT NOT NULL DEFAULT '',
  publisher_id TEXT NOT NULL DEFAULT '',
  slots_min BIGINT NOT NULL DEFAULT 0,
  escalation_level BIGINT NOT NULL DEFAULT 0,
  rating BIGINT NOT NULL DEFAULT 0,
  create_ms BIGINT NOT NULL DEFAULT 0,
  update_ms BIGINT NOT NULL DEFAULT 0,
  event_ms BIGINT NOT NULL DEFAULT 0,
  event_seq BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE assignments (
  task_id TEXT NOT NULL REFERENCES tasks (task_id),
  person_id TEXT NOT NULL,
  start_ms BIGINT NOT NULL,
  area_code TEXT NOT NULL,
  state BIGINT NOT NULL,
  unit_id TEXT NOT NULL,
  accept_ms BIGINT NOT NULL,
  sign_in_ms BIGINT NOT NULL,
  sign_out_ms BIGINT NOT NULL,
  end_cause BIGINT NOT NULL,
  reason TEXT NOT NULL,
  update_ms BIGINT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL,
  PRIMARY KEY (task_id, person_id)
);
CREATE INDEX assignments_of_person ON assignments (person_id, start_ms, task_id);

CREATE TABLE needs (
  need_id TEXT NOT NULL PRIMARY KEY,
  title TEXT NOT NULL,
  category TEXT NOT NULL,
  area_code TEXT NOT NULL,
  state BIGINT NOT NULL,
  requester_id TEXT NOT NULL,
  task_id TEXT NOT NULL,
  people_wanted BIGINT NOT NULL,
  start_ms BIGINT NOT NULL,
  end_ms BIGINT NOT NULL,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL
);

CREATE TABLE registrations (
  registration_id TEXT NOT NULL PRIMARY KEY,
  subject_id TEXT NOT NULL,
  area_code TEXT NOT NULL,
  kind BIGINT NOT NULL,
  state BIGINT NOT NULL,
  through_unit_id TEXT NOT NULL,
  end_reason BIGINT NOT NULL,
  create_ms BIGINT NOT NULL,
  update_ms BIGINT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL
);
CREATE INDEX registrations_of_subject ON registrations (subject_id, area_code);

-- 服务时长.
CREATE TABLE ledger (
  person_id TEXT NOT NULL,
  sequence BIGINT NOT NULL,
  task_id TEXT NOT NULL,
  title TEXT NOT NULL,
  unit_id TEXT NOT NULL,
  minutes BIGINT NOT NULL,
  reverses BIGINT NOT NULL,
  confirmation BIGINT NOT NULL,
  time_ms BIGINT NOT NULL,
  confirmer_id TEXT NOT NULL,
  reason TEXT NOT NULL,
  event_ms BIGINT NOT NULL,
  event_seq BIGINT NOT NULL,
  PRIMARY KEY (person_id, sequence)
);
CREATE INDEX ledger_of_task ON ledger (person_id, task_id, sequence);
