-- The store of record, version 1. Times are UTC epoch milliseconds, money is minor units, an item is a GTIN-14.

CREATE TABLE meta (
    key   TEXT PRIMARY KEY,
    value TEXT NOT NULL
) WITHOUT ROWID;

-- What was decided, sent, confirmed and charged. Each row carries the hash of the one before.
CREATE TABLE ledger (
    seq     INTEGER PRIMARY KEY,
    at      INTEGER NOT NULL,
    kind    TEXT NOT NULL,
    subject TEXT NOT NULL,      -- the device, item or change that the row is about
    body    TEXT NOT NULL,      -- JSON
    prev    BLOB NOT NULL,
    hash    BLOB NOT NULL
);
CREATE INDEX ledger_by_subject ON ledger (subject, seq);

-- Facts on their way to head office; written in the transaction of the fact itself.
CREATE TABLE outbox (
    seq          INTEGER PRIMARY KEY,
    cls          TEXT NOT NULL,
    kind         TEXT NOT NULL,
    device       TEXT NOT NULL,
    device_epoch INTEGER,
    device_seq   INTEGER,
    at           INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    body         TEXT NOT NULL,
    bytes        INTEGER NOT NULL
);

-- How far each device's own stream of events has been recorded.
CREATE TABLE sender (
    device TEXT NOT NULL,
    epoch  INTEGER NOT NULL,    -- a device that lost its journal begins another
    seq    INTEGER NOT NULL,
    PRIMARY KEY (device, epoch)
) WITHOUT ROWID;

CREATE TABLE device (
    id         TEXT PRIMARY KEY,
    role       TEXT NOT NULL CHECK (role IN ('label', 'till', 'camera', 'other')),
    driver     TEXT NOT NULL,
    address    TEXT NOT NULL DEFAULT '',
    name       TEXT NOT NULL DEFAULT '',
    model      TEXT NOT NULL DEFAULT '',
    firmware   TEXT NOT NULL DEFAULT '',
    panel      TEXT,                        -- JSON {width, height, inks}
    place      TEXT NOT NULL DEFAULT '',
    enrolled   INTEGER NOT NULL DEFAULT 0,  -- 0: only seen, 1: ours
    state      TEXT NOT NULL DEFAULT 'init' CHECK (state IN ('init', 'ready', 'lost', 'asleep', 'fault')),
    state_why  TEXT NOT NULL DEFAULT '',
    state_at   INTEGER NOT NULL,
    seen_at    INTEGER,
    battery_mv INTEGER,
    rssi       INTEGER
) WITHOUT ROWID;

-- A device's twin: what it should be, and what it said it is. Two facts, each with a version and a time.
CREATE TABLE twin (
    device           TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    desired          TEXT NOT NULL DEFAULT '{}',
    desired_version  INTEGER NOT NULL DEFAULT 0,
    desired_at       INTEGER,
    reported         TEXT NOT NULL DEFAULT '{}',
    reported_version INTEGER NOT NULL DEFAULT 0,
    reported_at      INTEGER
) WITHOUT ROWID;

-- Which item a label stands for.
CREATE TABLE binding (
    device TEXT PRIMARY KEY REFERENCES device (id) ON DELETE CASCADE,
    item   TEXT NOT NULL,
    by     TEXT NOT NULL,
    at     INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX binding_by_item ON binding (item);

-- Every price this store was told, and how far it got.
CREATE TABLE price (
    item         TEXT NOT NULL,
    version      INTEGER NOT NULL,
    name         TEXT NOT NULL,
    minor        INTEGER NOT NULL,
    currency     TEXT NOT NULL,
    per          TEXT NOT NULL,
    unit_minor   INTEGER,
    unit         TEXT,
    was_minor    INTEGER,
    effective_at INTEGER NOT NULL,
    received_at  INTEGER NOT NULL,
    author       TEXT NOT NULL,
    phase        TEXT NOT NULL CHECK (phase IN ('held', 'waiting', 'active', 'landed', 'superseded', 'refused')),
    why          TEXT NOT NULL DEFAULT '',
    told         TEXT NOT NULL DEFAULT '',  -- the outcome head office was last told
    changed_at   INTEGER NOT NULL,
    PRIMARY KEY (item, version)
) WITHOUT ROWID;
CREATE INDEX price_by_phase ON price (phase, effective_at);
CREATE INDEX price_by_change ON price (phase, changed_at);
CREATE INDEX price_newest ON price (changed_at DESC, version DESC);

-- What a device may present for an item: the last confirmed and everything sent since. The whole safety of the
-- system quantifies over these rows, so they are written before anything is sent.
CREATE TABLE showing (
    device    TEXT NOT NULL,
    role      TEXT NOT NULL CHECK (role IN ('label', 'till')),
    item      TEXT NOT NULL,
    version   INTEGER NOT NULL,
    minor     INTEGER NOT NULL,
    n         INTEGER NOT NULL,             -- order of sending on this device
    confirmed INTEGER NOT NULL DEFAULT 0,
    until     INTEGER,                      -- steady time at which something newer was confirmed; see grace
    at        INTEGER NOT NULL,
    PRIMARY KEY (device, item, version)
) WITHOUT ROWID;
CREATE INDEX showing_by_item ON showing (item);
CREATE INDEX showing_unconfirmed ON showing (device, n) WHERE confirmed = 0;

CREATE TABLE change (
    sequence    INTEGER PRIMARY KEY,
    received_at INTEGER NOT NULL,
    author      TEXT NOT NULL,
    rows        INTEGER NOT NULL,
    verdict     TEXT NOT NULL CHECK (verdict IN ('taken', 'refused')),
    why         TEXT NOT NULL DEFAULT ''
);

CREATE TABLE sale (
    device      TEXT NOT NULL,
    epoch       INTEGER NOT NULL,
    seq         INTEGER NOT NULL,
    receipt     TEXT NOT NULL,
    at          INTEGER NOT NULL,
    currency    TEXT NOT NULL,
    total_minor INTEGER NOT NULL,
    lines       TEXT NOT NULL,
    PRIMARY KEY (device, epoch, seq)
) WITHOUT ROWID;
CREATE INDEX sale_by_time ON sale (at);

CREATE TABLE visit (
    camera  TEXT NOT NULL,
    line    TEXT NOT NULL,
    minute  INTEGER NOT NULL,
    entered INTEGER NOT NULL,
    departed INTEGER NOT NULL,
    sent    INTEGER NOT NULL DEFAULT 0,
    PRIMARY KEY (camera, line, minute)
) WITHOUT ROWID;
CREATE INDEX visit_by_minute ON visit (minute);

CREATE TABLE account (
    name     TEXT PRIMARY KEY,
    password TEXT NOT NULL,                 -- argon2id
    role     TEXT NOT NULL CHECK (role IN ('manager', 'clerk', 'viewer')),
    language TEXT NOT NULL DEFAULT 'en',
    at       INTEGER NOT NULL
) WITHOUT ROWID;

CREATE TABLE audit (
    n    INTEGER PRIMARY KEY,
    at   INTEGER NOT NULL,
    who  TEXT NOT NULL,
    did  TEXT NOT NULL,
    body TEXT NOT NULL
);
