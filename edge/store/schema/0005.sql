-- Promotions that end.

-- When this promotion ends; empty for a price that is none.
ALTER TABLE price ADD COLUMN until INTEGER;
-- The version of the promotion that this price follows.
ALTER TABLE price ADD COLUMN ends INTEGER;
