-- The receiving check: one sheet per batch that arrives. What is not accepted is no stock.
CREATE TABLE receiving (
    number     INTEGER PRIMARY KEY AUTOINCREMENT,
    state      TEXT NOT NULL CHECK (state IN ('open', 'accepted', 'held', 'rejected', 'dropped')),
    item       TEXT NOT NULL,
    batch      TEXT NOT NULL,
    expires    TEXT NOT NULL DEFAULT '',    -- ISO date; '' where none is printed
    quantity   INTEGER NOT NULL,
    keeps      TEXT NOT NULL CHECK (keeps IN ('chilled', 'frozen', 'ambient')),
    source     TEXT NOT NULL DEFAULT '',    -- who sent it, as head office or the delivery note says
    delivery   TEXT NOT NULL DEFAULT '',    -- head office's announcement, and which of its lines
    place      INTEGER NOT NULL DEFAULT 0,
    fridge     TEXT NOT NULL DEFAULT '',    -- where it was put first
    coldest    INTEGER,                     -- of all readings, hundredths of a degree Celsius
    warmest    INTEGER,
    humidity   INTEGER,                     -- the last reading, hundredths of a per cent
    opened_at  INTEGER NOT NULL,
    opened_by  TEXT NOT NULL,
    signed_at  INTEGER,
    signed_by  TEXT NOT NULL DEFAULT '',
    why        TEXT NOT NULL DEFAULT '',    -- why it was held
    decided_at INTEGER,                     -- what became of a sheet that was held, or dropped
    decided_by TEXT NOT NULL DEFAULT '',
    decided    TEXT NOT NULL DEFAULT ''
);
CREATE INDEX receiving_by_batch ON receiving (batch, item);
CREATE INDEX receiving_waits ON receiving (state) WHERE state IN ('open', 'held');
CREATE UNIQUE INDEX receiving_of_line ON receiving (delivery, place) WHERE delivery != '' AND state != 'dropped';

CREATE TABLE receiving_reading (
    receiving INTEGER NOT NULL REFERENCES receiving (number),
    n         INTEGER NOT NULL,
    at        INTEGER NOT NULL,
    centi     INTEGER,
    humidity  INTEGER,
    sensor    TEXT NOT NULL DEFAULT '',     -- '' for a thermometer in somebody's hand
    PRIMARY KEY (receiving, n)
) WITHOUT ROWID;

-- Deliveries that head office announced. A line is expected until a sheet that was not dropped names it.
CREATE TABLE announced (
    delivery TEXT NOT NULL,
    place    INTEGER NOT NULL,
    item     TEXT NOT NULL,
    quantity INTEGER NOT NULL,
    batch    TEXT NOT NULL,
    expires  TEXT NOT NULL,
    keeps    TEXT NOT NULL,
    source   TEXT NOT NULL,
    due      INTEGER NOT NULL,
    PRIMARY KEY (delivery, place)
) WITHOUT ROWID;

-- Where a batch lay, and when. `until` NULL: it lies there still, as far as anybody said.
CREATE TABLE batch_stay (
    receiving INTEGER NOT NULL REFERENCES receiving (number),
    since     INTEGER NOT NULL,
    fridge    TEXT NOT NULL,
    until     INTEGER,
    PRIMARY KEY (receiving, since)
) WITHOUT ROWID;
CREATE INDEX batch_in_fridge ON batch_stay (fridge) WHERE until IS NULL;

-- What was thrown away of a batch that somebody named; `move` is the movement of stock.
CREATE TABLE batch_waste (
    move     TEXT PRIMARY KEY,
    item     TEXT NOT NULL,
    batch    TEXT NOT NULL,
    at       INTEGER NOT NULL,
    quantity INTEGER NOT NULL
) WITHOUT ROWID;
CREATE INDEX batch_waste_by_batch ON batch_waste (batch, item);

-- EPCIS events as they went, or will go, to head office.
CREATE TABLE epcis_event (
    n    INTEGER PRIMARY KEY AUTOINCREMENT,
    at   INTEGER NOT NULL,
    body TEXT NOT NULL,
    told INTEGER NOT NULL DEFAULT 0
);
CREATE INDEX epcis_by_time ON epcis_event (at);
CREATE INDEX epcis_untold ON epcis_event (n) WHERE told = 0;
