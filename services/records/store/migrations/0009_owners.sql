-- The person with whose account a retired record is deleted; '' for those that stay, and those retired before.
ALTER TABLE retired ADD COLUMN owner_id TEXT NOT NULL DEFAULT '';
CREATE INDEX retired_of_owner ON retired (owner_id) WHERE owner_id <> '';
