-- A claim with what ours promises: capacity, no overlap, one effect and one answer of a request, an event in an outbox,
-- two notifications; all of it or nothing.
CREATE TABLE tasks (
  task_id text PRIMARY KEY,
  requester text NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  slots int NOT NULL,
  taken int NOT NULL DEFAULT 0
) WITH (fillfactor = 50);  -- room for the next version of a row beside it
CREATE TABLE assignments (
  person_id text NOT NULL,
  task_id text NOT NULL,
  start_time timestamptz NOT NULL,
  end_time timestamptz NOT NULL,
  accept_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (person_id, task_id)
);
CREATE TABLE requests (
  person_id text NOT NULL,
  request_id text NOT NULL,
  answer jsonb NOT NULL,
  PRIMARY KEY (person_id, request_id)
);
CREATE TABLE outbox (event_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY, event jsonb NOT NULL);
CREATE TABLE notifications (
  owner text NOT NULL,
  notification_id bigint GENERATED ALWAYS AS IDENTITY,
  kind text NOT NULL,
  subject text NOT NULL,
  create_time timestamptz NOT NULL DEFAULT now(),
  PRIMARY KEY (owner, notification_id)
);

CREATE FUNCTION claim(who text, request text, wanted text) RETURNS jsonb LANGUAGE plpgsql AS $$
DECLARE
  result jsonb;
  task tasks;
BEGIN
  -- The claims of one person come one after the other.
  PERFORM pg_advisory_xact_lock(hashtextextended(who, 0));
  SELECT answer INTO result FROM requests WHERE person_id = who AND request_id = request;
  IF FOUND THEN RETURN result; END IF;
  SELECT * INTO task FROM tasks WHERE task_id = wanted;
  IF NOT FOUND THEN RAISE 'TASK_NOT_FOUND'; END IF;
  IF EXISTS (SELECT FROM assignments a WHERE a.person_id = who
             AND a.start_time < task.end_time AND a.end_time > task.start_time) THEN
    RAISE 'OVERLAPPING_TASK';
  END IF;
  INSERT INTO assignments (person_id, task_id, start_time, end_time)
    VALUES (who, wanted, task.start_time, task.end_time);
  result := jsonb_build_object('task_id', wanted, 'person_id', who, 'state', 'ASSIGNMENT_STATE_ACCEPTED');
  INSERT INTO requests VALUES (who, request, result);
  INSERT INTO outbox (event) VALUES (jsonb_build_object('kind', 'assignment_changed', 'assignment', result));
  INSERT INTO notifications (owner, kind, subject)
    VALUES (who, 'TASK_ACCEPTED', wanted), (task.requester, 'TASK_STAFFED', wanted);
  -- Last, since everybody else who claims this task waits from here until the end.
  UPDATE tasks SET taken = taken + 1 WHERE task_id = wanted AND taken < slots;
  IF NOT FOUND THEN RAISE 'TASK_FULL'; END IF;
  RETURN result;
END
$$;
