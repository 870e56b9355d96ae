-- The needs of a person, newest first.
CREATE INDEX needs_of_requester ON needs (requester_id, create_ms, need_id);
