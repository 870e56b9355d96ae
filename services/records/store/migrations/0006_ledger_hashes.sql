-- The hash of an entry, in base64 ('': the entry is older than hashes): with it the chain of a ledger is checked here.
ALTER TABLE ledger ADD COLUMN hash TEXT NOT NULL DEFAULT '';
