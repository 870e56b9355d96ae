-- 双岗双争: 1 where somebody served on a slot that their unit had claimed.
ALTER TABLE assignments ADD COLUMN unit_post BIGINT NOT NULL DEFAULT 0;
ALTER TABLE ledger ADD COLUMN unit_post BIGINT NOT NULL DEFAULT 0;

-- Those who speak for the unit, separated by blanks.
ALTER TABLE units RENAME COLUMN liaison_id TO liaison_ids;
