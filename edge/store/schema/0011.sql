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
