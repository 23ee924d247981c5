-- Promotions that end.

-- When this promotion ends; empty for a price that is none.
ALTER TABLE price ADD COLUMN until INTEGER;
-- The version of the promotion that this price follows.
ALTER TABLE price ADD COLUMN ends INTEGER;

-- Changes that begin with all of their rows or with none.
CREATE TABLE batch (
    sequence INTEGER PRIMARY KEY,
    deadline INTEGER NOT NULL,
    state    TEXT NOT NULL DEFAULT 'preparing' CHECK (state IN ('preparing', 'started', 'aborted')),
    why      TEXT NOT NULL DEFAULT ''
);
