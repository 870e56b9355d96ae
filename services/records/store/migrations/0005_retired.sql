-- Records of other services that are over and have left their store.
CREATE TABLE retired (
  record_id TEXT NOT NULL PRIMARY KEY,
  -- In the store it came from.
  version BIGINT NOT NULL,
  -- As that store kept it, in base64.
  body TEXT NOT NULL,
  retire_ms BIGINT NOT NULL
);
