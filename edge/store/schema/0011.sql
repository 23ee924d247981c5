-- What is wrong, or about to be: one row for each fault that a rule watches. Gone when all is well again.
CREATE TABLE alarm (
    rule    TEXT NOT NULL,
    subject TEXT NOT NULL,              -- the device, fridge or part of the box that it is about
    phase   TEXT NOT NULL CHECK (phase IN ('brewing', 'open', 'calming')),
    since   INTEGER NOT NULL,           -- steady time, so that no jump of the clock opens or closes anything
    ticket  INTEGER,                    -- once it is open
    PRIMARY KEY (rule, subject)
) WITHOUT ROWID;

-- One fault, from its beginning to its end. Numbers are never used again.
CREATE TABLE ticket (
    number          INTEGER PRIMARY KEY AUTOINCREMENT,
    rule            TEXT NOT NULL,
    subject         TEXT NOT NULL,
    critical        INTEGER NOT NULL,
    value           TEXT NOT NULL,      -- what was measured when it opened
    why             TEXT NOT NULL,
    opened_at       INTEGER NOT NULL,
    announced_at    INTEGER,            -- when people were told; later than opened_at in quiet hours
    acknowledged_at INTEGER,
    acknowledged_by TEXT NOT NULL DEFAULT '',
    closed_at       INTEGER,
    told            TEXT NOT NULL DEFAULT ''    -- the state that head office was last told
);
CREATE UNIQUE INDEX ticket_open ON ticket (rule, subject) WHERE closed_at IS NULL;
CREATE INDEX ticket_closed ON ticket (closed_at DESC) WHERE closed_at IS NOT NULL;

-- When each device in service came into which state: what its availability is reckoned from. The triggers keep it
-- complete whoever writes a state. Device 'gateway' is this box: lost while it was off.
CREATE TABLE device_change (
    device TEXT NOT NULL,
    at     INTEGER NOT NULL,
    n      INTEGER PRIMARY KEY,
    state  TEXT NOT NULL
);
CREATE INDEX device_change_by_device ON device_change (device, at);
INSERT INTO device_change (device, at, state) SELECT id, state_at, state FROM device WHERE enrolled = 1;
CREATE TRIGGER device_changed AFTER UPDATE OF state ON device WHEN new.enrolled = 1 AND old.state != new.state BEGIN
    INSERT INTO device_change (device, at, state) VALUES (new.id, new.state_at, new.state);
END;
CREATE TRIGGER device_enrolled AFTER UPDATE OF enrolled ON device WHEN new.enrolled = 1 AND old.enrolled = 0 BEGIN
    INSERT INTO device_change (device, at, state) VALUES (new.id, new.state_at, new.state);
END;

-- How each fridge is now; see edge/coldchain/machine.py. Temperatures are hundredths of a degree Celsius.
CREATE TABLE fridge (
    id         TEXT PRIMARY KEY,
    name       TEXT NOT NULL,
    place      TEXT NOT NULL,
    sensor     TEXT NOT NULL,
    low        INTEGER,
    high       INTEGER NOT NULL,
    look       TEXT NOT NULL DEFAULT 'unknown',
    look_at    INTEGER NOT NULL,
    centi      INTEGER,
    read_at    INTEGER,
    humidity   INTEGER,             -- hundredths of a per cent
    heard      INTEGER NOT NULL,    -- steady times of the state machine
    counted    INTEGER NOT NULL,
    outside_ms INTEGER NOT NULL DEFAULT 0
) WITHOUT ROWID;
CREATE INDEX fridge_by_sensor ON fridge (sensor);

-- The curve: the coldest and warmest reading of each stretch, in steps of 5 minutes for days and of an hour for long.
CREATE TABLE cold_curve (
    fridge TEXT NOT NULL REFERENCES fridge (id) ON DELETE CASCADE,
    step   INTEGER NOT NULL,        -- milliseconds
    at     INTEGER NOT NULL,
    low    INTEGER NOT NULL,
    high   INTEGER NOT NULL,
    PRIMARY KEY (fridge, step, at)
) WITHOUT ROWID;
