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

-- What a member of the shop's programme pays; empty where that is the price itself.
ALTER TABLE price ADD COLUMN member_minor INTEGER;
CREATE INDEX price_for_members ON price (item) WHERE member_minor IS NOT NULL;

-- What a till may charge members, beside `showing`: the second book of an item that ever had a price for members.
CREATE TABLE member (
    device    TEXT NOT NULL,
    item      TEXT NOT NULL,
    version   INTEGER NOT NULL,
    minor     INTEGER NOT NULL,
    confirmed INTEGER NOT NULL DEFAULT 0,
    at        INTEGER NOT NULL,
    PRIMARY KEY (device, item, version)
) WITHOUT ROWID;
CREATE INDEX member_by_item ON member (item);
CREATE INDEX member_unconfirmed ON member (device, version) WHERE confirmed = 0;
