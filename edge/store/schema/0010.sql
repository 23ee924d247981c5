-- Stock: movements, and what they come to. Quantities are pieces, grams, millilitres or millimetres, as in sales.

-- Each movement once, whatever repeats it. A count's `hand` is counted − book: a sale that comes late and was made
-- before the count changes that difference, never the balance.
CREATE TABLE stock_move (
    id          TEXT PRIMARY KEY,
    item        TEXT NOT NULL,
    kind        TEXT NOT NULL
                CHECK (kind IN ('sale', 'delivery', 'count', 'waste', 'reserve', 'release', 'collected')),
    at          INTEGER NOT NULL,           -- when it happened
    recorded_at INTEGER NOT NULL,
    hand        INTEGER NOT NULL,           -- what it adds to what is in the shop
    reserved    INTEGER NOT NULL DEFAULT 0, -- what it adds to what is promised
    counted     INTEGER,
    by          TEXT NOT NULL DEFAULT '',
    why         TEXT NOT NULL DEFAULT ''
) WITHOUT ROWID;
CREATE INDEX stock_move_by_item ON stock_move (item, at);
CREATE INDEX stock_counts ON stock_move (item, at, id) WHERE kind = 'count';

-- The sums of the movements, and the levels. `kept`: somebody delivered or counted it, or set a level.
CREATE TABLE stock (
    item       TEXT PRIMARY KEY,
    hand       INTEGER NOT NULL DEFAULT 0,
    reserved   INTEGER NOT NULL DEFAULT 0,
    heard_at   INTEGER NOT NULL,            -- when the last movement was recorded
    counted_at INTEGER,
    kept       INTEGER NOT NULL DEFAULT 0,
    minimum    INTEGER,
    safety     INTEGER,
    level      TEXT NOT NULL DEFAULT 'enough' CHECK (level IN ('enough', 'safety', 'minimum')),
    crossings  INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;

-- What head office wants kept for a customer. `ends`: steady time; see grace.
CREATE TABLE reservation (
    id         TEXT PRIMARY KEY,
    state      TEXT NOT NULL CHECK (state IN ('held', 'aside', 'collected', 'expired', 'cancelled', 'refused')),
    why        TEXT NOT NULL DEFAULT '',
    until      INTEGER NOT NULL,
    ends       INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    began      INTEGER NOT NULL,            -- steady time at which it came
    changed_at INTEGER NOT NULL,
    code       TEXT NOT NULL DEFAULT '',    -- argon2id of the one-time code; '' when nobody collects by code
    tries      INTEGER NOT NULL DEFAULT 0,
    warned     TEXT NOT NULL DEFAULT ''     -- the last word of the pick clock that was told
) WITHOUT ROWID;
CREATE INDEX reservation_open ON reservation (state) WHERE state IN ('held', 'aside');

CREATE TABLE reservation_line (
    reservation TEXT NOT NULL REFERENCES reservation (id),
    item        TEXT NOT NULL,
    quantity    INTEGER NOT NULL,
    PRIMARY KEY (reservation, item)
) WITHOUT ROWID;

-- Coupons that head office lent to this shop alone. Each is in one hand at a time: the gateway's or one till's.
CREATE TABLE coupon (
    id       TEXT PRIMARY KEY,
    state    TEXT NOT NULL CHECK (state IN ('here', 'lent', 'used', 'returned')),
    till     TEXT NOT NULL DEFAULT '',
    epoch    INTEGER NOT NULL DEFAULT 0,    -- the till's journal that holds it
    lending  INTEGER NOT NULL DEFAULT 0,    -- counts the times it was lent: an old answer is none to a new one
    receipt  TEXT NOT NULL DEFAULT '',
    recalled INTEGER NOT NULL DEFAULT 0,
    at       INTEGER NOT NULL
) WITHOUT ROWID;
