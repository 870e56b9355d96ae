-- People whose accounts were deleted: nothing is retired of them any more.
CREATE TABLE erased (
  person_id TEXT NOT NULL PRIMARY KEY
);
